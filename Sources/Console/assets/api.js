// Requests to the service, relative to the page, so that it also works below a proxy's prefix.

/** A refusal: the problem's detail as message (RFC 9457), with its kind, status and request id. */
export class Refusal extends Error {
  constructor(problem, response) {
    const details = (problem.errors ?? []).map((fault) => fault.detail).filter((text) => !problem.detail?.includes(text));
    super([problem.detail ?? problem.title ?? `Status ${response?.status}`, ...details].join('\n'));
    this.name = 'Refusal';
    this.kind = (problem.type ?? '').split('/').pop();
    this.status = response?.status ?? problem.status;
    this.requestId = problem.requestId;
    this.retryAfter = Number(response?.headers.get('Retry-After')) || null;
  }
}

const keyName = 'multiads.key';

/** What asks for a key when the service wants one; gives the key, or null when none was given. */
let askForKey = async () => null;
let asking = null;

/** Sets what asks for a key. */
export function onKeyNeeded(ask) {
  askForKey = ask;
}

/** The key of this tab, until the tab is closed. */
export const key = {
  get: () => sessionStorage.getItem(keyName),
  set: (value) => (value ? sessionStorage.setItem(keyName, value) : sessionStorage.removeItem(keyName)),
};

/** An address with query parameters; empty ones are left out. */
export function address(path, query) {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const text = new URLSearchParams(pairs).toString();
  return new URL(path.replace(/^\//, '') + (text ? `?${text}` : ''), document.baseURI).href;
}

/** Sends a request; answers other than 2xx are thrown. Without `asks` nobody is asked for a key. */
export async function send(method, path, { query, body, headers, signal, asks = true } = {}) {
  const fields = new Headers(headers);
  let used = key.get();
  try {
    if (used) fields.set('Authorization', `Bearer ${used}`);
  } catch {
    // No header can hold it, so it is no key.
    key.set(null);
    used = null;
  }
  let response;
  try {
    response = await fetch(address(path, query), { method, body, headers: fields, signal, cache: 'no-cache' });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Refusal({ detail: 'The service cannot be reached. Is it running?', type: 'unreachable' });
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({ title: response.statusText, status: response.status }));
  if (response.status === 401 && asks) {
    // One question for all requests that were refused at once.
    asking ??= askForKey(problem.detail).finally(() => (asking = null));
    const given = key.get() !== used ? key.get() : await asking;
    if (given && given !== used) return send(method, path, { query, body, headers, signal });
  }
  throw new Refusal(problem, response);
}

/** A request answered in JSON; `json` is sent as its body. */
export async function request(method, path, { json, headers, ...options } = {}) {
  const sent = json === undefined ? { headers, ...options }
    : { ...options, body: JSON.stringify(json), headers: { 'Content-Type': 'application/json', ...headers } };
  const response = await send(method, path, sent);
  return response.status === 204 ? null : { ...(await response.json()), etag: response.headers.get('ETag') };
}

export const get = (path, query, options) => request('GET', path, { query, ...options });

/** A picture as the address of a blob; null when there is none. Revoke it after use. */
export async function picture(path) {
  try {
    return URL.createObjectURL(await (await send('GET', path)).blob());
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

/** All items of a list, page by page. */
export async function all(path, query) {
  const items = [];
  let pageToken = null;
  do {
    const page = await get(path, { ...query, pageSize: 1000, pageToken });
    items.push(...page.items);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return items;
}

/** A form with many pictures. */
export function pictureForm(files) {
  const form = new FormData();
  for (const file of files) form.append('image', file, file.name);
  return form;
}

/** A path of segments, each encoded. */
export const path = (...segments) => segments.map(encodeURIComponent).join('/');

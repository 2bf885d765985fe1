// Pictures in, verdicts out.
import { h, fill, refill, field, select, button, notice } from './dom.js';
import { all, request } from './api.js';
import * as format from './format.js';
import { Viewer } from './viewer.js';
import { LabelBox, defectTable, originTable, showPicture, verdictBanner } from './findings.js';
import { productTypes } from './types.js';

/** Pictures that stay in the list; those before give way. */
const kept = 60;
/** Milliseconds for which a service that is away is waited for. */
const patience = 180_000;
/** Waits between tries when the service cannot take a picture now. */
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** What was inspected since the page was opened; it outlives the page's other pages. */
const entries = [];
let isRunning = false;
/** Since when the service has been away; null while it answers. */
let awaySince = null;
/** What was answered last, or failed. */
let newest = null;
/** What is looked at on the page that is shown now. */
let shown = null;

/** A name for a request, so that a picture is inspected once, however often it has to be sent. */
const requestKey = () => [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-');

export async function inspectPage(main, signal) {
  const products = await all('products');
  if (signal.aborted) return;
  const remembered = localStorage.getItem('multiads.product');
  const chosen = products.some((product) => product.id === remembered) ? remembered : products[0]?.id;
  const product = select(products.map((one) => [one.id, `${one.id} (${one.noun})`]), chosen,
    { onchange: () => localStorage.setItem('multiads.product', product.value) });
  const mode = select([['multitype', 'Kinds of defects'], ['binary', 'Good or not']], 'multitype');
  const part = h('input', { type: 'text', maxlength: 128, placeholder: 'optional' });
  const camera = h('input', { type: 'text', maxlength: 128, placeholder: 'optional' });
  const isDry = h('input', { type: 'checkbox' });
  const list = h('ol', { class: 'strip' });
  const detail = h('div', { class: 'detail' });
  const viewer = new Viewer();
  const picker = h('input', { type: 'file', accept: 'image/jpeg,image/png', multiple: true, hidden: true,
    onchange: () => {
      take(picker.files);
      picker.value = '';
    } });
  const drop = h('button', { type: 'button', class: 'drop', onclick: () => picker.click() },
    h('strong', {}, 'Drop pictures here'), h('span', {}, 'or click to choose, or paste one. JPEG or PNG.'));

  shown = null;
  /** Whether what is finished is shown at once: until somebody chooses what to look at. */
  let isFollowing = true;
  let showing = new AbortController();

  function take(files) {
    for (const file of files) {
      const entry = {
        file, key: requestKey(), name: file.name || 'pasted picture', product: product.value, photo: URL.createObjectURL(file),
        query: { product: product.value, mode: mode.value, partId: part.value.trim(), camera: camera.value.trim(),
          dryRun: isDry.checked ? 'true' : null },
      };
      entries.unshift(entry);
    }
    isFollowing = true;
    drawList();
    run();
  }

  async function run() {
    if (isRunning) return;
    isRunning = true;
    awaySince = null;
    for (let entry = next(); entry; entry = next()) {
      entry.state = 'running';
      update();
      await inspect(entry, update);
      newest = entry;
      forgetOldest();
      update(entry);
    }
    isRunning = false;
  }

  /** Only what was answered gives way: a thousand pictures may wait, and what was not sent is still to be. */
  function forgetOldest() {
    while (entries.length > kept) {
      const oldest = entries.findLastIndex((entry) => (entry.result || entry.problem?.status) && entry !== shown);
      if (oldest < 0) return;
      URL.revokeObjectURL(entries.splice(oldest, 1)[0].photo);
    }
  }

  /** Sends what failed once more. */
  function sendAgain(failed) {
    for (const entry of failed) {
      entry.state = undefined;
      entry.problem = null;
    }
    isFollowing = true;
    drawList();
    run();
  }

  const next = () => entries.findLast((entry) => !entry.state);
  /** The page that is shown now draws, also when another one began the run. */
  const update = (finished) => document.dispatchEvent(new CustomEvent('inspected', { detail: finished }));

  document.addEventListener('inspected', ({ detail: finished }) => {
    drawList();
    if (finished && isFollowing) show(finished).catch(notice);
  }, { signal });

  function drawList() {
    refill(list, entries.map((entry) => h('li', {}, h('button', {
      type: 'button', class: `thumb ${entry.result?.verdict ?? entry.state ?? 'waiting'}`, 'data-key': entry.key,
      'aria-current': entry === shown ? 'true' : false, title: entry.name, 'aria-label': `${stateText(entry)}: ${entry.name}`, onclick: () => {
        isFollowing = false;
        show(entry).catch(notice);
      },
    },
    entry.state === 'failed' ? h('b', { class: 'blank' }, '!') : h('img', { src: entry.photo, alt: '', loading: 'lazy' }),
    h('span', {}, stateText(entry))))));
    const unsent = entries.filter((entry) => entry.problem && !entry.problem.status);
    refill(again, [unsent.length > 1 && button(`Send ${unsent.length} again`, () => sendAgain(unsent), { 'data-key': 'again' })],
      list.querySelector('button'));
    // Said again, it would be read out again.
    const text = tallyText();
    if (tally.textContent !== text) tally.textContent = text;
  }

  async function show(entry) {
    if (entry.state !== 'done' && entry.state !== 'failed') return;
    shown = entry;
    drawList();
    showing.abort();
    showing = new AbortController();
    const until = showing.signal;
    if (entry.problem) {
      viewer.show({ width: 1, height: 1, photo: null, heat: null, missing: entry.name });
      fill(detail, h('div', { class: 'verdict failed' }, h('strong', {}, stateText(entry)), h('span', {}, entry.problem.message),
        entry.problem.requestId && h('small', {}, `Request ${entry.problem.requestId}`)),
      h('div', { class: 'row' }, button('Try again', () => {
        fill(detail, h('p', { class: 'quiet' }, `${entry.name} is sent again.`));
        sendAgain([entry]);
        list.querySelector('[aria-current]')?.focus();
      })));
      return;
    }
    const { result } = entry;
    // Whatever fails below, no other picture's verdict is beside this one.
    fill(detail, verdictBanner(result));
    const { heat } = await showPicture(viewer, result, until, entry.photo);
    if (until.aborted) return;
    fill(detail, verdictBanner(result), defectTable(result, viewer), heat,
      result.dryRun ? h('p', { class: 'quiet' }, 'Only tried: this result is not stored.')
        : new LabelBox(result, productTypes(result.product), until).element,
      h('details', { class: 'card' }, h('summary', {}, 'Where this came from'), originTable(result)));
  }

  const tally = h('p', { class: 'quiet', role: 'status' });
  const again = h('div', {});
  main.addEventListener('dragover', (event) => event.preventDefault(), { signal });
  main.addEventListener('drop', (event) => {
    event.preventDefault();
    take(event.dataTransfer.files);
  }, { signal });
  document.addEventListener('paste', (event) => event.clipboardData.files.length && take(event.clipboardData.files), { signal });
  signal.addEventListener('abort', () => showing.abort());

  fill(main, h('h1', { class: 'unseen' }, 'Inspect pictures'), h('div', { class: 'row wrap form' }, field('Product', product), field('Answer', mode), field('Part', part),
    field('Camera', camera), h('label', { class: 'row' }, isDry, 'Only try, store nothing')),
  h('div', { class: 'split' }, h('div', { class: 'left' }, drop, picker, viewer.element), detail), tally, again, list);
  if (products.length === 0) notice('There is no product yet: make one on the page Products.');
  viewer.show({ width: 4, height: 3, photo: null, heat: null, missing: 'No picture yet' });
  drawList();
  const latest = entries.find((entry) => entry.result);
  if (latest) await show(latest);
}

function stateText(entry) {
  if (entry.result) return format.verdictText[entry.result.verdict];
  if (entry.problem) return entry.problem.status ? 'Refused' : 'Not sent';
  return { running: 'Computing …', away: 'Waiting for the service …' }[entry.state] ?? 'Waiting';
}

/** How many of what, and what came last. */
function tallyText() {
  if (entries.length === 0) return '';
  const done = entries.filter((entry) => entry.result);
  const count = (verdict) => done.filter((entry) => entry.result.verdict === verdict).length;
  const [look, failed] = [count('undecidable'), entries.filter((entry) => entry.problem).length];
  const counts = [`${done.length} of ${entries.length} inspected`, `${count('notOk')} not ok`,
    look > 0 && `${look} to be looked at`, failed > 0 && `${failed} failed`].filter(Boolean).join(', ');
  const away = entries.find((entry) => entry.state === 'away');
  if (away) return `${counts}. Waiting for the service: ${away.reason}`;
  return newest?.result || newest?.problem ? `${counts}. Newest: ${stateText(newest)}, ${newest.name}` : counts;
}

/** Inspects one picture. A full queue and a product in preparation are waited for, a service that is away for a while. */
async function inspect(entry, changed) {
  for (;;) {
    try {
      const key = entry.query.dryRun ? {} : { 'Idempotency-Key': entry.key };
      entry.result = await request('POST', 'inspect', { query: entry.query, body: entry.file,
        headers: { 'Content-Type': entry.file.type || 'application/octet-stream', ...key } });
      entry.state = 'done';
      entry.file = null;
      awaySince = null;
      return;
    } catch (error) {
      const isBusy = error.status === 429 || error.kind === 'product-preparing';
      const isAway = !isBusy && (!error.status || error.retryAfter !== null);
      awaySince = isAway ? awaySince ?? Date.now() : null;
      if (!isBusy && !(isAway && Date.now() - awaySince < patience)) {
        entry.state = 'failed';
        entry.problem = error;
        return;
      }
      entry.state = isAway ? 'away' : 'running';
      entry.reason = error.message;
      changed();
      await wait(Math.min(error.retryAfter ?? 2, 30));
    }
  }
}

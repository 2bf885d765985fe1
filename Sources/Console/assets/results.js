// What was answered: filters, counts by the hour, a list that can follow the line.
import { h, svg, fill, refill, field, select, button, notice } from './dom.js';
import { all, get, send } from './api.js';
import * as format from './format.js';
import { typeName } from './types.js';

const names = ['product', 'verdict', 'review', 'label', 'defect', 'partId', 'camera', 'since', 'until', 'minScore'];
const pageSize = 50;

/** The ids of the list that was shown last, for going from one result to the next. */
export const listed = { ids: [], hash: '#/results' };

export async function resultsPage(main, signal, query) {
  const products = await all('products');
  const filter = Object.fromEntries(names.map((name) => [name, query.get(name) ?? '']));
  const any = (text) => ['', text];
  const kinds = [...new Set(products.flatMap((one) => one.defectTypes.map((type) => type.name ?? type)))].sort();
  // Results stay when their product is removed.
  const ids = [...new Set([...products.map((one) => one.id), ...(filter.product ? [filter.product] : [])])];
  const controls = {
    product: select([any('all products'), ...ids.map((one) => [one, one])], filter.product),
    verdict: select([any('all verdicts'), ...Object.entries(format.verdictText)], filter.verdict),
    review: select([any('any reason'), ['true', 'score: somebody must look'], ['false', 'picture: not judged']], filter.review),
    label: select([any('labelled or not'), ['none', 'not labelled'], ['ok', 'labelled good'], ['notOk', 'labelled defective']], filter.label),
    defect: text('defect', 'scratch', 'kinds'), partId: text('partId', 'A-17'), camera: text('camera', 'left'),
    since: moment('since'), until: moment('until'),
    minScore: h('input', { type: 'number', min: 0, step: 0.01, value: filter.minScore }),
  };
  function text(name, example, list) {
    return h('input', { type: 'text', maxlength: 128, list, value: filter[name], placeholder: `e.g. ${example}` });
  }
  function moment(name) {
    return h('input', { type: 'datetime-local', step: 1, value: filter[name] });
  }
  const labels = { product: 'Product', verdict: 'Verdict', review: 'Undecidable for its', label: 'Label', defect: 'Defect', partId: 'Part',
    camera: 'Camera', since: 'Since', until: 'Until', minScore: 'Lowest score' };
  const form = h('form', { class: 'row wrap form', onsubmit: (event) => {
    event.preventDefault();
    const set = names.map((name) => [name, controls[name].value.trim()]).filter(([, value]) => value);
    const hash = `#/results?${new URLSearchParams(set)}`;
    if (location.hash === hash) dispatchEvent(new HashChangeEvent('hashchange'));
    else location.hash = hash;
  } }, names.map((name) => field(labels[name], controls[name])), h('button', { class: 'primary' }, 'Show'),
  h('a', { href: '#/results', class: 'button plain' }, 'Clear'),
  h('datalist', { id: 'kinds' }, kinds.map((name) => h('option', { value: format.words(name) }))));

  /** Names and local moments of the form as the service wants them. */
  const asked = () => ({ ...filter, defect: typeName(filter.defect),
    since: filter.since && new Date(filter.since).toISOString(), until: filter.until && new Date(filter.until).toISOString() });

  const chart = h('div', { class: 'card chart' });
  const rows = h('tbody', {});
  const more = h('div', { class: 'row' });
  const isLive = h('input', { type: 'checkbox' });
  let items = [];
  let token = null;

  async function load(pageToken) {
    const page = await get('results', { ...asked(), pageSize, pageToken }, { signal });
    // The list may have begun anew since.
    if (pageToken && pageToken !== token) return;
    items = pageToken ? [...items, ...page.items] : page.items;
    token = page.nextPageToken;
    draw();
  }

  /** Puts what is new in front; begins anew where something may be missing between, and before the list is too long. */
  async function follow() {
    const page = await get('results', { ...asked(), pageSize }, { signal });
    const known = new Set(items.map((item) => item.id));
    const fresh = page.items.filter((item) => !known.has(item.id));
    const isWhole = fresh.length === page.items.length || items.length + fresh.length > 1000;
    items = isWhole ? page.items : [...fresh, ...items];
    if (isWhole) token = page.nextPageToken;
    if (isWhole || fresh.length > 0) draw();
  }

  function draw() {
    listed.ids = items.map((item) => item.id);
    listed.hash = location.hash;
    refill(rows, items.map((item) => h('tr', { class: 'link', onclick: () => (location.hash = `#/results/${item.id}`) },
      h('td', {}, h('a', { href: `#/results/${item.id}`, 'data-key': item.id }, format.time(item.createdAt))),
      h('td', {}, h('span', { class: `pill ${item.verdict}` }, format.verdictText[item.verdict])),
      h('td', { class: 'number' }, format.score(item.score, item.threshold, item.reviewThreshold)),
      h('td', {}, item.product), h('td', {}, item.partId ?? ''), h('td', {}, item.camera ?? ''),
      h('td', {}, item.defects.map((defect) => h('span', { class: 'chip' }, format.words(defect.type)))))));
    if (items.length === 0) fill(rows, h('tr', {}, h('td', { colspan: 7, class: 'quiet' }, 'No result matches.')));
    refill(more, [token && button('Show more', () => load(token), { 'data-key': 'more' })], rows.querySelector('tr:last-child a'));
  }

  async function count() {
    // A day, unless the filter says from when on; a summary takes the same filters.
    const end = Math.min(Date.now(), filter.until ? Date.parse(asked().until) : Infinity);
    const since = asked().since || new Date(end - 24 * hour).toISOString();
    const day = filter.until ? 'in the 24 hours before the moment chosen' : 'in the last 24 hours';
    const summary = await get('results/summary', { ...asked(), since, by: 'hour' }, { signal });
    const when = summary.truncated ? `in the latest ${format.count(summary.items.length)} hours that have results` : 'in the time chosen';
    fill(chart, filter.since ? hourChart(summary.items, when) : hourChart(summary.items, day, Date.parse(since), end));
  }

  async function download(type, name) {
    const response = await send('GET', 'results', { query: asked(), headers: { Accept: type } });
    const link = h('a', { href: URL.createObjectURL(await response.blob()), download: name });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  fill(main, h('h1', { class: 'unseen' }, 'Results'), form, chart,
    h('div', { class: 'row' }, h('label', { class: 'row' }, isLive, 'Follow the line'), h('span', { class: 'grow' }),
      button('Download CSV', () => download('text/csv', 'results.csv'), { class: 'plain' }),
      button('Download NDJSON', () => download('application/x-ndjson', 'results.ndjson'), { class: 'plain' })),
    h('div', { class: 'scroll' }, h('table', { class: 'card' },
      h('thead', {}, h('tr', {}, ['Time', 'Verdict', 'Score', 'Product', 'Part', 'Camera', 'Defects'].map((name) => h('th', { scope: 'col' }, name)))),
      rows)), more);
  await Promise.all([load(null), count()]);

  const timer = setInterval(() => {
    if (!isLive.checked || document.hidden) return;
    Promise.all([follow(), count()]).catch((error) => {
      isLive.checked = false;
      notice(error);
    });
  }, 3000);
  signal.addEventListener('abort', () => clearInterval(timer));
}

const hour = 3600e3;

/** Bars of good and bad parts, one for each hour: between two moments, or between the first and the last that are there. */
function hourChart(groups, when, start, end) {
  if (groups.length === 0) return h('p', { class: 'quiet' }, `No results ${when}.${start ? ' “Since” counts from another time on.' : ''}`);
  const hours = new Map(groups.map((group) => [Date.parse(group.hour), group]));
  const first = start ? Math.floor(start / hour) * hour : Math.min(...hours.keys());
  const last = start ? Math.floor(end / hour) * hour : Math.max(...hours.keys());
  // At most a week of hours is drawn, the latest; bars would be too thin otherwise.
  const from = Math.max(first, last - 167 * hour);
  const slots = (last - from) / hour + 1;
  const most = Math.max(...groups.map((group) => group.total));
  const [width, height] = [720, 90];
  const step = width / Math.max(slots, 24);
  const sum = (name) => groups.reduce((total, group) => total + group.verdicts[name], 0);
  const bars = [];
  for (let slot = 0; slot < slots; slot += 1) {
    const group = hours.get(from + slot * hour);
    if (!group) continue;
    let top = height;
    for (const verdict of ['ok', 'undecidable', 'notOk']) {
      const size = (group.verdicts[verdict] / most) * height;
      top -= size;
      if (size > 0) bars.push(svg('rect', { x: slot * step + 0.5, y: top, width: Math.max(step - 1, 0.5), height: size, class: verdict },
        svg('title', {}, `${format.time(group.hour)}: ${group.verdicts.ok} ok, ${group.verdicts.notOk} not ok, ${group.verdicts.undecidable} undecidable`)));
    }
  }
  const total = sum('ok') + sum('notOk') + sum('undecidable');
  return [
    h('p', {}, h('b', {}, format.count(total)), ` inspections ${when}: `,
      ['ok', 'notOk', 'undecidable'].map((name) => h('span', { class: `pill ${name}` }, `${format.verdictText[name]} ${format.count(sum(name))}`)),
      ` not ok ${format.percent(total ? sum('notOk') / total : null)}`),
    svg('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': 'Inspections by the hour' }, bars),
    h('p', { class: 'quiet axis' }, h('span', {}, format.time(new Date(from))), h('span', {}, format.time(new Date(last + hour)))),
  ];
}

// Pictures in, verdicts out.
import { h, fill, field, select, notice } from './dom.js';
import { all, request } from './api.js';
import * as format from './format.js';
import { Viewer } from './viewer.js';
import { LabelBox, defectTable, originTable, showPicture, verdictBanner } from './findings.js';
import { productTypes } from './types.js';

/** Pictures that stay in the list; those before give way. */
const kept = 60;
/** Waits between tries when the service says that its queue is full. */
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** What was inspected since the page was opened; it outlives the page's other pages. */
const entries = [];
let isRunning = false;

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

  let shown = null;
  /** Whether what is finished is shown at once: until somebody chooses what to look at. */
  let isFollowing = true;
  let showing = new AbortController();

  function take(files) {
    for (const file of files) {
      const entry = {
        file, name: file.name || 'pasted picture', product: product.value, photo: URL.createObjectURL(file),
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
    for (let entry = next(); entry; entry = next()) {
      entry.state = 'running';
      update();
      await inspect(entry);
      entry.file = null;
      forgetOldest();
      update(entry);
    }
    isRunning = false;
  }

  /** Only what is done gives way: a thousand pictures may wait. */
  function forgetOldest() {
    while (entries.length > kept && entries.at(-1).state !== undefined && entries.at(-1) !== shown) {
      URL.revokeObjectURL(entries.pop().photo);
    }
  }

  const next = () => entries.findLast((entry) => !entry.state);
  /** The page that is shown now draws, also when another one began the run. */
  const update = (finished) => document.dispatchEvent(new CustomEvent('inspected', { detail: finished }));

  document.addEventListener('inspected', ({ detail: finished }) => {
    drawList();
    if (finished && isFollowing) show(finished).catch(notice);
  }, { signal });

  function drawList() {
    const done = entries.filter((entry) => entry.result);
    const hadFocus = list.contains(document.activeElement);
    const bad = done.filter((entry) => entry.result.verdict === 'notOk').length;
    fill(list, entries.map((entry) => h('li', {}, h('button', {
      type: 'button', class: `thumb ${entry.result?.verdict ?? entry.state ?? 'waiting'}`,
      'aria-current': entry === shown ? 'true' : false, title: entry.name, onclick: () => {
        isFollowing = false;
        show(entry).catch(notice);
      },
    },
    entry.state === 'failed' ? h('b', { class: 'blank' }, '!') : h('img', { src: entry.photo, alt: '', loading: 'lazy' }),
    h('span', {}, entry.result ? format.verdictText[entry.result.verdict]
      : { failed: 'Refused', running: 'Computing …' }[entry.state] ?? 'Waiting')))));
    if (hadFocus) list.querySelector('[aria-current]')?.focus();
    fill(tally, entries.length ? `${done.length} of ${entries.length} inspected, ${bad} not ok` : '');
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
      fill(detail, h('div', { class: 'verdict failed' }, h('strong', {}, 'Refused'), h('span', {}, entry.problem.message),
        entry.problem.requestId && h('small', {}, `Request ${entry.problem.requestId}`)));
      return;
    }
    const { result } = entry;
    // Whatever fails below, no other picture's verdict is beside this one.
    fill(detail, verdictBanner(result));
    const [{ heat }, types] = await Promise.all([
      showPicture(viewer, result, until, entry.photo), productTypes(result.product),
    ]);
    if (until.aborted) return;
    fill(detail, verdictBanner(result), defectTable(result, viewer), heat,
      result.dryRun ? h('p', { class: 'quiet' }, 'Only tried: this result is not stored.')
        : new LabelBox(result, types, until).element,
      h('details', { class: 'card' }, h('summary', {}, 'Where this came from'), originTable(result)));
  }

  const tally = h('p', { class: 'quiet', role: 'status' });
  main.addEventListener('dragover', (event) => event.preventDefault(), { signal });
  main.addEventListener('drop', (event) => {
    event.preventDefault();
    take(event.dataTransfer.files);
  }, { signal });
  document.addEventListener('paste', (event) => event.clipboardData.files.length && take(event.clipboardData.files), { signal });
  signal.addEventListener('abort', () => showing.abort());

  fill(main, h('div', { class: 'row wrap form' }, field('Product', product), field('Answer', mode), field('Part', part),
    field('Camera', camera), h('label', { class: 'row' }, isDry, 'Only try, store nothing')),
  h('div', { class: 'split' }, h('div', { class: 'left' }, drop, picker, viewer.element), detail), tally, list);
  if (products.length === 0) notice('There is no product yet: make one on the page Products.');
  viewer.show({ width: 4, height: 3, photo: null, heat: null, missing: 'No picture yet' });
  drawList();
  const latest = entries.find((entry) => entry.result);
  if (latest) await show(latest);
}

/** Inspects one picture; a full queue is waited for. */
async function inspect(entry) {
  try {
    for (;;) {
      try {
        entry.result = await request('POST', 'inspect', { query: entry.query, body: entry.file,
          headers: { 'Content-Type': entry.file.type || 'application/octet-stream' } });
        entry.state = 'done';
        return;
      } catch (error) {
        const mayBeTaken = error.status === 429 || error.kind === 'product-preparing';
        if (!mayBeTaken) throw error;
        await wait(error.retryAfter ?? 1);
      }
    }
  } catch (error) {
    entry.state = 'failed';
    entry.problem = error;
  }
}

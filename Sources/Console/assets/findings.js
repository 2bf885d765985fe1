// What a result says: verdict, defects, label, where it came from.
import { h, fill, button, notice, onKeys } from './dom.js';
import { get, request, send, path, picture } from './api.js';
import * as format from './format.js';
import { drawDefects } from './viewer.js';

/** The verdict in large letters, with the score on its scale. */
export function verdictBanner(result) {
  const { verdict, score, threshold, reviewThreshold } = result;
  const told = format.score(score, threshold, reviewThreshold);
  const share = (value) => `${100 * Math.min(Math.max(value, 0), 1)}%`;
  const bar = h('div', { class: 'gauge', title: `score ${told}, threshold ${format.threshold(threshold)}` },
    h('i', {}));
  bar.firstChild.style.width = share(score);
  for (const value of [reviewThreshold, threshold].filter((one) => Number.isFinite(one))) {
    const mark = h('b', {});
    mark.style.left = share(value);
    bar.append(mark);
  }
  return h('div', { class: `verdict ${verdict}` },
    h('strong', {}, format.verdictText[verdict]),
    h('span', {}, `score ${told} · threshold ${format.threshold(threshold)}`
      + (Number.isFinite(reviewThreshold) ? ` · review from ${format.threshold(reviewThreshold)}` : '')
      + (result.shots ? ` · ${result.shots} references` : ' · no references')
      + (result.calibrationId ? ' · calibrated' : '')),
    bar,
    // Results of earlier versions have none.
    (result.faults ?? []).map((fault) => h('p', {}, h('b', {}, format.faultText[fault.type] ?? fault.type), `: ${fault.detail}`)));
}

/** The defects as a table; a type's box hides it in the picture, a line under the pointer marks it. */
export function defectTable(result, viewer) {
  if (result.defects.length === 0) return h('p', { class: 'quiet' }, 'No defects are marked.');
  const group = (type) => viewer.drawing.querySelector(`g[data-type="${CSS.escape(type)}"]`);
  return h('div', { class: 'scroll' }, h('table', {},
    h('thead', {}, h('tr', {}, ['Defect', 'Score', 'Regions', 'Area'].map((text) => h('th', { scope: 'col' }, text)))),
    h('tbody', {}, result.defects.map((defect, index) => {
      const shown = h('input', { type: 'checkbox', checked: true,
        onchange: () => group(defect.type)?.classList.toggle('off', !shown.checked) });
      const swatch = h('i', { class: 'swatch' });
      swatch.style.background = format.color(index);
      return h('tr', {
        onpointerenter: () => group(defect.type)?.classList.add('marked'),
        onpointerleave: () => group(defect.type)?.classList.remove('marked'),
      },
      h('td', {}, h('label', { class: 'row' }, shown, swatch, format.words(defect.type))),
      h('td', { class: 'number' }, format.score(defect.score)),
      h('td', { class: 'number' }, defect.regions.length),
      h('td', { class: 'number' }, format.area(defect)));
    }))));
}

/** Controls of the heat map's strength, when it is there: who may not see it, or gets none, does without. */
function heatControl(viewer, opacity, coming) {
  viewer.heatOpacity = opacity;
  const slider = h('input', { type: 'range', min: 0, max: 1, step: 0.05, value: opacity,
    oninput: () => (viewer.heatOpacity = slider.value) });
  const label = h('label', { class: 'row', hidden: true }, 'Heat map', slider);
  coming.then((heat) => {
    if (!heat) return;
    viewer.heat = heat;
    label.hidden = false;
  });
  return h('div', { class: 'row' }, label, button('Fit', () => viewer.fit(), { class: 'plain' }));
}

/** What people say of the part, and buttons to say it; the keys G and D do the same. */
export class LabelBox {
  #result;
  #hasSaid = false;
  #status = h('p', { class: 'quiet' });
  #note = h('input', { type: 'text', maxlength: 500, placeholder: 'Note (optional)' });
  #types = h('div', { class: 'chips' });
  #good = button('Good part (G)', () => this.set('ok'), { class: 'good' });
  #bad = button('Defective (D)', () => this.set('notOk'), { class: 'danger' });
  #remove = button('No label', () => this.remove(), { class: 'plain', hidden: true });

  /** `types` are the product's, which may come later or never. Keys are listened to until the signal. */
  constructor(result, types, signal) {
    this.#result = result;
    const found = result.verdict !== 'ok' ? result.defects.map((defect) => defect.type) : [];
    for (const name of found) this.#offer(name);
    this.element = h('section', { class: 'card' }, h('h2', {}, 'What is it really?'), this.#status,
      h('details', {}, h('summary', {}, 'Kinds of defect and a note'), this.#types, this.#note),
      h('div', { class: 'row wrap' }, this.#good, this.#bad, this.#remove));
    const press = (control) => this.element.hidden || control.click();
    onKeys({ g: () => press(this.#good), d: () => press(this.#bad) }, signal);
    // Those found can be chosen without the others.
    types.then((names) => names.forEach((name) => this.#offer(name)), () => {});
    this.load().catch(notice);
  }

  get #path() {
    return `${path('results', this.#result.id)}/label`;
  }

  #offer(name, checked = false) {
    if (this.#boxes.some((box) => box.value === name)) return;
    this.#types.append(h('label', { class: 'chip' }, h('input', { type: 'checkbox', value: name, checked }), format.words(name)));
  }

  get #boxes() {
    return [...this.#types.querySelectorAll('input')];
  }

  async load() {
    let label = null;
    try {
      label = await get(this.#path);
    } catch (error) {
      // Who may only inspect may not say either.
      if (error.status === 403) this.element.hidden = true;
      else if (error.status !== 404) throw error;
    }
    if (!this.#hasSaid) this.#show(label);
  }

  async set(verdict) {
    this.#hasSaid = true;
    const types = verdict === 'ok' ? []
      : this.#boxes.filter((box) => box.checked).map((box) => box.value);
    const label = { verdict, types };
    if (this.#note.value.trim()) label.note = this.#note.value.trim();
    this.#show(await request('POST', this.#path, { json: label }));
  }

  async remove() {
    await send('DELETE', this.#path);
    this.#note.value = '';
    for (const box of this.#boxes) box.checked = false;
    // The button goes with the label.
    if (document.activeElement === this.#remove) this.#good.focus();
    this.#show(null);
  }

  /** What was said before is there to be changed, not to be said again. */
  #show(label) {
    this.#remove.hidden = !label;
    if (label) {
      this.#note.value = label.note ?? '';
      for (const box of this.#boxes) box.checked = label.types.includes(box.value);
      for (const name of label.types) this.#offer(name, true);
    }
    const was = this.#result.verdict === 'undecidable' ? 'undecided' : label?.verdict === this.#result.verdict ? 'right' : 'wrong';
    fill(this.#status, label
      ? [h('b', {}, label.verdict === 'ok' ? 'Good part' : 'Defective'),
        label.types.length > 0 && `: ${label.types.map(format.words).join(', ')}`, label.note && ` – ${label.note}`,
        h('span', { class: 'quiet' }, ` · ${format.time(label.labeledAt)} · the service was ${was}`)]
      : 'Nobody has said. Labels measure false rejects and escapes.');
  }
}

/** Where a result came from, as pairs. */
export function originTable(result) {
  const { provenance, timings } = result;
  const rows = [
    ['Product', h('a', { href: `#/products/${encodeURIComponent(result.product)}` }, result.product)],
    ['Inspected', format.time(result.createdAt)], ['Part', result.partId], ['Camera', result.camera],
    ['Picture', `${result.image.width} × ${result.image.height}`],
    ['Its look', result.image.sharpness !== undefined
      && `brightness ${format.score(result.image.brightness)}, contrast ${format.score(result.image.contrast)}, sharpness ${format.score(result.image.sharpness)}`],
    ['Score', `global ${format.score(result.scoreRaw.global)}, map ${format.score(result.scoreRaw.mapMax, result.mapThreshold)}`],
    ['Map threshold', format.threshold(result.mapThreshold)],
    ['References', provenance.references ?? 'none'], ['Weights', format.digest(provenance.weights)],
    ['Adapter', format.digest(provenance.adapter)], ['Computed in', provenance.precision],
    ['Time', `${format.milliseconds(timings.total)} (network ${format.milliseconds(timings.encode)}, queue ${format.milliseconds(timings.queue)})`],
    ['Metadata', result.metadata && h('code', {}, JSON.stringify(result.metadata))], ['Result', h('code', {}, result.id)],
  ];
  return h('dl', {}, rows.filter(([, value]) => value !== undefined && value !== null && value !== false)
    .map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

/** Fetches a picture of a result until the signal; null when there is none, or then. */
async function fetched(address, signal) {
  const blob = await picture(address);
  const release = () => blob && URL.revokeObjectURL(blob);
  if (signal.aborted) {
    release();
    return null;
  }
  signal.addEventListener('abort', release);
  return blob;
}

/** Shows a result's picture and regions, until the signal; a photo that is at hand is not fetched, and nothing waits for
    the heat map. Gives its control, and whether there is a photo. */
export async function showPicture(viewer, result, signal, photo) {
  const base = path('results', result.id);
  let missing = 'This picture was not kept: the product’s “keep pictures” decides.';
  const own = photo ?? await fetched(`${base}/image`, signal).catch((error) => {
    missing = `The picture could not be shown. ${error.message}`;
    return null;
  });
  if (signal.aborted) return { heat: null, hasPhoto: false };
  viewer.show({ ...result.image, photo: own, heat: null, missing: own ? '' : missing });
  drawDefects(viewer, result.verdict === 'ok' ? [] : result.defects);
  const coming = result.heatmap ? fetched(`${base}/heatmap.png`, signal).catch(() => null) : Promise.resolve(null);
  return { heat: heatControl(viewer, own ? 0 : 0.85, coming), hasPhoto: Boolean(own) };
}


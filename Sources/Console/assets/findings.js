// What a result says: verdict, defects, label, where it came from.
import { h, fill, button, notice, onKeys } from './dom.js';
import { get, request, send, path, picture } from './api.js';
import * as format from './format.js';
import { drawDefects } from './viewer.js';

/** The verdict in large letters, with the score on its scale. */
export function verdictBanner(result) {
  const { verdict, score, threshold, reviewThreshold } = result;
  const share = (value) => `${100 * Math.min(Math.max(value, 0), 1)}%`;
  const bar = h('div', { class: 'gauge', title: `score ${format.score(score)}, threshold ${format.score(threshold)}` },
    h('i', {}));
  bar.firstChild.style.width = share(score);
  for (const value of [reviewThreshold, threshold].filter((one) => Number.isFinite(one))) {
    const mark = h('b', {});
    mark.style.left = share(value);
    bar.append(mark);
  }
  return h('div', { class: `verdict ${verdict}` },
    h('strong', {}, format.verdictText[verdict]),
    h('span', {}, `score ${format.score(score)} · threshold ${format.threshold(threshold)}`
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
  return h('table', {},
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
    })));
}

/** Controls of the heat map's strength. */
function heatControl(viewer, opacity) {
  viewer.heatOpacity = opacity;
  const slider = h('input', { type: 'range', min: 0, max: 1, step: 0.05, value: opacity,
    oninput: () => (viewer.heatOpacity = slider.value) });
  return h('div', { class: 'row' },
    h('label', { class: 'row' }, 'Heat map', slider), button('Fit', () => viewer.fit(), { class: 'plain' }));
}

/** What people say of the part, and buttons to say it; the keys G and D do the same. */
export class LabelBox {
  #result;
  #status = h('p', { class: 'quiet' });
  #note = h('input', { type: 'text', maxlength: 500, placeholder: 'Note (optional)' });
  #types = h('div', { class: 'chips' });
  #remove = button('No label', () => this.remove(), { class: 'plain', hidden: true });

  /** Keys are listened to until the signal. */
  constructor(result, types, signal) {
    this.#result = result;
    const found = result.verdict !== 'ok' ? result.defects.map((defect) => defect.type) : [];
    for (const name of new Set([...found, ...types])) this.#offer(name);
    this.element = h('section', { class: 'card' }, h('h2', {}, 'What is it really?'), this.#status,
      h('details', {}, h('summary', {}, 'Kinds of defect and a note'), this.#types, this.#note),
      h('div', { class: 'row' },
        button('Good part (G)', () => this.set('ok'), { class: 'good' }),
        button('Defective (D)', () => this.set('notOk'), { class: 'danger' }),
        this.#remove));
    onKeys({ g: () => this.set('ok'), d: () => this.set('notOk') }, signal);
    this.load().catch(notice);
  }

  get #path() {
    return `${path('results', this.#result.id)}/label`;
  }

  #offer(name, checked = false) {
    this.#types.append(h('label', { class: 'chip' }, h('input', { type: 'checkbox', value: name, checked }), format.words(name)));
  }

  get #boxes() {
    return [...this.#types.querySelectorAll('input')];
  }

  async load() {
    try {
      this.#show(await get(this.#path));
    } catch (error) {
      if (error.status !== 404) throw error;
      this.#show(null);
    }
  }

  async set(verdict) {
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
    this.#show(null);
  }

  /** What was said before is there to be changed, not to be said again. */
  #show(label) {
    this.#remove.hidden = !label;
    if (label) {
      this.#note.value = label.note ?? '';
      for (const box of this.#boxes) box.checked = label.types.includes(box.value);
      const known = this.#boxes.map((box) => box.value);
      for (const name of label.types) if (!known.includes(name)) this.#offer(name, true);
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
    ['Score', `global ${format.score(result.scoreRaw.global)}, map ${format.score(result.scoreRaw.mapMax)}`],
    ['Map threshold', format.threshold(result.mapThreshold)],
    ['References', provenance.references ?? 'none'], ['Weights', format.digest(provenance.weights)],
    ['Adapter', format.digest(provenance.adapter)], ['Computed in', provenance.precision],
    ['Time', `${format.milliseconds(timings.total)} (network ${format.milliseconds(timings.encode)}, queue ${format.milliseconds(timings.queue)})`],
    ['Metadata', result.metadata && h('code', {}, JSON.stringify(result.metadata))], ['Result', h('code', {}, result.id)],
  ];
  return h('dl', {}, rows.filter(([, value]) => value !== undefined && value !== null && value !== false)
    .map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

/** Shows a result's picture and regions, until the signal; a photo that is at hand is not fetched. Gives the heat
    map's control, and whether there is a photo. */
export async function showPicture(viewer, result, signal, photo) {
  const base = path('results', result.id);
  const [own, heat] = await Promise.all([
    photo ?? picture(`${base}/image`), result.heatmap ? picture(`${base}/heatmap.png`) : null,
  ]);
  const release = () => [photo ? null : own, heat].filter(Boolean).forEach((address) => URL.revokeObjectURL(address));
  if (signal.aborted) {
    release();
    return { heat: null, hasPhoto: false };
  }
  signal.addEventListener('abort', release);
  viewer.show({
    ...result.image, photo: own, heat,
    missing: own ? '' : 'This picture was not kept: the product’s “keep pictures” decides.',
  });
  drawDefects(viewer, result.verdict === 'ok' ? [] : result.defects);
  return { heat: heatControl(viewer, own ? 0 : 0.85), hasPhoto: Boolean(own) };
}


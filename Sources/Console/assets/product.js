// One product: settings, references, calibration, thresholds.
import { h, fill, field, select, button, confirmed, guarded, notice } from './dom.js';
import { get, path, request, send } from './api.js';
import { calibrationSection } from './calibration.js';
import { PolygonEditor } from './polygons.js';
import { decisionText, pictureCheckText, stateText } from './products.js';
import { referenceSection } from './references.js';
import { simulationSection } from './simulation.js';
import { TypeEditor } from './type-editor.js';
import { knownTypes } from './types.js';

export async function productPage(main, signal, query, id) {
  const [product, known] = await Promise.all([get(path('products', id), null, { signal }), knownTypes()]);
  const state = h('span', {}, stateText(product));
  const problem = h('div', {});
  let timer = null;
  const page = { id, product, signal, changed: reload, patch };
  const calibration = calibrationSection(page);
  const simulation = simulationSection(page);
  const form = settingsForm(page, known);

  /** Reads the product anew after something changed it, and shows what depends on it. */
  async function reload() {
    const fresh = await get(path('products', id), null, { signal });
    for (const name of Object.keys(product)) if (!(name in fresh)) delete product[name];
    Object.assign(product, fresh);
    fill(state, stateText(product));
    fill(problem, product.problem && h('p', { class: 'notice bad' }, product.problem.detail ?? product.problem.title ?? 'It could not be prepared.'));
    form.adopt();
    clearTimeout(timer);
    // Lists of calibrations are long: they are asked for when there is nothing more to wait for.
    if (product.status === 'preparing') {
      timer = setTimeout(() => signal.aborted || reload().catch(notice), 700);
    } else {
      simulation.refresh();
      await calibration.refresh();
    }
  }

  /** Changes the product as it was when it was read: nobody else's change is overwritten, it is shown instead. */
  async function patch(json) {
    try {
      await request('PATCH', path('products', id),
        { json, headers: { 'If-Match': product.etag, 'Content-Type': 'application/merge-patch+json' } });
    } catch (error) {
      if (error.status !== 412) throw error;
      await reload();
      throw Object.assign(error, { told: 'Somebody changed this product meanwhile: look again, then save.' });
    }
    notice('Saved.', 'good');
  }

  const remove = async () => {
    if (!(await confirmed(`Remove the product “${id}” with its references? Its results stay.`, 'Remove'))) return;
    await send('DELETE', path('products', id));
    location.hash = '#/products';
  };
  fill(main,
    h('div', { class: 'row' }, h('a', { href: '#/products' }, '← Products')),
    h('div', { class: 'row wrap' }, h('h1', {}, id), state, h('span', { class: 'grow' }),
      h('a', { href: `#/results?product=${encodeURIComponent(id)}` }, 'Its results'),
      button('Remove product', remove, { class: 'danger plain' })),
    problem, form.element, referenceSection(page), calibration.element, simulation.element);
  await reload();
}

function settingsForm({ product, patch, changed }, known) {
  const number = (value, properties) => h('input', { type: 'number', value: value ?? '', ...properties });
  const controls = {
    noun: h('input', { type: 'text', required: true, maxlength: 100, value: product.noun }),
    threshold: number(product.threshold, { min: 0, max: 1, step: 'any' }),
    reviewThreshold: number(product.reviewThreshold, { min: 0, max: 1, step: 'any', placeholder: 'nobody looks' }),
    mapThreshold: number(product.mapThreshold, { min: 0, max: 1, step: 'any', placeholder: 'as above' }),
    decision: select(Object.entries(decisionText), product.decision),
    pictureCheck: select(Object.entries(pictureCheckText), product.pictureCheck),
    imageSide: number(product.imageSide, { min: 1, step: 1 }),
    mmPerPixel: number(product.mmPerPixel, { min: 0, step: 'any', placeholder: 'unknown' }),
    keepImages: select([['none', 'none'], ['notOk', 'of parts that are not ok'], ['all', 'all']], product.keepImages),
    maxBankRows: number(product.maxBankRows, { min: 16, step: 1, placeholder: 'all' }),
  };
  const types = new TypeEditor(product.defectTypes, known);
  const polygons = new PolygonEditor(product.ignore, product.include);
  const save = h('button', { class: 'primary' }, 'Save settings');
  const value = (control) => (control.type === 'number' ? (control.value === '' ? null : Number(control.value)) : control.value.trim());

  // What the form began with: only what somebody changed here is sent, whatever the product has become meanwhile.
  const initial = Object.fromEntries(Object.keys(controls).map((name) => [name, product[name] ?? null]));
  const isChanged = (name) => value(controls[name]) !== initial[name];
  const editors = [
    { editor: types, ofProduct: () => product.defectTypes, sent: (value) => ({ defectTypes: value }) },
    { editor: polygons, ofProduct: () => ({ ignore: product.ignore, include: product.include }), sent: (value) => value },
  ];
  const text = (value) => JSON.stringify(value);
  for (const one of editors) one.initial = text(one.editor.value);
  const isEdited = ({ editor, initial: before }) => text(editor.value) !== before;

  /** Shows what the product has become in what was not touched. */
  function adopt() {
    for (const [name, control] of Object.entries(controls)) {
      if (isChanged(name)) continue;
      initial[name] = product[name] ?? null;
      control.value = initial[name] ?? '';
    }
    for (const one of editors) {
      const now = one.ofProduct();
      if (isEdited(one) || text(now) === one.initial) continue;
      one.initial = text(now);
      one.editor.value = now;
    }
  }

  const submit = async (event) => {
    event.preventDefault();
    await guarded(save, async () => {
      polygons.finish();
      // What was not touched stays unset, so that defaults of the configuration go on to count.
      const json = Object.assign({}, ...editors.filter(isEdited).map(({ editor, sent }) => sent(editor.value)));
      for (const name of Object.keys(controls).filter(isChanged)) json[name] = value(controls[name]);
      await patch(json);
      for (const name of Object.keys(controls)) initial[name] = value(controls[name]);
      for (const one of editors) one.initial = text(one.editor.value);
      await changed();
    });
  };
  const element = h('form', { class: 'card', onsubmit: submit }, h('h2', {}, 'Settings'),
    h('div', { class: 'row wrap form' },
      field('What it is', controls.noun, 'in the texts that pictures are compared with'),
      field('Threshold', controls.threshold, 'from this score on a part is not ok'),
      field('Review threshold', controls.reviewThreshold, 'from this score on somebody must look'),
      field('Map threshold', controls.mapThreshold, 'map values from here on are marked'),
      field('Decided by', controls.decision, 'references alone need calibrated thresholds'),
      field('Pictures not judged', controls.pictureCheck, 'they are undecidable'),
      field('Image side', controls.imageSide, 'pixels the network sees'),
      field('mm per pixel', controls.mmPerPixel, 'gives areas in mm²'),
      field('Keep pictures', controls.keepImages),
      field('Bank rows', controls.maxBankRows, 'fewer are faster')),
    h('h3', {}, 'Kinds of defect'), types.element,
    h('h3', {}, 'Where to look'), polygons.element,
    h('div', { class: 'row' }, save));
  return { element, adopt };
}

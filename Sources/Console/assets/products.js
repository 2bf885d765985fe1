// The products, and making one.
import { h, fill, field, guarded } from './dom.js';
import { all, path, request } from './api.js';
import * as format from './format.js';

export async function productsPage(main, signal) {
  const products = await all('products');
  const id = h('input', { type: 'text', required: true, maxlength: 64, pattern: '[A-Za-z0-9][A-Za-z0-9._\\-]*',
    placeholder: 'cable-7', title: 'Letters, digits, . _ -, beginning with a letter or digit' });
  const noun = h('input', { type: 'text', required: true, maxlength: 100, placeholder: 'cable' });
  const submit = h('button', { class: 'primary' }, 'Make product');
  const form = h('form', { class: 'row wrap form card', onsubmit: (event) => {
    event.preventDefault();
    guarded(submit, async () => {
      const name = id.value.trim();
      const address = `#/products/${encodeURIComponent(name)}`;
      try {
        // Only makes: a product that is there is not replaced.
        await request('PUT', path('products', name), { json: { noun: noun.value.trim() }, headers: { 'If-None-Match': '*' } });
      } catch (error) {
        if (error.status === 412) error.told = ['There is a product of this id: ', h('a', { href: address }, name)];
        throw error;
      }
      location.hash = address;
    });
  } }, field('Id', id, 'its name in addresses and results'), field('What it is', noun, 'one or two English words, for the texts'), submit);

  fill(main, h('h1', {}, 'Products'), form, h('div', { class: 'scroll' }, h('table', { class: 'card' },
    h('thead', {}, h('tr', {}, ['Product', 'What it is', 'Kinds of defect', 'References', 'Decided by', 'Threshold', 'State'].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, products.map((product) => {
      const address = `#/products/${encodeURIComponent(product.id)}`;
      return h('tr', { class: 'link', onclick: () => (location.hash = address) },
        h('td', {}, h('a', { href: address }, product.id)), h('td', {}, product.noun),
        h('td', {}, product.defectTypes.map((type) => h('span', { class: 'chip' }, format.words(type.name ?? type)))),
        h('td', { class: 'number' }, product.references.count), h('td', {}, decisionText[product.decision]),
        h('td', { class: 'number' }, format.threshold(product.threshold)), h('td', {}, stateText(product)));
    })))));
}

export const pictureCheckText = {
  references: 'blank, or unlike all references', blank: 'blank ones', none: 'none: all are judged',
};
export const decisionText = { combined: 'texts and references', references: 'references alone' };

/** Whether a product can be inspected, and whether its thresholds were calibrated. */
export function stateText(product) {
  const preparation = { ready: 'ready', failed: 'failed', preparing: `preparing ${Math.round(100 * product.progress)} %` };
  const calibration = { none: 'not calibrated', current: 'calibrated', outdated: 'calibration outdated' };
  return [h('span', { class: `pill ${{ ready: 'ok', failed: 'notOk' }[product.status] ?? ''}` }, preparation[product.status]),
    h('span', { class: `pill ${{ current: 'ok', outdated: 'undecidable' }[product.calibrationStatus] ?? ''}` }, calibration[product.calibrationStatus])];
}

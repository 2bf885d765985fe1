// One stored result.
import { h, fill, button, confirmed, notice, onKeys } from './dom.js';
import { get, path, request, send } from './api.js';
import { Viewer } from './viewer.js';
import { LabelBox, defectTable, originTable, showPicture, verdictBanner } from './findings.js';
import { listed } from './results.js';
import { productTypes } from './types.js';

export async function resultPage(main, signal, query, id) {
  const result = await get(path('results', id), null, { signal });
  const viewer = new Viewer();
  const index = listed.ids.indexOf(id);
  const neighbor = (step) => (index < 0 ? undefined : listed.ids[index + step]);
  const go = (step) => neighbor(step) && (location.hash = `#/results/${neighbor(step)}`);
  const label = new LabelBox(result, productTypes(result.product), signal);

  const remove = async () => {
    if (!(await confirmed('Remove this result with its pictures? It cannot be brought back.', 'Remove'))) return;
    await send('DELETE', path('results', id));
    const next = neighbor(1);
    listed.ids = listed.ids.filter((one) => one !== id);
    location.hash = next ? `#/results/${next}` : listed.hash;
  };
  /** A good part that was refused teaches most as a reference. */
  const adopt = async () => {
    const picture = await (await send('GET', `${path('results', id)}/image`)).blob();
    const { items: [item], references } = await request('POST', `${path('products', result.product)}/references`,
      { body: picture, headers: { 'Content-Type': picture.type } });
    if (item.status === 'rejected') return notice(item.problem.detail);
    const text = item.status === 'duplicate' ? 'It is among the references already.'
      : `Added: ${result.product} has ${references.count} references now.`;
    notice([text, ...(item.warnings ?? []).map((warning) => `⚠ ${warning.detail}`)].join('\n'), 'good');
  };
  const { heat, hasPhoto } = await showPicture(viewer, result, signal);
  fill(main, h('h1', { class: 'unseen' }, 'Result'),
    h('div', { class: 'row wrap' }, h('a', { href: listed.hash }, '← Results'), h('span', { class: 'grow' }),
      h('button', { type: 'button', class: 'plain', disabled: !neighbor(-1), onclick: () => go(-1) }, 'Newer (K)'),
      h('button', { type: 'button', class: 'plain', disabled: !neighbor(1), onclick: () => go(1) }, 'Older (J)')),
    h('div', { class: 'split' }, h('div', { class: 'left' }, viewer.element),
      h('div', { class: 'detail' }, verdictBanner(result), defectTable(result, viewer), heat, label.element,
        h('section', { class: 'card' }, h('h2', {}, 'Where this came from'), originTable(result)),
        h('div', { class: 'row end' }, hasPhoto && button('Add to the references', adopt, { title: 'Only pictures of good parts' }),
          button('Remove result', remove, { class: 'danger plain' })))));

  onKeys({ j: () => go(1), k: () => go(-1) }, signal);
  viewer.fit();
}

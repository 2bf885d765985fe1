// Pictures of good parts.
import { h, fill, refill, button, confirmed, guarded, notice } from './dom.js';
import { all, path, picture, pictureForm, request, get } from './api.js';
import * as format from './format.js';

export function referenceSection({ id, signal, changed }) {
  const base = `${path('products', id)}/references`;
  const grid = h('div', { class: 'grid' });
  const report = h('div', {});
  const head = h('span', { class: 'quiet' });
  const versions = h('div', { class: 'chips' });
  const addresses = [];
  signal.addEventListener('abort', () => addresses.forEach(URL.revokeObjectURL));

  async function load() {
    const set = await get(base, null, { signal });
    fill(head, set.count === 0 ? 'None yet: inspections compare with texts alone. 4 to 16 pictures of good parts make them better.'
      : `${set.count} pictures, version ${set.version}`);
    addresses.splice(0).forEach(URL.revokeObjectURL);
    refill(grid, set.items.map((item) => h('figure', {}, thumbnail(item),
      h('figcaption', {}, `${item.width} × ${item.height}`,
        button('×', () => remove(item), { class: 'plain', 'data-key': item.id, 'aria-label': 'Remove this reference', title: 'Remove this reference' })))), adding);
    const list = set.version > 1 ? await all(`${base}/versions`) : [];
    refill(versions, list.filter((one) => !one.current && one.count > 0).slice(0, 8).map((one) =>
      button(`back to version ${one.version} (${one.count})`, () => rollback(one.version), { class: 'chip', 'data-key': one.version, title: format.time(one.createdAt) })), adding);
  }

  /** Pictures are fetched when they come into view: with 64 references of a camera that is much. */
  function thumbnail(item) {
    const image = h('img', { alt: `Reference ${format.digest(item.id)}`, width: 96, height: 96 });
    const seen = new IntersectionObserver(async ([entry]) => {
      if (!entry.isIntersecting) return;
      seen.disconnect();
      try {
        image.src = (await picture(`${base}/${item.id}`)) ?? '';
        addresses.push(image.src);
      } catch (error) {
        notice(error);
      }
    });
    seen.observe(image);
    return image;
  }

  async function add(files) {
    fill(report, h('p', { class: 'quiet', role: 'status' }, `Adding ${files.length} pictures …`));
    try {
      const answer = await request('POST', base, { body: pictureForm(files) });
      const text = { created: 'added', duplicate: 'was there', rejected: 'refused' };
      fill(report, h('ul', { class: 'plain-list' }, answer.items.map((item) => h('li', {},
        h('span', { class: `pill ${{ created: 'ok', rejected: 'notOk' }[item.status] ?? ''}` }, text[item.status]), ' ', item.name ?? '',
        item.problem && h('span', { class: 'warning' }, ` ${item.problem.detail}`),
        (item.warnings ?? []).map((warning) => h('div', { class: 'warning' }, `⚠ ${warning.detail}`))))));
    } catch (error) {
      fill(report);
      throw error;
    }
    await Promise.all([load(), changed()]);
  }

  async function remove(item) {
    if (!(await confirmed('Take this picture out of the references? Versions before keep it.', 'Take out'))) return;
    await request('DELETE', `${base}/${item.id}`);
    await Promise.all([load(), changed()]);
  }

  async function rollback(version) {
    await request('POST', `${base}:rollback`, { json: { version } });
    await Promise.all([load(), changed()]);
  }

  const picker = h('input', { type: 'file', accept: 'image/jpeg,image/png', multiple: true, hidden: true, onchange: () => {
    const files = [...picker.files];
    picker.value = '';
    guarded(adding, () => add(files));
  } });
  const adding = h('button', { type: 'button', class: 'primary', onclick: () => adding.ariaDisabled === 'true' || picker.click() }, 'Add pictures');
  load().catch(notice);
  return h('section', { class: 'card' }, h('h2', {}, 'References: pictures of good parts'), head, grid, report, versions, picker,
    h('div', { class: 'row' }, adding));
}

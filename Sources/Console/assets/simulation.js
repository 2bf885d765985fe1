// What another threshold would have done to stored results.
import { h, fill, field, button } from './dom.js';
import { path, request } from './api.js';
import * as format from './format.js';

export function simulationSection({ id, product, signal, changed, patch }) {
  const base = path('products', id);
  const slider = h('input', { type: 'range', min: 0, max: 1, step: 0.001, value: product.threshold, oninput: () => follow(slider, exact) });
  const review = h('input', { type: 'number', min: 0, max: 1, step: 'any', placeholder: 'as it is', title: 'the threshold itself: nobody looks', oninput: () => later() });
  const exact = h('input', { type: 'number', min: 0, max: 1, step: 'any', required: true, value: product.threshold, oninput: () => follow(exact, slider) });
  const since = h('input', { type: 'datetime-local', step: 1, onchange: () => run() });
  const outcome = h('div', {});
  let latest = null;
  /** The product's threshold when it was last taken over. */
  let own = product.threshold;

  function follow(from, to) {
    to.value = from.value;
    later();
  }

  function later() {
    clearTimeout(latest?.timer);
    latest = { timer: setTimeout(() => run(), 150) };
  }

  async function run() {
    const threshold = Number(exact.value);
    if (exact.value === '' || !(threshold >= 0 && threshold <= 1)) return;
    const mine = (latest = {});
    let text;
    try {
      const query = { threshold, reviewThreshold: review.value || null, since: since.value && new Date(since.value).toISOString() };
      text = shown(await request('POST', `${base}/thresholds:simulate`, { query, signal }));
    } catch (error) {
      if (error.name === 'AbortError') return;
      text = h('p', { class: 'warning' }, error.message);
    }
    if (mine === latest) fill(outcome, text);
  }

  const isValid = () => exact.reportValidity() && review.reportValidity();

  async function look() {
    if (isValid()) await run();
  }

  async function take() {
    if (!isValid()) return;
    // The band goes with what was looked at: where the product's own would not lie below, there is none.
    const { reviewThreshold } = await request('POST', `${base}/thresholds:simulate`,
      { query: { threshold: Number(exact.value), reviewThreshold: review.value || null }, signal });
    await patch({ threshold: Number(exact.value), reviewThreshold });
    review.value = '';
    await changed();
  }

  /** Begins from the product as it is now. Another threshold that was chosen here stays; what was looked at is over. */
  function refresh() {
    clearTimeout(latest?.timer);
    latest = null;
    fill(outcome);
    const isTouched = Number(exact.value) !== own && Number(exact.value) !== product.threshold;
    own = product.threshold;
    if (!isTouched) exact.value = slider.value = own;
  }

  const element = h('section', { class: 'card' }, h('h2', {}, 'Other thresholds'),
    h('p', { class: 'quiet' }, 'What they would have done to stored results. Choose since when references and settings were as they are. Labels tell which verdicts were wrong.'),
    h('div', { class: 'row wrap form' }, field('Threshold', slider), field('exactly', exact), field('Review threshold', review), field('Results since', since)),
    outcome, h('div', { class: 'row' }, button('Look', look), button('Use these thresholds', take, { class: 'plain' })));
  return { element, refresh };
}

function shown(answer) {
  const { now, then } = answer.verdicts;
  const row = (name, before, after) => h('tr', {}, h('td', {}, name), h('td', { class: 'number' }, before), h('td', { class: 'number' }, after));
  const share = (part) => {
    const { count, rate, interval } = part;
    return rate === null ? '–' : `${count} (${format.percent(rate)}, true rate ${format.percent(interval.lower)} to ${format.percent(interval.upper)})`;
  };
  const { falseRejects, escapes, goodInReview, defectiveInReview, good, defective } = answer.labeled;
  const hasReviews = now.review + then.review > 0;
  if (answer.results === 0) return h('p', { class: 'quiet' }, 'There are no stored results of this product in that time.');
  return h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, ['', 'as answered', `with ${format.threshold(answer.threshold)}${answer.reviewThreshold === null ? '' : `, review from ${format.threshold(answer.reviewThreshold)}`}`].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, row('OK', format.count(now.ok), format.count(then.ok)),
      hasReviews && row('Somebody must look', format.count(now.review), format.count(then.review)), row('Not OK', format.count(now.notOk), format.count(then.notOk)),
      row(`Good parts refused, of ${good} labelled`, share(falseRejects.now), share(falseRejects.then)),
      hasReviews && row('Good parts to look at', share(goodInReview.now), share(goodInReview.then)),
      row(`Defective parts passed, of ${defective} labelled`, share(escapes.now), share(escapes.then)),
      hasReviews && row('Defective parts to look at', share(defectiveInReview.now), share(defectiveInReview.then)))));
}

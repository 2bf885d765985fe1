// Thresholds from pictures of good parts.
import { h, svg, fill, field, select, button } from './dom.js';
import { all, get, path, pictureForm, request } from './api.js';
import * as format from './format.js';
import { decisionText } from './products.js';

export function calibrationSection({ id, product, signal, changed }) {
  const base = path('products', id);
  const rate = h('input', { type: 'number', min: 0.01, max: 50, step: 'any', placeholder: 'fewest' });
  const review = h('input', { type: 'number', min: 0.01, max: 50, step: 'any', placeholder: 'none' });
  const decision = select(Object.entries(decisionText), product.decision);
  let decided = product.decision;
  const files = h('input', { type: 'file', accept: 'image/jpeg,image/png', multiple: true });
  const outcome = h('div', {});
  const earlier = h('tbody', {});
  const drift = h('p', { class: 'quiet' });

  const share = (input) => (input.value ? Number(input.value) / 100 : null);

  async function run(dryRun) {
    if (!rate.reportValidity() || !review.reportValidity()) return;
    const pictures = [...files.files];
    fill(outcome, h('p', { class: 'quiet', role: 'status' }, pictures.length
      ? `Inspecting ${pictures.length} pictures …` : 'Comparing each reference with the others …'));
    try {
      const query = { falseRejectRate: share(rate), reviewRate: share(review), decision: decision.value, dryRun: dryRun ? 'true' : null };
      const body = pictures.length ? pictureForm(pictures) : undefined;
      fill(outcome, shown(await request('POST', `${base}/calibrate`, { query, body, signal })));
    } catch (error) {
      fill(outcome);
      throw inPercent(error);
    }
    if (!dryRun) await changed();
  }

  /** Shows what belongs to the product as it is now. */
  async function refresh() {
    // What was chosen here stays, unless the product itself has become another.
    if (product.decision !== decided) decision.value = decided = product.decision;
    const [items, state] = await Promise.all([all(`${base}/calibrations`), get(`${base}/drift`)]);
    fill(drift, driftText(state));
    fill(earlier, items.slice(0, 5).map((one) => h('tr', {}, h('td', {}, format.time(one.createdAt)),
      h('td', {}, decisionText[one.decision]), h('td', { class: 'number' }, one.pictures),
      h('td', { class: 'number' }, format.percent(one.expectedFalseRejectRate)), h('td', { class: 'number' }, format.threshold(one.threshold)),
      h('td', {}, one.id === product.calibrationId ? 'in use' : ''))));
  }

  const element = h('section', { class: 'card' }, h('h2', {}, 'Calibration'),
    h('p', { class: 'quiet' }, 'Finds the thresholds that refuse no more than a stated share of good parts. Best with 19 or more pictures of good parts that are no references; without pictures, each reference is compared with the others.'),
    h('div', { class: 'row wrap form' }, field('Good parts refused, at most, %', rate),
      field('Good parts to look at, at most, %', review, 'their scores lie close below the threshold'), field('Decided by', decision), field('Other good parts', files)),
    h('div', { class: 'row' }, button('Try', () => run(true)), button('Calibrate', () => run(false), { class: 'primary' })),
    outcome, drift,
    h('details', {}, h('summary', {}, 'Earlier calibrations'), h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {},
      ['Time', 'Decided by', 'Pictures', 'Refused on average', 'Threshold', ''].map((name) => h('th', { scope: 'col' }, name)))), earlier))));
  return { element, refresh };
}

/** A refusal that names the smallest share to ask for, with what to type for it. */
function inPercent(error) {
  const [, share] = error.message.match(/can vouch for (0\.\d+)/) ?? [];
  return share ? Object.assign(error, { told: `${error.message}\nIn percent: ${Number((100 * share).toFixed(4))} % or more.` }) : error;
}

function shown(calibration) {
  const { interval, scores } = calibration;
  const limits = [calibration.threshold, calibration.review?.threshold];
  return h('div', { class: 'outcome' },
    h('p', {}, calibration.dryRun ? 'Nothing was changed. ' : 'In use now. ', 'Threshold ', h('b', {}, format.threshold(calibration.threshold)),
      calibration.review && [', review threshold ', h('b', {}, format.threshold(calibration.review.threshold))],
      ', map threshold ', h('b', {}, format.threshold(calibration.mapThreshold)), `, from ${calibration.pictures} pictures.`),
    h('p', {}, 'On average ', h('b', {}, format.percent(calibration.expectedFalseRejectRate)), ' of good parts will be refused; this calibration’s own share lies between ',
      `${format.percent(interval.lower)} and ${format.percent(interval.upper)} in ${format.percent(interval.confidence, 0)} of cases.`),
    calibration.review && h('p', {}, 'Somebody will have to look at ', h('b', {}, format.percent(calibration.review.expectedRate)), ' more on average; this calibration’s own share lies between ',
      `${format.percent(calibration.review.interval.lower)} and ${format.percent(calibration.review.interval.upper)}.`),
    scoreLine(scores, calibration.threshold, calibration.review?.threshold),
    h('details', {}, h('summary', {}, 'The highest scores: look whether these parts are really good'),
      h('div', { class: 'scroll' }, h('table', {}, h('tbody', {}, scores.slice(0, 10).map((one) => h('tr', {}, h('td', {}, one.name ?? format.digest(one.id)),
        h('td', { class: 'number' }, format.score(one.score, ...limits)))))))));
}

/** Whether scores still lie where they lay when the product was calibrated. */
function driftText({ status, results, window, above }) {
  const counted = `${above} of the ${results} newest scores lie above the middle of the calibration’s.`;
  switch (status) {
    case 'steady': return [h('span', { class: 'pill ok' }, 'no drift'), ` ${counted}`];
    case 'higher': return [h('span', { class: 'pill notOk' }, 'scores have risen'), ` ${counted} Good parts are refused more often: look at light, focus and fixture, or calibrate anew.`];
    case 'lower': return [h('span', { class: 'pill notOk' }, 'scores have fallen'), ` ${counted} Defective parts pass more often: look at light, focus and fixture, or calibrate anew.`];
    case 'collecting': return `Whether scores drift can be told after ${window} inspections; there are ${results} since the calibration.`;
    case 'tooFewPictures': return 'The calibration has too few pictures to tell whether scores drift.';
    default: return null;
  }
}

/** Every score as a stroke on a line from 0, with the thresholds. */
function scoreLine(scores, threshold, review) {
  const most = Math.max(threshold, ...scores.map((one) => one.score)) * 1.1 || 1;
  const x = (value) => (value / most) * 600;
  return svg('svg', { viewBox: '0 0 600 40', class: 'score-line', role: 'img', 'aria-label': 'Scores of the good parts and the threshold' },
    svg('line', { x1: 0, x2: 600, y1: 30, y2: 30, class: 'base' }),
    scores.map((one) => svg('line', { x1: x(one.score), x2: x(one.score), y1: 12, y2: 30, class: one.score >= threshold ? 'notOk' : one.score >= review ? 'undecidable' : 'ok' },
      svg('title', {}, `${one.name ?? format.digest(one.id)}: ${format.score(one.score, threshold, review)}`))),
    [review, threshold].filter((value) => value !== undefined)
      .map((value) => svg('line', { x1: x(value), x2: x(value), y1: 4, y2: 36, class: 'threshold' })));
}

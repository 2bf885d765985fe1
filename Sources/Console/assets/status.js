// How the service is.
import { h, fill } from './dom.js';
import { address, key, send, Refusal } from './api.js';
import * as format from './format.js';

/** The service's own account; it is given while not ready too. */
export async function readiness(options) {
  try {
    return await (await send('GET', 'readyz', { query: { verbose: 'true' }, ...options })).json();
  } catch (error) {
    if (error instanceof Refusal && error.status === 503) return null;
    throw error;
  }
}

export async function statusPage(main, signal) {
  const body = h('div', { class: 'columns' });
  fill(main, h('h1', {}, 'Service'), body, h('p', {}, h('a', { href: address('openapi.json') }, 'OpenAPI description'),
    // A link carries no key.
    key.get() ? null : [' · ', h('a', { href: address('metrics') }, 'Metrics for Prometheus')]));
  const load = async () => {
    const state = await readiness({ signal });
    fill(body, state ? cards(state) : h('p', { class: 'notice bad' }, 'The service is not ready: it starts, failed to, or shuts down. Its log tells more.'));
  };
  await load();
  const timer = setInterval(() => document.hidden || load().catch(() => {}), 2000);
  signal.addEventListener('abort', () => clearInterval(timer));
}

function cards(state) {
  const list = (title, rows) => h('section', { class: 'card' }, h('h2', {}, title),
    h('dl', {}, rows.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])));
  const { model, queue, store, results, retention, banks } = state;
  const share = (used, all) => h('meter', { min: 0, max: all, value: used, high: 0.8 * all, title: `${used} of ${all}` });
  const kept = (name) => (results ? `${format.count(results[name].count)} (${format.bytes(results[name].bytes)})` : '–');
  return [
    list('Service', [['State', h('span', { class: `pill ${state.status === 'ready' ? 'ok' : 'notOk'}` }, state.status)], ['Version', state.engine],
      ['Computes with', `${state.kernel}, ${state.threads} threads`], ['Because', state.arithmetic.reason ?? '–']]),
    list('Model', [['Weights', format.digest(model.weights)], ['Adapter', format.digest(model.adapter)], ['Image side', model.imageSide],
      ['Precision', model.precision], ['Stages', model.stages.join(', ')], ['Activation', model.activation]]),
    list('Queue', [['Waiting or in work', [`${queue.requests} of ${queue.maxRequests} `, share(queue.requests, queue.maxRequests)]],
      ['Decoded pictures', `${format.bytes(queue.bytes)} of ${format.bytes(queue.maxBytes)}`],
      ['Memory banks', `${format.bytes(banks.bytes)} of ${format.bytes(banks.maxBytes)}`]]),
    list('Store', [['Writable', store.writable ? 'yes' : h('span', { class: 'pill notOk' }, `no: ${store.problem ?? 'unknown'}`)],
      ['Database', format.bytes(store.databaseBytes)], ['Log', format.bytes(store.logBytes)], ['Free on the device', format.bytes(store.freeBytes)]]),
    list('Results kept', [['All', kept('all')], ['OK', kept('ok')], ['Not OK', kept('notOk')], ['Undecidable', kept('undecidable')],
      ['Retention', retention.active ? `on, last ${retention.lastRunAt ? format.time(retention.lastRunAt) : 'not yet'}` : 'nothing is removed']]),
  ];
}

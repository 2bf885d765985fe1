// The console: pages by the address behind #, the state of the service, the key.
import { h, fill, notice, clearBadNotices } from './dom.js';
import { key, onKeyNeeded } from './api.js';
import { inspectPage } from './inspect.js';
import { productPage } from './product.js';
import { productsPage } from './products.js';
import { resultPage } from './result.js';
import { resultsPage } from './results.js';
import { readiness, statusPage } from './status.js';

const pages = [
  [/^inspect$/, inspectPage], [/^results$/, resultsPage], [/^results\/([^/]+)$/, resultPage],
  [/^products$/, productsPage], [/^products\/([^/]+)$/, productPage], [/^service$/, statusPage],
];
const links = [['inspect', 'Inspect'], ['results', 'Results'], ['products', 'Products'], ['service', 'Service']];
const main = document.getElementById('main');
const nav = new Map(links.map(([page, text]) => [page, h('a', { href: `#/${page}` }, text)]));
let current = new AbortController();

async function show() {
  current.abort();
  current = new AbortController();
  const { signal } = current;
  const [name, query] = location.hash.replace(/^#\/?/, '').split('?');
  const path = name || 'inspect';
  for (const [page, link] of nav) link.ariaCurrent = path.split('/')[0] === page ? 'page' : null;
  const [pattern, page] = pages.find(([one]) => one.test(path)) ?? [];
  document.title = `${links.find(([one]) => path.startsWith(one))?.[1] ?? 'MultiADS'} · visual inspection`;
  // Listeners of a page are on an element of its own, which goes with it.
  const body = h('div', { class: 'page' }, h('p', { class: 'quiet' }, 'Loading …'));
  fill(main, body);
  clearBadNotices();
  if (!page) return fill(body, h('h1', {}, 'There is no such page.'), h('p', {}, h('a', { href: '#/inspect' }, 'Inspect pictures')));
  try {
    await page(body, signal, new URLSearchParams(query), ...path.match(pattern).slice(1).map(decodeURIComponent));
  } catch (error) {
    if (signal.aborted) return;
    fill(body, h('h1', {}, 'This page could not be shown.'), h('button', { type: 'button', onclick: change }, 'Try again'));
    notice(error);
  }
}

/** Shows another page, and puts the focus on its heading, unless it has gone elsewhere meanwhile. */
async function change() {
  main.focus({ preventScroll: true });
  await show();
  if (document.activeElement !== main && document.activeElement !== document.body) return;
  const heading = main.querySelector('h1');
  heading?.setAttribute('tabindex', '-1');
  (heading ?? main).focus({ preventScroll: true });
}

/** Asks for a key; null when the person gives none. */
function askForKey(why) {
  return new Promise((resolve) => {
    const input = h('input', { type: 'password', autocomplete: 'off', required: true, pattern: '[!-~]+', title: 'Letters, digits and signs of ASCII, as “multiads keys add” shows it', placeholder: 'mads_…', 'aria-label': 'Key' });
    const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'key-wanted' }, h('form', { method: 'dialog', class: 'stack' },
      h('h2', { id: 'key-wanted' }, 'This service wants a key'), h('p', {}, why ?? ''), input,
      h('p', { class: 'quiet' }, 'Who runs the service makes keys with “multiads keys add”. It stays in this tab until the tab is closed.'),
      h('div', { class: 'row end' }, h('button', { type: 'button', onclick: () => dialog.close('no') }, 'Cancel'), h('button', { value: 'yes', class: 'primary' }, 'Use key'))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      const given = dialog.returnValue === 'yes' ? input.value.trim() : null;
      if (given) key.set(given);
      resolve(given);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

async function watch() {
  const state = document.getElementById('state');
  let text;
  let isReady = false;
  try {
    const facts = await readiness({ asks: false });
    isReady = facts?.status === 'ready';
    text = isReady ? 'ready' : facts?.status ?? 'not ready';
    if (isReady && !facts.store.writable) text = 'store refuses writing';
  } catch (error) {
    text = error.status ? 'no access' : 'not reachable';
  }
  // Said again, it would be read out again.
  if (state.textContent === text) return;
  state.className = `state ${isReady ? 'ok' : 'notOk'}`;
  state.textContent = text;
}

onKeyNeeded(askForKey);
fill(document.getElementById('nav'), [...nav.values()]);
addEventListener('hashchange', change);
document.querySelector('.skip').addEventListener('click', (event) => {
  // What is behind # is the page.
  event.preventDefault();
  main.focus();
});
new ResizeObserver(([{ target }]) => main.style.setProperty('--covered', `${target.offsetHeight}px`)).observe(document.getElementById('notices'));
await show();
await watch();
setInterval(() => document.hidden || watch(), 5000);

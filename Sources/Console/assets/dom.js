// Elements without HTML text: what comes from a request, such as a part's id, can only become text.

/** Makes an element. `properties`: `class`, `on…` listeners, attributes; true and false add or leave out. */
export function h(tag, properties, ...children) {
  return furnish(document.createElement(tag), properties, children);
}

/** Makes an element of SVG. */
export function svg(tag, properties, ...children) {
  return furnish(document.createElementNS('http://www.w3.org/2000/svg', tag), properties, children);
}

function furnish(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Puts children in place of those that are there. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** Fills a list anew and keeps the focus: on the element of the same `data-key`, else on the one in its place, else on the other given. */
export function refill(element, children, other) {
  const keyed = () => [...element.querySelectorAll('[data-key]')];
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const place = keyed().indexOf(focused);
  fill(element, children);
  if (!focused) return;
  const now = keyed();
  const next = now.find((one) => one.dataset.key === focused.dataset.key) ?? now[Math.min(place, now.length - 1)] ?? other;
  next?.focus({ preventScroll: true });
}

/** A labelled field of a form. */
export function field(label, control, hint) {
  return h('label', { class: 'field' }, h('span', {}, label), control, hint && h('small', {}, hint));
}

/** A choice; options are `[value, text]`. */
export function select(options, value, properties) {
  const control = h('select', properties ?? {}, options.map(([key, text]) => h('option', { value: key }, text)));
  control.value = value ?? '';
  return control;
}

/** A button that cannot be pressed again while its action runs; what the action throws is shown. */
export function button(text, action, properties) {
  const control = h('button', { type: 'button', ...properties }, text);
  control.addEventListener('click', () => guarded(control, action));
  return control;
}

/** What went wrong last, by the section or form of its control: the next try there puts its outcome in place of it. */
const failures = new WeakMap();

/** Runs an action, not again while it runs, and shows what it throws. The control is only marked: disabled, it would lose the focus. */
export async function guarded(control, action) {
  if (control.ariaDisabled === 'true') return;
  const place = control.closest('section, form') ?? control;
  control.ariaDisabled = 'true';
  try {
    await action();
    failures.get(place)?.remove();
  } catch (error) {
    failures.get(place)?.remove();
    failures.set(place, notice(error));
  } finally {
    control.ariaDisabled = null;
  }
}

/** Shows a message until it is dismissed, or for a while when it is good news. An error may say in `told` what to show instead. */
export function notice(message, kind = 'bad') {
  const isError = message instanceof Error;
  if (isError && message.name === 'AbortError') return null;
  const box = h('div', { class: `notice ${kind}` },
    h('div', {}, isError ? message.told ?? message.message : message,
      isError && message.requestId && h('small', {}, `Request ${message.requestId}`)),
    h('button', { type: 'button', 'aria-label': 'Dismiss', onclick: () => box.remove() }, '×'));
  const shown = document.getElementById('notices');
  shown.append(box);
  while (shown.children.length > 4) shown.firstChild.remove();
  if (kind === 'good') setTimeout(() => box.remove(), 4000);
  return box;
}

/** Takes bad news away: what went wrong on a page is over with it. */
export function clearBadNotices() {
  for (const box of document.querySelectorAll('#notices .bad')) box.remove();
}

/** Asks before something that cannot be undone. */
export function confirmed(question, action) {
  return new Promise((resolve) => {
    const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'question' },
      h('p', { id: 'question' }, question),
      h('form', { method: 'dialog', class: 'row end' },
        h('button', { value: 'no' }, 'Cancel'),
        h('button', { value: 'yes', class: 'danger' }, action)));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Listens to single letters, until the signal; not while somebody writes or a dialog is open, and once however long they are held. */
export function onKeys(actions, signal) {
  document.addEventListener('keydown', (event) => {
    if (event.repeat || event.target.closest('input, select, textarea, dialog') || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actions[event.key.toLowerCase()];
    if (action) Promise.resolve(action()).catch(notice);
  }, { signal });
}

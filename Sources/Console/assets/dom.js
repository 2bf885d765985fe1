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

/** Runs an action with its control disabled, and shows what it throws. */
export async function guarded(control, action) {
  control.disabled = true;
  try {
    await action();
  } catch (error) {
    notice(error);
  } finally {
    control.disabled = false;
  }
}

/** Shows a message until it is dismissed, or for a while when it is good news. */
export function notice(message, kind = 'bad') {
  const isError = message instanceof Error;
  if (isError && message.name === 'AbortError') return;
  const box = h('div', { class: `notice ${kind}` },
    h('div', {}, isError ? message.message : message,
      isError && message.requestId && h('small', {}, `Request ${message.requestId}`)),
    h('button', { type: 'button', 'aria-label': 'Dismiss', onclick: () => box.remove() }, '×'));
  const shown = document.getElementById('notices');
  shown.append(box);
  while (shown.children.length > 4) shown.firstChild.remove();
  if (kind === 'good') setTimeout(() => box.remove(), 4000);
}

/** Asks before something that cannot be undone. */
export function confirmed(question, action) {
  return new Promise((resolve) => {
    const dialog = h('dialog', { class: 'dialog' },
      h('p', {}, question),
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

/** Listens to single letters, until the signal; not while somebody writes or a dialog is open. */
export function onKeys(actions, signal) {
  document.addEventListener('keydown', (event) => {
    if (event.target.closest('input, select, textarea, dialog') || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actions[event.key.toLowerCase()];
    if (action) Promise.resolve(action()).catch(notice);
  }, { signal });
}

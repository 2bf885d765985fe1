// Which kinds of defect a product can have: from the knowledge base, or own ones with own phrases.
import { h, refill, button } from './dom.js';
import { words } from './format.js';
import { typeName } from './types.js';

export class TypeEditor {
  #types;
  #known;
  #list = h('div', { class: 'chips' });
  #name;
  #adder = button('Add', () => this.#add());

  /** `types` as a product has them: names, or `{name, phrases}`. */
  constructor(types, known) {
    this.#types = [...types];
    this.#known = new Map(known.map((type) => [type.name, type]));
    this.#name = h('input', { type: 'text', list: 'known-types', maxlength: 100, placeholder: 'scratch, or your own', 'aria-label': 'Kind of defect',
      onkeydown: (event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        this.#adder.click();
      } });
    this.element = h('div', {}, this.#list,
      h('datalist', { id: 'known-types' }, known.map((type) => h('option', { value: type.name }, type.dataset))),
      h('div', { class: 'row' }, this.#name, this.#adder));
    this.#draw();
  }

  get value() {
    return this.#types;
  }

  set value(types) {
    this.#types = [...types];
    this.#draw();
  }

  #add() {
    const name = typeName(this.#name.value);
    if (!name) return;
    if (this.#types.some((type) => (type.name ?? type) === name)) throw new Error(`“${name}” is in the list already.`);
    this.#types.push(this.#known.has(name) ? name : { name, phrases: [`{} with ${words(name)}`] });
    this.#name.value = '';
    this.#draw();
  }

  #draw() {
    refill(this.#list, this.#types.map((type, index) => {
      const remove = h('button', { type: 'button', class: 'plain', 'data-key': type.name ?? type, 'aria-label': `Remove ${type.name ?? type}`,
        onclick: () => {
          this.#types.splice(index, 1);
          this.#draw();
        } }, '×');
      if (typeof type === 'string') {
        const phrases = this.#known.get(type)?.phrases.map((phrase) => phrase).join('\n');
        return h('span', { class: 'chip', title: phrases }, words(type), remove);
      }
      const phrases = h('textarea', { rows: Math.min(type.phrases.length + 1, 6), 'aria-label': `Phrases of ${type.name}`,
        oninput: () => (this.#types[index] = { name: type.name, phrases: phrases.value.split('\n').map((line) => line.trim()).filter(Boolean) }) });
      phrases.value = type.phrases.join('\n');
      return h('span', { class: 'chip own' }, h('span', { class: 'row' }, h('b', {}, words(type.name)), remove), phrases,
        h('small', {}, 'one phrase a line, {} stands for what it is'));
    }), this.#name);
  }
}

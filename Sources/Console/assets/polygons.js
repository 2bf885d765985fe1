// Polygons that are ignored, or outside of which all is, drawn on a picture of the part.
import { h, svg, fill, refill, select, button, notice } from './dom.js';
import { Viewer, points } from './viewer.js';

export class PolygonEditor {
  #polygons;
  #viewer = new Viewer();
  #open = null;
  #kind = select([['ignore', 'ignore inside'], ['include', 'look only inside']], 'ignore');
  #list = h('div', { class: 'chips' });
  #corners = h('input', { type: 'text', placeholder: '10,10 200,10 200,150', onkeydown: (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    this.#add.click();
  } });
  #add = button('Add polygon', () => this.#take());
  #head = h('summary', {}, 'Draw a polygon on a picture, or write its corners');
  #photo = null;

  constructor(ignore, include) {
    this.#polygons = { ignore: structuredClone(ignore), include: structuredClone(include) };
    const file = h('input', { type: 'file', accept: 'image/jpeg,image/png', onchange: () => file.files[0] && this.#load(file.files[0]).catch(notice) });
    this.#viewer.isDrawing = true;
    this.#viewer.element.hidden = true;
    this.#viewer.element.addEventListener('click', (event) => this.#click(event));
    this.#viewer.element.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#close(event);
      if (event.key === 'Escape') this.#open = null;
      this.#draw();
    });
    this.element = h('div', {}, this.#list,
      h('details', {}, this.#head,
        h('p', { class: 'quiet' }, 'Choose a picture as the camera sends it. Click the corners; click the first one again, or press Enter, to close the polygon; Escape begins anew. The wheel enlarges.'),
        h('div', { class: 'row wrap' }, file, h('label', { class: 'row' }, 'Polygons', this.#kind)),
        h('div', { class: 'row wrap' }, h('label', { class: 'row' }, 'Corners in pixels', this.#corners), this.#add),
        this.#viewer.element));
    this.#draw();
  }

  get value() {
    return this.#polygons;
  }

  set value({ ignore, include }) {
    this.#polygons = structuredClone({ ignore, include });
    this.#draw();
  }

  /** Takes what is being drawn and written. */
  finish() {
    if (this.#corners.value.trim()) this.#take();
    if (this.#open) this.#finishDrawn();
  }

  #finishDrawn() {
    if (this.#open.length < 3) throw new Error('A polygon is being drawn that has fewer than three corners: draw on, or press Escape on the picture.');
    this.#polygons[this.#kind.value].push(this.#open);
    this.#open = null;
    this.#draw();
  }

  /** Takes the corners that were written. */
  #take() {
    const pairs = this.#corners.value.trim().replaceAll(/\s*,\s*/g, ',').split(/\s+/);
    if (pairs.length < 3 || !pairs.every((pair) => /^\d+(\.\d+)?,\d+(\.\d+)?$/.test(pair))) {
      throw new Error('A polygon has three corners or more, each as pixels from the left and from the top: “10,10 200,10 200,150”.');
    }
    this.#polygons[this.#kind.value].push(pairs.map((pair) => pair.split(',').map(Number)));
    this.#corners.value = '';
    this.#draw();
  }

  async #load(file) {
    const bitmap = await createImageBitmap(file, { imageOrientation: 'none' });
    if (this.#photo) URL.revokeObjectURL(this.#photo);
    this.#photo = URL.createObjectURL(file);
    this.#viewer.element.hidden = false;
    this.#viewer.show({ width: bitmap.width, height: bitmap.height, photo: this.#photo, heat: null });
    bitmap.close();
    this.#draw();
  }

  #click(event) {
    const point = this.#viewer.point(event);
    if (this.#open?.length >= 3) {
      const [x, y] = this.#open[0];
      const frame = this.#viewer.drawing.getBoundingClientRect();
      const size = frame.width / this.#viewer.drawing.viewBox.baseVal.width;
      if (Math.hypot(point[0] - x, point[1] - y) * size < 10) return this.#close(event);
    }
    this.#open = [...(this.#open ?? []), point];
    this.#draw();
  }

  #close(event) {
    event.preventDefault();
    if ((this.#open?.length ?? 0) >= 3) this.#finishDrawn();
  }

  #draw() {
    const shapes = Object.entries(this.#polygons).flatMap(([kind, list]) => list.map((polygon, index) => ({ kind, polygon, index })));
    refill(this.#list, [shapes.length === 0 && h('span', { class: 'quiet' }, 'Everywhere. Polygons leave out clamps, labels, background.'),
      shapes.map(({ kind, polygon, index }) => h('span', { class: 'chip' },
        `${kind === 'ignore' ? 'ignore' : 'only'}: ${polygon.length} corners from (${polygon[0].join(', ')})`,
        h('button', { type: 'button', class: 'plain', 'data-key': `${kind}: ${polygon.join(' ')}`, 'aria-label': 'Remove polygon', onclick: () => {
          this.#polygons[kind].splice(index, 1);
          this.#draw();
        } }, '×')))], this.#head);
    fill(this.#viewer.drawing,
      shapes.map(({ kind, polygon }) => svg('polygon', { points: points(polygon), class: `area ${kind}` })),
      this.#open && [svg('polyline', { points: points(this.#open), class: 'area open' }),
        this.#open.map(([x, y]) => svg('circle', { cx: x, cy: y, r: 3, class: 'corner' }))]);
  }
}

// A picture with layers on it that can be moved and enlarged: photo, heat map, regions. All in the picture's pixels.
import { h, svg, fill } from './dom.js';
import { color, score, words } from './format.js';

export class Viewer {
  #scale = 1;
  #offset = { x: 0, y: 0 };
  #size = { width: 1, height: 1 };
  #isFitted = true;
  #photo = h('img', { alt: 'The picture that was inspected', draggable: 'false' });
  #heat = h('img', { class: 'heat', alt: '', draggable: 'false' });
  #missing = h('p', { class: 'missing', hidden: true });
  #stage;

  constructor() {
    /** Drawings in the picture's pixels. */
    this.drawing = svg('svg', { class: 'drawing', 'aria-hidden': 'true' });
    this.#stage = h('div', { class: 'stage' }, this.#photo, this.#heat, this.drawing);
    this.element = h('div', { class: 'viewer', tabindex: '0', role: 'group',
      'aria-label': 'Picture: wheel or + and - enlarge, drag or arrows move, 0 fits' }, this.#stage, this.#missing);
    this.element.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    this.element.addEventListener('pointerdown', (event) => this.#drag(event));
    this.element.addEventListener('dblclick', () => this.fit());
    this.element.addEventListener('keydown', (event) => this.#press(event));
    new ResizeObserver(() => this.#isFitted && this.fit()).observe(this.element);
  }

  /** Shows a picture; `photo` and `heat` are addresses or null. */
  show({ width, height, photo, heat, missing }) {
    this.#size = { width, height };
    for (const [image, source] of [[this.#photo, photo], [this.#heat, heat]]) {
      put(image, source);
      image.width = width;
      image.height = height;
    }
    this.#stage.style.width = `${width}px`;
    this.#stage.style.height = `${height}px`;
    this.drawing.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.#missing.hidden = Boolean(photo);
    this.#missing.textContent = missing ?? '';
    fill(this.drawing);
    this.fit();
  }

  /** The heat map's address, when it comes after the photo. */
  set heat(address) {
    put(this.#heat, address);
  }

  /** How strongly the heat map covers the photo, 0 to 1. */
  set heatOpacity(value) {
    this.#heat.style.opacity = value;
  }

  /** The whole picture in the middle. */
  fit() {
    const { clientWidth, clientHeight } = this.element;
    if (!clientWidth || !clientHeight) return;
    const { width, height } = this.#size;
    this.#scale = Math.min(clientWidth / width, clientHeight / height);
    this.#offset = { x: (clientWidth - width * this.#scale) / 2, y: (clientHeight - height * this.#scale) / 2 };
    this.#isFitted = true;
    this.#place();
  }

  /** Where in the picture an event happened, in pixels, not outside it. */
  point(event) {
    const frame = this.element.getBoundingClientRect();
    const at = (value, offset, limit) => Math.min(Math.max(Math.round((value - offset) / this.#scale), 0), limit);
    return [at(event.clientX - frame.left, this.#offset.x, this.#size.width),
      at(event.clientY - frame.top, this.#offset.y, this.#size.height)];
  }

  #place() {
    this.#stage.style.transform = `translate(${this.#offset.x}px, ${this.#offset.y}px) scale(${this.#scale})`;
    this.#stage.classList.toggle('pixels', this.#scale >= 3);
  }

  #zoom(factor, x, y) {
    const { clientWidth, clientHeight } = this.element;
    const least = 0.5 * Math.min(clientWidth / this.#size.width, clientHeight / this.#size.height);
    const scale = Math.min(Math.max(this.#scale * factor, least), 40);
    this.#offset.x = x - ((x - this.#offset.x) * scale) / this.#scale;
    this.#offset.y = y - ((y - this.#offset.y) * scale) / this.#scale;
    this.#scale = scale;
    this.#isFitted = false;
    this.#place();
  }

  #move(x, y) {
    this.#offset.x += x;
    this.#offset.y += y;
    this.#isFitted = false;
    this.#place();
  }

  #wheel(event) {
    event.preventDefault();
    const frame = this.element.getBoundingClientRect();
    this.#zoom(Math.exp(-Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 100) / 400),
      event.clientX - frame.left, event.clientY - frame.top);
  }

  #drag(event) {
    if (event.button !== 0 || this.isDrawing) return;
    let last = event;
    const moved = (now) => {
      this.#move(now.clientX - last.clientX, now.clientY - last.clientY);
      last = now;
    };
    this.element.setPointerCapture(event.pointerId);
    this.element.addEventListener('pointermove', moved);
    for (const end of ['pointerup', 'pointercancel']) {
      this.element.addEventListener(end, () => this.element.removeEventListener('pointermove', moved), { once: true });
    }
  }

  #press(event) {
    const [x, y] = [this.element.clientWidth / 2, this.element.clientHeight / 2];
    const actions = {
      '+': () => this.#zoom(1.25, x, y), '=': () => this.#zoom(1.25, x, y), '-': () => this.#zoom(0.8, x, y),
      0: () => this.fit(), ArrowLeft: () => this.#move(40, 0), ArrowRight: () => this.#move(-40, 0),
      ArrowUp: () => this.#move(0, 40), ArrowDown: () => this.#move(0, -40),
    };
    if (!actions[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    actions[event.key]();
  }
}

/** Gives an image its source, or hides it. */
function put(image, source) {
  image.hidden = !source;
  if (source) image.src = source;
  else image.removeAttribute('src');
}

/** Corner points as SVG wants them. */
export const points = (polygon) => polygon.map((point) => point.join(',')).join(' ');

/** Draws the regions of a result's defects, each type in its colour. */
export function drawDefects(viewer, defects) {
  fill(viewer.drawing, defects.map((defect, index) =>
    svg('g', { 'data-type': defect.type, stroke: color(index), fill: color(index) }, defect.regions.map((region) => {
      const { x, y, width, height } = region.box;
      const label = `${words(defect.type)}, peak ${score(region.peak)}, ${region.areaPixels} px\n`
        + (region.types ?? []).map((type) => `${words(type.type)} ${score(type.score)}`).join('\n');
      return svg('g', { class: 'region' },
        svg('polygon', { points: points(region.contour), 'fill-opacity': 0.18 }, svg('title', {}, label)),
        svg('rect', { x: x - 2, y: y - 2, width: width + 4, height: height + 4, fill: 'none', 'stroke-dasharray': '4 3' }));
    }))));
}

// Numbers, times and names as people read them.

export const verdictText = { ok: 'OK', notOk: 'Not OK', undecidable: 'Undecidable' };

export const faultText = {
  nothingCounts: 'Nothing of it counts', blank: 'Blank picture', dark: 'Too dark', bright: 'Too bright', flat: 'Too little contrast', blurred: 'Blurred', closeToThreshold: 'Close to the threshold',
};

/** Colours of defect types in order of their use, as in the service's own overlays. */
export const palette = [
  '#ff4d3d', '#1ec8ff', '#ffd21f', '#ff4fc3', '#6fe04a', '#a97bff', '#ff9a1f', '#19d6a8', '#5b8cff', '#d6f05a',
];

export const color = (index) => palette[index % palette.length];

/** `print_error` as `print error`. */
export const words = (name) => name.replaceAll('_', ' ');

/** A score with as many digits as show on which side of every limit it lies. */
export function score(value, ...limits) {
  if (value === null || value === undefined) return '–';
  const isTold = (text) => limits.filter(Number.isFinite).every((limit) => Math.sign(Number(text) - limit) === Math.sign(value - limit));
  for (let digits = 3; digits <= 12; digits += 1) {
    if (isTold(value.toFixed(digits))) return value.toFixed(digits);
  }
  return String(value);
}

/** A threshold in full: scores are compared with all its digits. */
export const threshold = (value) => String(value);

export const percent = (value, digits = 1) =>
  value === null || value === undefined ? '–' : `${(100 * value).toFixed(digits)} %`;

export const count = (value) => value.toLocaleString('en');

export function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let index = 0;
  while (value >= 1024 && index < units.length - 1) {
    value /= 1024;
    index += 1;
  }
  return `${index === 0 ? value : value.toFixed(1)} ${units[index]}`;
}

export const milliseconds = (seconds) => `${(1000 * seconds).toFixed(seconds < 0.01 ? 1 : 0)} ms`;

const pad = (value) => String(value).padStart(2, '0');

/** Local time to the second. */
export function time(text) {
  const date = new Date(text);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} `
    + `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

export function area(defect) {
  const share = `${(100 * defect.areaFraction).toFixed(defect.areaFraction < 0.01 ? 3 : 1)} %`;
  return defect.areaMm2 === null ? `${count(defect.areaPixels)} px (${share})` : `${defect.areaMm2.toPrecision(3)} mm² (${share})`;
}

/** A digest's first characters. */
export const digest = (text) => (text ? text.replace('sha256:', '').slice(0, 10) : '–');

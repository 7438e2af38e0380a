/**
 * The mathematics of the timeline: what a window of cycles shows of a lane of stretches. Nothing here knows a screen. The page takes
 * it over word for word, the static picture and the tests import it; types are in lanes.d.ts.
 */

/** Cycles of the narrowest window. */
const NARROWEST = 16;
/** Stretches narrower than this many pixels are drawn together. */
const NARROW = 1.5;

/** The window [from, to) moved and cut such that it lies within [0, end) and is not too narrow. */
export function clampWindow({ from, to }, end) {
  const width = Math.min(end, Math.max(Math.min(NARROWEST, end), to - from));
  const start = Math.min(Math.max(0, from), end - width);
  return { from: start, to: start + width };
}

/** Zooms by `factor` (above 1: in) such that the cycle at `share` of the window stays where it is. */
export function zoom({ from, to }, factor, share, end) {
  const width = Math.min(end, Math.max(Math.min(NARROWEST, end), (to - from) / factor));
  const fixed = from + share * (to - from);
  return clampWindow({ from: fixed - share * width, to: fixed + (1 - share) * width }, end);
}

/** Moves the window by a share of its own width. */
export function pan({ from, to }, share, end) {
  const by = share * (to - from);
  return clampWindow({ from: from + by, to: to + by }, end);
}

/** Steps of 1, 2 or 5 times a power of ten, at most `most` of them in the window; whole cycles. */
export function ticks({ from, to }, most) {
  const rough = (to - from) / most;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const step = Math.max(1, [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? 10 * power);
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, i) => (first + i) * step);
}

/** The first stretch of a lane that ends after `cycle`; stretches are in order and do not overlap. */
export function firstAfter(lane, cycle) {
  let low = 0;
  let high = lane.end.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lane.end[middle] <= cycle) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds the cycles of stretch `i` that lie in [from, to) to `parts`, by what they are; memory waits are spread evenly. */
function addParts(parts, lane, i, from, to) {
  const cycles = Math.min(to, lane.end[i]) - Math.max(from, lane.start[i]);
  if (cycles <= 0) return;
  const held = (lane.memory[i] * cycles) / (lane.end[i] - lane.start[i]);
  const add = (state, kind, n) => {
    if (n <= 0) return;
    const known = parts.find((p) => p.state === state && p.kind === kind);
    if (known === undefined) parts.push({ state, kind, cycles: n });
    else known.cycles += n;
  };
  const state = lane.state[i];
  add(state, lane.kind[i], cycles - held);
  if (held > 0) add("memory", lane.kind[i], held);
}

/**
 * What a window of a lane looks like on `width` pixels: bars from left to right. A stretch wide enough is a bar of its own
 * (`count` 1); neighbours that are not are one bar of about a pixel, whose parts say how much of its time each of them took.
 */
export function bars(lane, { from, to }, width) {
  const scale = width / (to - from);
  const x = (cycle) => (cycle - from) * scale;
  const found = [];
  const narrow = NARROW / scale;
  let i = firstAfter(lane, from);
  while (i < lane.start.length && lane.start[i] < to) {
    const start = Math.max(from, lane.start[i]);
    const end = Math.min(to, lane.end[i]);
    const first = i;
    const parts = [];
    let stop = end;
    if (end - start >= narrow) {
      addParts(parts, lane, i, start, end);
      i++;
    } else {
      // Narrow ones up to a pixel in all, but no gap that could be seen.
      while (
        i < lane.start.length &&
        lane.start[i] < Math.min(to, start + 1 / scale) &&
        Math.min(to, lane.end[i]) - Math.max(from, lane.start[i]) < narrow
      ) {
        addParts(parts, lane, i, from, to);
        stop = Math.min(to, lane.end[i]);
        i++;
      }
    }
    const next = i < lane.start.length ? lane.start[i] : Infinity;
    const shown = Math.max(stop, Math.min(next, start + 0.5 / scale));
    found.push({ x: x(start), width: x(shown) - x(start), cycles: shown - start, first, count: i - first, parts });
  }
  return found;
}

/** All that happens in [from, to) of a lane: how many stretches, and the cycles of each kind of part. */
export function within(lane, { from, to }) {
  const parts = [];
  const first = firstAfter(lane, from);
  let i = first;
  while (i < lane.start.length && lane.start[i] < to) addParts(parts, lane, i++, from, to);
  return { first, count: i - first, parts };
}

/** A curve of `counts` (one a window of `windowCycles` cycles) over the window of the view: points at most two a pixel. */
export function curve(counts, windowCycles, { from, to }, width) {
  const scale = width / (to - from);
  const perPoint = Math.max(1, Math.ceil(0.5 / (scale * windowCycles)));
  const firstPoint = Math.max(0, Math.floor(from / windowCycles / perPoint));
  const points = [];
  for (let p = firstPoint; p * perPoint < counts.length; p++) {
    const begin = p * perPoint;
    if (begin * windowCycles >= to) break;
    const some = counts.slice(begin, begin + perPoint);
    const mean = some.reduce((sum, n) => sum + n, 0) / some.length;
    const x0 = Math.max(0, (begin * windowCycles - from) * scale);
    const x1 = Math.min(width, ((begin + some.length) * windowCycles - from) * scale);
    points.push({ x: x0, width: x1 - x0, value: mean / windowCycles });
  }
  return points;
}

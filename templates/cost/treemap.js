/**
 * The mathematics of the treemap: areas in proportion to gate equivalents, and where names go. Nothing here knows a screen. The page
 * takes it over word for word, the still picture and the tests import it; types are in treemap.d.ts.
 */

/** Shape of the worst rectangle of a row: 1 is a square. */
function worst(areas, sum, side) {
  const most = Math.max(...areas);
  const least = Math.min(...areas);
  return Math.max((side * side * most) / (sum * sum), (sum * sum) / (side * side * least));
}

/**
 * Cuts `rect` into one rectangle for each weight, in proportion and as square as rows of falling weights allow (Bruls, Huizing, van Wijk:
 * Squarified Treemaps, 2000). Rectangles come in the order of `weights`, which are above 0.
 */
export function squarify(weights, rect) {
  const order = weights.map((_, i) => i).sort((a, b) => weights[b] - weights[a] || a - b);
  const result = new Array(weights.length);
  let { x, y, width, height } = rect;
  let left = weights.reduce((a, b) => a + b, 0);
  let next = 0;
  while (next < order.length) {
    const side = Math.min(width, height);
    const scale = (width * height) / left;
    const row = [order[next]];
    let areas = [weights[order[next]] * scale];
    let sum = areas[0];
    for (let i = next + 1; i < order.length; i++) {
      const area = weights[order[i]] * scale;
      const longer = [...areas, area];
      if (worst(longer, sum + area, side) > worst(areas, sum, side)) break;
      row.push(order[i]);
      areas = longer;
      sum += area;
    }
    next += row.length;
    const upright = width >= height;
    const depth = next === order.length ? (upright ? width : height) : sum / side;
    let at = upright ? y : x;
    row.forEach((index, i) => {
      // The last of a row ends where the row does: rounding leaves no gap.
      const end = i === row.length - 1 ? (upright ? y + height : x + width) : at + (areas[i] / sum) * side;
      result[index] = upright
        ? { x, y: at, width: depth, height: end - at }
        : { x: at, y, width: end - at, height: depth };
      at = end;
      left -= weights[index];
    });
    if (upright) {
      x += depth;
      width -= depth;
    } else {
      y += depth;
      height -= depth;
    }
  }
  return result;
}

/** The tiles of a tree in `rect`, parents before what is in them; what has no area is left out. */
export function tiles(root, rect, depth = 0) {
  const children = root.children.filter((child) => child.ge > 0);
  const places = squarify(
    children.map((child) => child.ge),
    rect,
  );
  return [
    { node: root, depth, leaf: children.length === 0, ...rect },
    ...children.flatMap((child, i) => tiles(child, places[i], depth + 1)),
  ];
}

/** Columns × rows = `count` of cells that are as square as the divisors allow. */
export function cells(count, width, height) {
  let best = { columns: count, rows: 1 };
  const shape = ({ columns, rows }) => Math.abs(Math.log((width * rows) / (height * columns)));
  for (let columns = 1; columns <= count; columns++) {
    const candidate = { columns, rows: count / columns };
    if (count % columns === 0 && shape(candidate) < shape(best)) best = candidate;
  }
  return best;
}

/** `lane ×16`: what is built more than once, with how often in the whole design. */
export const title = ({ name, instances }) =>
  instances > 1 ? `${name.replace(/_?\*$/, "")} ×${instances.toLocaleString("en-US")}` : name;

/** Gate equivalents in three digits: `1.23 M`, `402 k`, `37.4 k`, `812`. */
export function short(n) {
  const [value, unit] = n >= 999_500 ? [n / 1e6, " M"] : n >= 1e3 ? [n / 1e3, " k"] : [n, ""];
  const digits = unit === "" ? 0 : value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)}${unit}`;
}

const LINE = 15;
const PAD = 6;
/** Room that a name of a block takes: it lies on a plate. */
const PLATE = 20;

/** The longest beginning of `text` with an ellipsis that fits `room`; empty when too little is left to be read. */
function cut(text, room, measure, bold) {
  if (measure(text, bold) <= room) return text;
  for (let length = text.length - 1; length >= 4; length--) {
    const candidate = `${text.slice(0, length)}…`;
    if (measure(candidate, bold) <= room) return candidate;
  }
  return "";
}

const overlaps = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/**
 * Where names go so that none covers another: blocks first, at their upper left corner, then what is in them, the largest first. A
 * name that finds no room is left out. `measure(text, bold)` gives the width of a text.
 */
export function labels(all, measure) {
  const placed = [];
  const inner = all.filter((tile) => tile.depth > 0);
  const rank = (tile) => (tile.leaf ? 3 : tile.depth);
  const order = inner
    .filter((tile) => tile.leaf || tile.depth <= 2)
    .sort((a, b) => rank(a) - rank(b) || b.width * b.height - a.width * a.height);
  for (const tile of order) {
    const block = tile.depth === 1;
    const room = tile.width - 2 * PAD;
    const name = cut(title(tile.node), block ? room - 4 : room, measure, !tile.leaf || block);
    if (name === "") continue;
    const value = short(tile.node.ge);
    const nameWidth = measure(name, !tile.leaf || block);
    const inline = block || !tile.leaf;
    // A leaf shows its value below the name, a block beside it, where there is room.
    const choices = [
      ...(name.endsWith("…") && inline ? [] : [{ lines: inline ? 1 : 2, value: true }]),
      { lines: 1, value: false },
    ];
    for (const choice of choices) {
      const width = inline
        ? nameWidth + (choice.value ? 8 + measure(value, false) : 0) + (block ? 12 : 0)
        : Math.max(nameWidth, choice.lines === 2 ? measure(value, false) : 0);
      const height = block ? PLATE : choice.lines * LINE;
      if (width > tile.width - (block ? 6 : PAD)) continue;
      const x = tile.x + (block ? 3 : PAD);
      let found;
      for (let y = tile.y + 4; y + height <= tile.y + tile.height - 2; y += 4) {
        const place = { x, y, width, height };
        if (placed.some((other) => overlaps(place, other))) continue;
        found = place;
        break;
      }
      if (found === undefined) continue;
      placed.push({ ...found, tile, name, value: choice.value ? value : "", lines: choice.lines, block });
      break;
    }
  }
  return placed;
}

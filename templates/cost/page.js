/**
 * The treemaps of a cost page: draws the area below one module, for one report or for two at the same scale, and lets pointer and keys
 * go into blocks and out again. Data are in the element #area-data; treemap.js comes before this in the page.
 */
import { cells, labels, short, tiles, title } from "./treemap.js";

const { trees, colours } = JSON.parse(document.getElementById("area-data").textContent);
const box = document.getElementById("area");
const crumbs = box.querySelector(".crumbs");
const tip = box.querySelector(".tip");
const maps = [...box.querySelectorAll(".map")].map((element, i) => ({
  element,
  root: trees[i],
  index: byPath(trees[i]),
  drawn: new Map(),
  all: [],
}));
const brush = document.createElement("canvas").getContext("2d");
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Equal instances are told apart by lines where each is at least this wide. */
const LEAST_CELL = 4;

let path = "";
let lit;
let drawing = false;

function byPath(root) {
  const found = new Map();
  const visit = (node, above) => {
    found.set(node.path, { node, above });
    for (const child of node.children) visit(child, node);
  };
  visit(root, undefined);
  return found;
}

const nodeAt = (map, at) => map.index.get(at)?.node;
const known = (at) => maps.some((map) => (nodeAt(map, at)?.children.length ?? 0) > 0);
const above = (at) => at.slice(0, Math.max(0, at.lastIndexOf(".")));
const blockOf = (at) => at.split(".")[0];

/** `#area=gemm.array` in the address. */
function fromHash() {
  const at = /^#area=([\w.*%-]+)$/.exec(location.hash)?.[1] ?? "";
  try {
    const decoded = decodeURIComponent(at);
    return known(decoded) ? decoded : "";
  } catch {
    return "";
  }
}

const grouped = (n) => Math.round(n).toLocaleString("en-US");
const percent = (n) => `${(100 * n).toFixed(n < 0.001 ? 2 : 1)} %`;
const area = (n) => (n >= 1e4 ? `${(n / 1e6).toFixed(n >= 1e6 ? 2 : 3)} mm²` : `${grouped(n)} µm²`);

function measure(text, bold) {
  brush.font = `${bold ? "600 " : ""}12px system-ui, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif`;
  return brush.measureText(text).width;
}

function go(next, focus) {
  if (!known(next)) return;
  const from = path;
  path = next;
  lit = undefined;
  try {
    history.replaceState(
      null,
      "",
      next === "" ? location.pathname + location.search : `#area=${encodeURIComponent(next)}`,
    );
  } catch {
    // Some browsers allow no history in files from the disk: then the address stays as it is.
  }
  showTip();
  draw();
  if (focus === undefined) return;
  const buttons = [...focus.element.querySelectorAll("button")];
  const back = buttons.find((button) => from === button.dataset.path || from.startsWith(`${button.dataset.path}.`));
  (back ?? buttons[0])?.focus();
}

function redraw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    draw(true);
  });
}

/** Draws all maps; without movement when only the room changed. */
function draw(abrupt = false) {
  drawCrumbs();
  const most = Math.max(...maps.map((map) => nodeAt(map, path)?.ge ?? 0));
  for (const map of maps) {
    const node = nodeAt(map, path);
    map.element.classList.toggle("abrupt", abrupt || still.matches);
    const scale = Math.sqrt((node?.ge ?? 0) / most);
    const rect = {
      x: 0,
      y: 0,
      width: map.element.clientWidth * scale,
      height: map.element.clientHeight * scale,
    };
    map.all = node === undefined ? [] : tiles(node, rect);
    drawMap(map);
  }
}

/** The element of a key: the one there is, or a new one. */
function take(map, before, key, make) {
  const element = before.get(key) ?? map.element.appendChild(make());
  before.delete(key);
  map.drawn.set(key, element);
  return element;
}

function place(element, { x, y, width, height }) {
  Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
}

const div = (name) => () => {
  const element = document.createElement("div");
  element.className = name;
  return element;
};

function drawMap(map) {
  const before = map.drawn;
  map.drawn = new Map();
  for (const tile of map.all) {
    const { node, depth, leaf } = tile;
    if (leaf) {
      const element = take(map, before, `tile ${node.path}`, div("tile"));
      element.className = `tile ${node.kind} ${tile.node === lit ? "lit" : ""}`;
      element.style.setProperty("--hue", colours[blockOf(node.path)]);
      element.style.setProperty("--tone", node.tone);
      place(element, tile);
      const lines = node.instances > 1 ? cells(node.instances, tile.width, tile.height) : undefined;
      const wide = lines !== undefined && Math.min(tile.width / lines.columns, tile.height / lines.rows) >= LEAST_CELL;
      element.classList.toggle("many", wide);
      if (wide) element.style.setProperty("--cell", `${tile.width / lines.columns}px ${tile.height / lines.rows}px`);
    } else if (depth > 0) {
      const element = take(map, before, `group ${node.path}`, div("group"));
      element.style.borderWidth = `${depth === 1 ? 2 : 1}px`;
      element.style.zIndex = depth === 1 ? 4 : 3;
      place(element, tile);
    }
  }
  for (const label of labels(map.all, measure)) {
    const element = take(map, before, `label ${label.tile.node.path} in ${path}`, div("label"));
    element.className = `label ${label.block ? "plate" : ""} ${label.tile.leaf ? "" : "bold"} ${label.lines === 2 ? "two" : ""}`;
    element.style.setProperty("--hue", colours[blockOf(label.tile.node.path)]);
    const name = document.createElement("b");
    name.textContent = label.name;
    const value = document.createElement("span");
    value.textContent = label.value;
    element.replaceChildren(name, ...(label.value === "" ? [] : [value]));
    place(element, { ...label, width: label.width + 1 });
  }
  // What can be gone into, or at least be focused: the blocks of this level.
  for (const tile of map.all.filter(({ depth }) => depth === 1)) {
    const { node } = tile;
    const button = take(map, before, `button ${node.path}`, () => {
      const element = document.createElement("button");
      element.type = "button";
      element.dataset.path = node.path;
      return element;
    });
    button.classList.toggle("leaf", tile.leaf);
    const whole = percent(node.ge / map.root.ge);
    button.setAttribute("aria-label", `${title(node)}, ${short(node.ge)} gate equivalents, ${whole} of all`);
    place(button, tile);
  }
  for (const element of before.values()) element.remove();
}

function drawCrumbs() {
  const steps = path === "" ? [] : path.split(".");
  const items = ["", ...steps.map((_, i) => steps.slice(0, i + 1).join("."))].map((at, i, list) => {
    const element = document.createElement(i === list.length - 1 ? "b" : "button");
    const node = maps.map((map) => nodeAt(map, at)).find((found) => found !== undefined);
    element.textContent = at === "" && maps.length > 1 ? "whole design" : title(node);
    if (i < list.length - 1) {
      element.type = "button";
      element.addEventListener("click", () => {
        go(at);
      });
    }
    return element;
  });
  crumbs.replaceChildren(
    ...items.flatMap((item, i) =>
      i === 0 ? [item] : [Object.assign(document.createElement("i"), { textContent: "›" }), item],
    ),
  );
  for (const map of maps) {
    const node = nodeAt(map, path);
    const caption = map.element.parentElement.querySelector("figcaption span");
    caption.textContent =
      node === undefined
        ? "not built"
        : `${short(node.ge)} GE${path === "" ? "" : `, ${percent(node.ge / map.root.ge)} of all`}`;
  }
}

/** What is known of a node, for the tooltip. */
function describe(map, node) {
  const parent = map.index.get(node.path)?.above;
  const each = node.instances > 1 ? `, ${short(node.ge / node.instances)} each of ${grouped(node.instances)}` : "";
  const other = maps.find((m) => m !== map);
  const twin = other === undefined ? undefined : nodeAt(other, node.path);
  const difference = twin === undefined ? 0 : node.ge - twin.ge;
  return [
    node.path === "" ? node.name : node.path.replace(/\.logic$/, ": own logic"),
    node.kind === "memory"
      ? node.note
      : node.kind === "logic"
        ? `what ${node.module} holds itself`
        : `module ${node.module}`,
    `${grouped(node.ge)} GE${each}`,
    `${percent(node.ge / map.root.ge)} of all${parent === undefined || parent.path === "" ? "" : `, ${percent(node.ge / parent.ge)} of ${title(parent)}`}`,
    ...(node.um2 === undefined ? [] : [area(node.um2)]),
    ...(node.flipFlops ? [`${grouped(node.flipFlops)} flip-flops`] : []),
    ...(other === undefined
      ? []
      : [
          twin === undefined
            ? "not in the other"
            : Math.round(difference) === 0
              ? "the same in the other"
              : `${difference > 0 ? "+" : "−"}${grouped(Math.abs(difference))} GE to the other`,
        ]),
  ];
}

function showTip(map, node, x, y) {
  tip.hidden = node === undefined;
  if (node === undefined) return;
  tip.replaceChildren(
    ...describe(map, node).map((line, i) => {
      const element = document.createElement(i === 0 ? "b" : "span");
      element.textContent = line;
      return element;
    }),
  );
  const origin = box.getBoundingClientRect();
  const left = Math.max(4, Math.min(origin.width - tip.offsetWidth - 8, x - origin.left + 14));
  const under = y - origin.top + 18;
  // Above the pointer where the box ends.
  const top = under + tip.offsetHeight > origin.height ? Math.max(4, y - origin.top - tip.offsetHeight - 10) : under;
  Object.assign(tip.style, { left: `${left}px`, top: `${top}px` });
}

function light(node) {
  if (lit === node) return;
  lit = node;
  for (const map of maps) {
    for (const [key, element] of map.drawn) {
      if (key.startsWith("tile ")) element.classList.toggle("lit", key.slice(5) === node?.path);
    }
  }
}

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The block nearest to `from` in a direction. */
function neighbour(map, from, [dx, dy]) {
  const middle = (tile) => [tile.x + tile.width / 2, tile.y + tile.height / 2];
  const blocks = map.all.filter(({ depth }) => depth === 1);
  const here = blocks.find(({ node }) => node.path === from);
  if (here === undefined) return undefined;
  const [hx, hy] = middle(here);
  const far = (tile) => {
    const [x, y] = middle(tile);
    const along = (x - hx) * dx + (y - hy) * dy;
    return along <= 0 ? Infinity : along + 2 * Math.abs((x - hx) * dy + (y - hy) * dx);
  };
  const [best] = blocks.filter((tile) => far(tile) < Infinity).sort((a, b) => far(a) - far(b));
  return best?.node.path;
}

for (const map of maps) {
  map.element.addEventListener("pointermove", (event) => {
    const origin = map.element.getBoundingClientRect();
    const [x, y] = [event.clientX - origin.left, event.clientY - origin.top];
    const inside = (tile) => x >= tile.x && x < tile.x + tile.width && y >= tile.y && y < tile.y + tile.height;
    const tile = map.all.find((candidate) => candidate.leaf && inside(candidate));
    light(tile?.node);
    showTip(map, tile?.node, event.clientX, event.clientY);
  });
  map.element.addEventListener("pointerleave", () => {
    light(undefined);
    showTip();
  });
  map.element.addEventListener("click", (event) => {
    const at = event.target.dataset?.path;
    // A click of the keyboard has no place.
    if (at !== undefined) go(at, event.detail === 0 ? map : undefined);
  });
  map.element.addEventListener("focusin", (event) => {
    const node = nodeAt(map, event.target.dataset?.path ?? "");
    if (node === undefined || !event.target.matches(":focus-visible")) return;
    const place = event.target.getBoundingClientRect();
    showTip(map, node, place.left + Math.min(place.width / 2, 60), place.top + Math.min(place.height / 2, 40));
  });
  map.element.addEventListener("focusout", () => {
    showTip();
  });
  map.element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = event.target.dataset?.path;
    if (event.key === "Escape" || event.key === "Backspace") {
      if (path !== "") go(above(path), map);
    } else if (arrows[event.key] !== undefined && from !== undefined) {
      const next = neighbour(map, from, arrows[event.key]);
      if (next !== undefined) map.drawn.get(`button ${next}`)?.focus();
    } else return;
    event.preventDefault();
  });
  new ResizeObserver(redraw).observe(map.element);
}

// The tree of modules: rows open and close.
const rows = [...document.querySelectorAll("tr[data-path]")];
const closed = new Set(rows.filter((row) => row.dataset.open === "no").map((row) => row.dataset.path));
function showRows() {
  for (const row of rows) {
    const steps = row.dataset.path.split(".");
    row.hidden = steps.some((_, i) => i < steps.length - 1 && closed.has(steps.slice(0, i + 1).join(".")));
    const button = row.querySelector("button");
    button?.setAttribute("aria-expanded", String(!closed.has(row.dataset.path)));
  }
}
for (const row of rows) {
  row.querySelector("button")?.addEventListener("click", () => {
    if (!closed.delete(row.dataset.path)) closed.add(row.dataset.path);
    showRows();
  });
}
for (const button of document.querySelectorAll("button[data-rows]")) {
  button.addEventListener("click", () => {
    closed.clear();
    if (button.dataset.rows === "close")
      for (const row of rows) if (row.querySelector("button")) closed.add(row.dataset.path);
    showRows();
  });
}

addEventListener("hashchange", () => {
  path = fromHash();
  draw();
});
addEventListener("beforeprint", () => {
  draw(true);
});
path = fromHash();
box.hidden = false;
document.documentElement.classList.add("scripted");
showRows();
draw(true);

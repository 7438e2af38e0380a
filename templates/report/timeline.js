/**
 * The timeline of the page: draws the window of cycles on a canvas, and lets pointer, wheel, keys and buttons move it. Data are in the
 * element #timeline-data; lanes.js comes before this in the page.
 */
import { bars, clampWindow, curve, firstAfter, pan, ticks, within, zoom } from "./lanes.js";

const data = JSON.parse(document.getElementById("timeline-data").textContent);
const box = document.getElementById("timeline");
const canvas = box.querySelector("canvas");
const tip = box.querySelector(".tip");
const range = box.querySelector(".range");
const lanes = data.lanes.map((lane) => ({ ...lane, kind: lane.operation.map((o) => data.kindOf[o]) }));
const end = Math.max(1, data.cycles);
const whole = { from: 0, to: end };

const LEFT = 62;
const RIGHT = 14;
const LAYERS = 20;
const LANE = 28;
const LANE_STEP = 36;
const CURVE = 26;
const CURVE_STEP = 34;
const AXIS = 26;
const CURVES_TOP = LAYERS + lanes.length * LANE_STEP + 4;
const BOTTOM = CURVES_TOP + data.curves.length * CURVE_STEP - (CURVE_STEP - CURVE);
const HEIGHT = BOTTOM + AXIS + 8;

let view = fromHash() ?? whole;
let width = 0;
let drawing = false;
/** Pointers that are down, by id. */
const pointers = new Map();
let dragged = false;
/** Where the pointer is, for the tooltip and the line under it. */
let hover;
let colours = {};
const patterns = new Map();

/** `#t=1200-3400` in the address. */
function fromHash() {
  const found = /^#t=(\d+)-(\d+)$/.exec(location.hash);
  if (found === null || Number(found[2]) <= Number(found[1])) return undefined;
  return clampWindow({ from: Number(found[1]), to: Number(found[2]) }, end);
}

const grouped = (n) => Math.round(n).toLocaleString("en-US");
const percent = (n) => `${(100 * n).toFixed(1)} %`;
const plural = (n, word) => `${grouped(n)} ${word}${Math.round(n) === 1 ? "" : "s"}`;

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["ink", "soft", "line", "card", "track", "array"]) {
    colours[name] = style.getPropertyValue(`--${name}`).trim();
  }
  patterns.clear();
}

/** Diagonal lines in a colour: something waits. */
function hatch(context, colour) {
  if (!patterns.has(colour)) {
    const ratio = devicePixelRatio || 1;
    const tile = document.createElement("canvas");
    const size = Math.round(6 * ratio);
    tile.width = tile.height = size;
    const c = tile.getContext("2d");
    c.fillStyle = colour;
    c.globalAlpha = 0.2;
    c.fillRect(0, 0, size, size);
    c.globalAlpha = 0.8;
    c.strokeStyle = colour;
    c.lineWidth = 1.3 * ratio;
    for (const shift of [-size, 0, size]) {
      c.beginPath();
      c.moveTo(shift, size);
      c.lineTo(shift + size, 0);
      c.stroke();
    }
    const pattern = context.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix().scale(1 / ratio));
    patterns.set(colour, pattern);
  }
  return patterns.get(colour);
}

function fillOf(context, part) {
  if (part.state.startsWith("behind-")) return data.states.behind;
  if (part.state === "busy" || part.state === "memory") return data.kinds[part.kind].colour;
  return hatch(context, data.states[part.state]);
}

function change(next) {
  view = clampWindow(next, end);
  const at = view.from === 0 && view.to === end ? "" : `#t=${Math.floor(view.from)}-${Math.ceil(view.to)}`;
  try {
    history.replaceState(null, "", at === "" ? location.pathname + location.search : at);
  } catch {
    // Some browsers allow no history in files from the disk: then the address stays as it is.
  }
  showTip();
  redraw();
}

function redraw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    draw();
  });
}

function draw() {
  const ratio = devicePixelRatio || 1;
  width = Math.max(240, canvas.clientWidth - LEFT - RIGHT);
  canvas.width = Math.round((width + LEFT + RIGHT) * ratio);
  canvas.height = Math.round(HEIGHT * ratio);
  const c = canvas.getContext("2d");
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.font = '12px system-ui, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif';
  c.textBaseline = "middle";
  const x = (cycle) => LEFT + ((cycle - view.from) * width) / (view.to - view.from);

  const labels = [];
  lanes.forEach((lane, i) => {
    const top = LAYERS + i * LANE_STEP;
    c.fillStyle = colours.soft;
    c.font = c.font.replace(/^(600 )?/, "600 ");
    c.fillText(lane.engine.toUpperCase(), 8, top + LANE / 2);
    c.font = c.font.replace(/^600 /, "");
    c.fillStyle = colours.track;
    c.fillRect(LEFT, top, width, LANE);
    const drawn = bars(lane, view, width);
    for (const bar of drawn) {
      let y = top + LANE;
      // From the bottom up: height is the share of the time.
      for (const part of bar.parts) {
        const height = Math.max(0.5, (LANE * part.cycles) / bar.cycles);
        y -= height;
        c.globalAlpha = part.state === "memory" || part.state.startsWith("behind-") ? 0.4 : 1;
        c.fillStyle = fillOf(c, part);
        // On whole pixels of the screen: no seams between neighbours.
        const left = Math.round((LEFT + bar.x) * ratio);
        const right = Math.round((LEFT + bar.x + bar.width) * ratio);
        c.fillRect(left / ratio, y, Math.max(1, right - left) / ratio, height);
      }
    }
    c.globalAlpha = 1;
    // With room enough, where one command ends and the next begins, and what a stretch is.
    let before = -Infinity;
    for (const bar of drawn) {
      if (bar.count !== 1 || bar.width < 8) continue;
      if (bar.x - before < 0.5) {
        c.fillStyle = colours.card;
        c.fillRect(LEFT + bar.x - 0.5, top, 1, LANE);
      }
      before = bar.x + bar.width;
      const text = lane.state[bar.first] === "busy" ? data.kinds[lane.kind[bar.first]].name : waitText(lane, bar.first);
      const room = bar.width - 10;
      if (room < 24 || c.measureText(text).width > room) continue;
      const solid = lane.state[bar.first] === "busy" && 2 * lane.memory[bar.first] < bar.cycles;
      labels.push({ text, x: LEFT + bar.x + 5, y: top + LANE / 2 + 0.5, colour: solid ? "#ffffff" : colours.ink });
    }
  });

  data.curves.forEach(({ name, counts, colour }, i) => {
    const top = CURVES_TOP + i * CURVE_STEP;
    c.fillStyle = colours.soft;
    c.fillText(name, 8, top + CURVE / 2);
    c.fillStyle = colours.track;
    c.fillRect(LEFT, top, width, CURVE);
    c.fillStyle = colour;
    for (const point of curve(counts, data.windowCycles, view, width)) {
      const height = CURVE * Math.min(1, point.value);
      const from = Math.round(LEFT + point.x);
      c.fillRect(from, top + CURVE - height, Math.round(LEFT + point.x + point.width) - from, height);
    }
  });

  c.strokeStyle = colours.soft;
  c.fillStyle = colours.soft;
  c.setLineDash([2, 3]);
  for (const { name, start } of data.layers) {
    if (start < view.from || start > view.to) continue;
    c.globalAlpha = 0.6;
    c.beginPath();
    c.moveTo(x(start), 2);
    c.lineTo(x(start), BOTTOM);
    c.stroke();
    c.globalAlpha = 1;
    c.fillText(name, x(start) + 5, LAYERS / 2 - 1);
  }
  c.setLineDash([]);

  c.textAlign = "center";
  const most = Math.max(2, Math.floor(width / 120));
  for (const cycle of ticks(view, most)) {
    c.fillStyle = colours.line;
    c.fillRect(x(cycle) - 0.5, LAYERS, 1, BOTTOM - LAYERS + 5);
    c.fillStyle = colours.soft;
    const text = grouped(cycle);
    const half = c.measureText(text).width / 2;
    c.fillText(text, Math.min(LEFT + width - half + RIGHT, Math.max(LEFT - 20 + half, x(cycle))), BOTTOM + 15);
  }
  c.textAlign = "left";
  for (const label of labels) {
    c.fillStyle = label.colour;
    c.fillText(label.text, label.x, label.y);
  }

  // Where the window lies in the whole run.
  c.fillStyle = colours.track;
  c.fillRect(LEFT, HEIGHT - 5, width, 4);
  c.fillStyle = colours.soft;
  const share = (view.to - view.from) / end;
  c.fillRect(LEFT + (width * view.from) / end, HEIGHT - 5, Math.max(3, width * share), 4);

  if (hover !== undefined) {
    c.fillStyle = colours.ink;
    c.globalAlpha = 0.5;
    c.fillRect(hover.x - 0.5, LAYERS, 1, BOTTOM - LAYERS);
    c.globalAlpha = 1;
  }
  const cycles = view.to - view.from;
  range.textContent =
    cycles >= end
      ? `all ${grouped(end)} cycles`
      : `cycles ${grouped(view.from)} to ${grouped(view.to)} (${grouped(cycles)} of ${grouped(end)})`;
}

/** What a stretch waits for. */
function waitText(lane, i) {
  return `waits for ${cause(lane.state[i])}`;
}

function cause(state) {
  if (state === "dispatch") return "a command";
  const queue = /^behind-(.*)$/.exec(state);
  return queue === null ? state.toUpperCase() : `a command, behind the full queue of ${queue[1].toUpperCase()}`;
}

/** The lines of the tooltip at a place of the canvas; none where nothing is. */
function describe(px, py) {
  const cycle = view.from + ((px - LEFT) * (view.to - view.from)) / width;
  if (cycle < view.from || cycle >= view.to) return [];
  const perPixel = (view.to - view.from) / width;
  const at = Math.floor((py - LAYERS) / LANE_STEP);
  const lane = lanes[at];
  if (lane !== undefined && py - LAYERS - at * LANE_STEP <= LANE) {
    const name = lane.engine.toUpperCase();
    const near = within(lane, { from: cycle - perPixel, to: cycle + perPixel });
    if (near.count > 3) {
      const all = 2 * perPixel;
      const text = (p) => {
        const kind = data.kinds[p.kind].name;
        if (p.state === "busy") return kind;
        if (p.state === "memory") return `${kind}, held up by memory`;
        return `${kind}, waiting for ${cause(p.state)}`;
      };
      const parts = [...near.parts].sort((a, b) => b.cycles - a.cycles).slice(0, 6);
      return [
        `${name} · ${near.count} stretches around cycle ${grouped(cycle)}`,
        ...parts.map((p) => `${percent(Math.min(1, p.cycles / all))} ${text(p)}`),
        "zoom in to tell them apart",
      ];
    }
    const i = firstAfter(lane, cycle);
    const tolerance = 2 * perPixel;
    const best = [i - 1, i].find(
      (j) => j >= 0 && j < lane.start.length && lane.start[j] - tolerance <= cycle && cycle < lane.end[j] + tolerance,
    );
    const exact = i < lane.start.length && lane.start[i] <= cycle ? i : best;
    if (exact === undefined) return [`${name} · nothing left to do`];
    const cycles = lane.end[exact] - lane.start[exact];
    const operation = data.operations[lane.operation[exact]];
    const when = `cycles ${grouped(lane.start[exact])} to ${grouped(lane.end[exact])} (${grouped(cycles)})`;
    if (lane.state[exact] === "busy") {
      const held = lane.memory[exact];
      return [
        `${name} · ${operation}`,
        when,
        ...(held === 0 ? [] : [`${plural(held, "cycle")} of them held up by memory (${percent(held / cycles)})`]),
      ];
    }
    const from = lane.from[exact] < 0 ? "" : ` (${data.operations[lane.from[exact]]})`;
    return [`${name} · ${operation} ${waitText(lane, exact)}${from}`, when];
  }
  const which = Math.floor((py - CURVES_TOP) / CURVE_STEP);
  const shown = data.curves[which];
  if (shown === undefined || py - CURVES_TOP - which * CURVE_STEP > CURVE) return [];
  const point = curve(shown.counts, data.windowCycles, view, width).find(
    (p) => px - LEFT >= p.x && px - LEFT < p.x + p.width,
  );
  if (point === undefined) return [];
  const value = Math.min(1, point.value);
  return [
    `${shown.title}: ${shown.bytes === 0 ? percent(value) : `${(value * shown.bytes).toFixed(1)} bytes per cycle`}`,
    `around cycle ${grouped(cycle)}`,
  ];
}

function showTip() {
  const lines = hover === undefined || dragged ? [] : describe(hover.x, hover.y);
  tip.hidden = lines.length === 0;
  tip.replaceChildren(
    ...lines.map((line, i) => {
      const element = document.createElement(i === 0 ? "b" : "span");
      element.textContent = line;
      return element;
    }),
  );
  if (hover === undefined || lines.length === 0) return;
  const room = canvas.clientWidth - tip.offsetWidth - 8;
  tip.style.left = `${Math.max(4, Math.min(room, hover.x + 14))}px`;
  tip.style.top = `${canvas.offsetTop + hover.y + 18}px`;
}

const shareAt = (px) => Math.min(1, Math.max(0, (px - LEFT) / width));

canvas.addEventListener(
  "wheel",
  (event) => {
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const delta =
      (event.deltaMode === 1 ? 16 : 1) *
      (Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY);
    const next = sideways
      ? pan(view, delta / width, end)
      : zoom(view, Math.exp(-delta / 300), shareAt(event.offsetX), end);
    // Where there is nothing more to zoom out of, the page scrolls.
    if (next.from === view.from && next.to === view.to) return;
    event.preventDefault();
    hover = { x: event.offsetX, y: event.offsetY };
    change(next);
  },
  { passive: false },
);

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, event.offsetX);
  dragged = false;
});
canvas.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  hover = { x: event.offsetX, y: event.offsetY };
  if (before === undefined) {
    showTip();
    redraw();
    return;
  }
  const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
  pointers.set(event.pointerId, event.offsetX);
  if (Math.abs(event.offsetX - before) > 0) dragged = true;
  if (others.length === 0) change(pan(view, (before - event.offsetX) / width, end));
  else {
    const [other] = others;
    const factor = Math.max(1, Math.abs(event.offsetX - other)) / Math.max(1, Math.abs(before - other));
    change(zoom(view, factor, shareAt((event.offsetX + other) / 2), end));
  }
  showTip();
});
for (const name of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(name, (event) => {
    pointers.delete(event.pointerId);
    dragged = false;
  });
}
canvas.addEventListener("pointerleave", () => {
  hover = undefined;
  showTip();
  redraw();
});
canvas.addEventListener("dblclick", (event) => {
  change(zoom(view, 4, shareAt(event.offsetX), end));
});

const actions = {
  in: () => zoom(view, 2, 0.5, end),
  out: () => zoom(view, 0.5, 0.5, end),
  left: () => pan(view, -0.25, end),
  right: () => pan(view, 0.25, end),
  all: () => whole,
};
const keys = {
  "+": "in",
  "=": "in",
  w: "in",
  ArrowUp: "in",
  "-": "out",
  s: "out",
  ArrowDown: "out",
  ArrowLeft: "left",
  a: "left",
  ArrowRight: "right",
  d: "right",
  0: "all",
  Home: "all",
  Escape: "all",
};
canvas.addEventListener("keydown", (event) => {
  const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
  if (action === undefined) return;
  event.preventDefault();
  change(actions[action]());
});
for (const button of box.querySelectorAll("button[data-do]")) {
  button.addEventListener("click", () => {
    change(actions[button.dataset.do]());
  });
}
for (const button of box.querySelectorAll("button[data-layer]")) {
  button.addEventListener("click", () => {
    const at = Number(button.dataset.layer);
    change({ from: at === 0 ? 0 : data.layers[at].start, to: data.layers[at + 1]?.start ?? end });
  });
}

addEventListener("hashchange", () => {
  view = fromHash() ?? whole;
  redraw();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  readColours();
  redraw();
});
new ResizeObserver(redraw).observe(box);
canvas.style.height = `${HEIGHT}px`;
box.hidden = false;
readColours();
draw();

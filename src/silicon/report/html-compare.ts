/** Two cost reports side by side as a self-contained HTML page. */
import { renderTemplate, templateText } from "../../files/index.ts";
import { grouped, percent } from "../../report/index.ts";
import { differences } from "./differences.ts";
import type { Difference } from "./differences.ts";
import { areaView, blockOf, coloursOf, treeOf } from "./html-area.ts";
import {
  capacity,
  change,
  configEntries,
  configName,
  gates,
  jouleSeconds,
  joules,
  nanoseconds,
  signed,
} from "./html-format.ts";
import { madeWith } from "./html.ts";
import { fpgaView, timingView } from "./html-views.ts";
import type { CostReport } from "./schema.ts";

/** What differs less than this, in gate equivalents, is the same. */
const SAME_GE = 0.5;
/** How many of the largest changes are listed. */
const LARGEST = 12;

type Pair = readonly [a: CostReport, b: CostReport];

/** Names to tell the two apart by. */
export function comparedNames([a, b]: Pair): [string, string] {
  const [first, second] = [configName(a.config), configName(b.config)];
  return first === second ? [`${first} (first)`, `${second} (second)`] : [first, second];
}

/** Less is better in `sign` 1, more in −1; 0 is neither. */
function tone(a: number, b: number, sign: number): string {
  const worse = (b - a) * sign;
  return worse > 0 ? "more" : worse < 0 ? "less" : "soft";
}

function cards([a, b]: Pair) {
  const card = (x: number, y: number, text: (n: number) => string, label: string, sign = 1) => ({
    ...{ value: text(y), before: text(x).replace(/ GE$/, ""), label, change: change(x, y), tone: tone(x, y, sign) },
  });
  const [ea, eb] = [a.energy, b.energy];
  return [
    card(a.totalGe, b.totalGe, gates, "area in all"),
    card(a.logicGe, b.logicGe, gates, "logic"),
    card(a.sramGe, b.sramGe, gates, `SRAM, ${capacity(a.sramBits)} and ${capacity(b.sramBits)}`),
    card(a.normShare, b.normShare, (n) => percent(n), "the norm unit's share"),
    card(a.fmaxMhz, b.fmaxMhz, (n) => `${grouped(n)} MHz`, "estimated clock", -1),
    ...(ea === undefined || eb === undefined
      ? []
      : [
          card(
            ea.totalPicojoules,
            eb.totalPicojoules,
            joules,
            ea.workload === eb.workload ? ea.workload : "energy, not of the same workload",
          ),
          card(ea.energyDelayProduct, eb.energyDelayProduct, jouleSeconds, "energy × delay"),
        ]),
  ];
}

/** A bar to the left for less, to the right for more, relative to the largest difference. */
function bar(delta: number, most: number) {
  const width = most === 0 ? 0 : (100 * Math.abs(delta)) / most;
  return { lessWidth: delta < 0 ? width.toFixed(2) : "0", moreWidth: delta > 0 ? width.toFixed(2) : "0" };
}

function differenceRows(rows: readonly Difference[], colours: ReadonlyMap<string, string>) {
  const most = Math.max(...rows.filter(({ depth }) => depth === 1).map(({ a, b }) => Math.abs(b - a)), 0);
  const totals = rows[0]!;
  return rows.map(({ path, name, depth, a, b, leaf }) => {
    const delta = b - a;
    const same = Math.abs(delta) < SAME_GE;
    return {
      ...{ path, name, isTop: depth === 0, inner: !leaf, open: "no", same },
      indent: Math.max(0, depth - 1) * 18,
      colour: colours.get(blockOf(path)) ?? "",
      a: a === 0 ? "" : grouped(a),
      b: b === 0 ? "" : grouped(b),
      delta: same ? "" : signed(delta),
      change: same ? "" : change(a, b),
      ofTotal: same || totals.a === 0 ? "" : `${delta < 0 ? "−" : "+"}${percent(Math.abs(delta) / totals.a, 2)}`,
      ...bar(same ? 0 : delta, most),
      tone: same ? "soft" : delta < 0 ? "less" : "more",
    };
  });
}

/** The leaves that differ most: what to look at first. */
function largest(rows: readonly Difference[], colours: ReadonlyMap<string, string>) {
  const leaves = rows.filter(({ leaf, a, b }) => leaf && Math.abs(b - a) >= SAME_GE);
  const sorted = [...leaves].sort((x, y) => Math.abs(y.b - y.a) - Math.abs(x.b - x.a)).slice(0, LARGEST);
  const most = Math.max(0, ...sorted.map(({ a, b }) => Math.abs(b - a)));
  return sorted.map(({ path, a, b }) => ({
    path: path.replace(/\.logic$/, ": own logic"),
    colour: colours.get(blockOf(path)) ?? "",
    ...{ a: a === 0 ? "not built" : grouped(a), b: b === 0 ? "not built" : grouped(b), delta: signed(b - a) },
    ...bar(b - a, most),
    tone: b < a ? "less" : "more",
  }));
}

/** Values of both under names of either, in the order of the first. */
function paired<T>(a: readonly T[], b: readonly T[], nameOf: (item: T) => string) {
  const names = [...new Set([...a, ...b].map(nameOf))];
  const find = (list: readonly T[], name: string): T | undefined => list.find((item) => nameOf(item) === name);
  return names.map((name) => ({ name, a: find(a, name), b: find(b, name) }));
}

function quantity(
  name: string,
  x: number | undefined,
  y: number | undefined,
  text: (n: number) => string,
  most: number,
) {
  const both = x !== undefined && y !== undefined;
  return {
    name,
    a: x === undefined ? "" : text(x),
    b: y === undefined ? "" : text(y),
    change: both ? change(x, y) : "",
    tone: both ? tone(x, y, 1) : "soft",
    ...bar(both ? y - x : 0, most),
  };
}

/** The slowest path of each block of the top module, in both. */
function timingRows([a, b]: Pair) {
  const none = new Map<string, string>();
  const [first, second] = [timingView(a, none).blocks, timingView(b, none).blocks];
  const rows = paired(first, second, (path) => path.top);
  const most = Math.max(
    0,
    ...rows.map((row) => Math.abs((row.b?.picoseconds ?? 0) - (row.a?.picoseconds ?? row.b?.picoseconds ?? 0))),
  );
  const path = (row: (typeof first)[number] | undefined): string =>
    row === undefined ? "" : `${row.from} to ${row.to}`;
  return rows.map((row) => ({
    ...quantity(row.name === "" ? "top module" : row.name, row.a?.picoseconds, row.b?.picoseconds, nanoseconds, most),
    ...{ pathA: path(row.a), pathB: path(row.b) },
  }));
}

function energyRows(a: readonly { name: string; picojoules: number }[], b: typeof a) {
  const rows = paired(a, b, (part) => part.name);
  const most = Math.max(0, ...rows.map((row) => Math.abs((row.b?.picojoules ?? 0) - (row.a?.picojoules ?? 0))));
  return rows.map((row) => quantity(row.name, row.a?.picojoules ?? 0, row.b?.picojoules ?? 0, joules, most));
}

function fpgaRows([a, b]: Pair) {
  return paired(fpgaView(a), fpgaView(b), (family) => family.name).map(({ name, a: x, b: y }) => ({
    name,
    cells: (["lut", "ff", "dsp", "bram"] as const).map((key) => ({
      a: x?.[key] ?? "",
      b: y?.[key] ?? "",
      same: x?.[key] === y?.[key],
    })),
  }));
}

/** All keys: those that differ, and those that do not. */
function configRows([a, b]: Pair) {
  const rows = paired(configEntries(a.config), configEntries(b.config), ([key]) => key).map((row) => ({
    ...{ key: row.name, a: row.a?.[1] ?? "", b: row.b?.[1] ?? "" },
  }));
  return { changed: rows.filter((row) => row.a !== row.b), same: rows.filter((row) => row.a === row.b) };
}

/** The page as text: `b` beside `a`, differences from `a` to `b`. */
export function renderComparisonPage(a: CostReport, b: CostReport, command: string): string {
  const pair: Pair = [a, b];
  const trees = [treeOf(a), treeOf(b)];
  const colours = coloursOf(trees);
  const names = comparedNames(pair);
  const rows = differences(a, b);
  const config = configRows(pair);
  const changed = config.changed.filter((row) => row.key !== "name").length;
  const made = [madeWith(a), madeWith(b)];
  const [ea, eb] = [a.energy, b.energy];
  const energy = ea !== undefined && eb !== undefined;
  return renderTemplate("cost/compare.html.hbs", {
    style: `${templateText("page.css")}${templateText("cost/cost.css")}`,
    title: `${names[1]} beside ${names[0]}`,
    ...{ nameA: names[0], nameB: names[1] },
    cards: cards(pair),
    facts: [
      ...(made[0] === made[1]
        ? [{ name: "cells", value: made[0] }]
        : names.map((name, i) => ({ name: `cells, ${name}`, value: made[i] }))),
      {
        name: "timing",
        value: a.timing.model === b.timing.model ? a.timing.model : `${a.timing.model}; ${b.timing.model}`,
      },
    ],
    unequal: made[0] !== made[1],
    area: areaView(trees, names),
    rows: differenceRows(rows, colours),
    largest: largest(rows, colours),
    timing: timingRows(pair),
    energyParts: energy ? energyRows(ea.parts, eb.parts) : [],
    energyOperations: energy ? energyRows(ea.operations, eb.operations) : [],
    energyNote: energy
      ? ea.workload === eb.workload
        ? `${ea.workload}, at ${ea.node}.`
        : `Not the same workload: ${ea.workload} and ${eb.workload}.`
      : "",
    fpga: fpgaRows(pair),
    config,
    configNote:
      changed === 0 ? "No key differs but the name." : changed === 1 ? "One key differs." : `${changed} keys differ.`,
    command,
  });
}

import type { TimingPath } from "../report/schema.ts";
import type { ModuleTiming, PathEnd, TimingArc } from "../types.ts";
import { longestFrom, sortNodes, type Way } from "./order.ts";

/** A distinct module of a design: its own arcs, and what it has inside. */
export interface TimedModule {
  readonly timing: ModuleTiming;
  readonly instances: readonly { readonly name: string; readonly module: string }[];
  /** Memories built as macros, by the names of their instances, with the delay from clock to read data. */
  readonly memories: readonly { readonly name: string; readonly accessPicoseconds: number }[];
}

export interface TimedDesign {
  readonly top: string;
  readonly modules: ReadonlyMap<string, TimedModule>;
  /** Set-up time at the inputs of memory macros, in ps. */
  readonly setupPicoseconds: number;
}

/** The longest paths of a design, and the loops of arcs that were left out on the way. */
export interface ComposedTiming {
  /** The worst path that ends in each distinct block, worst first. Siblings of one module are one block. */
  readonly paths: readonly (TimingPath & { readonly module: string })[];
  /**
   * Ports through which arcs of modules run in a circle, `instance.port` from the module in which they meet. No bit goes round:
   * arcs are from port to port, not from bit to bit. The arcs that close the circle are left out of paths.
   */
  readonly loops: readonly (readonly string[])[];
}

/** A stretch of a path, from where it begins or to where it ends, seen from one module. */
interface Stretch {
  readonly picoseconds: number;
  readonly levels: number;
  /** Instances whose logic it passes, from the module it is seen from. */
  readonly through: readonly string[];
  readonly end: PathEnd;
  /** The instance in which it begins or ends. */
  readonly at: string;
  /** Modules on the way to that instance: siblings of one module are one block. */
  readonly block: string;
  readonly module: string;
}

interface Summary {
  /** By output port: the latest path from a register. */
  readonly launches: ReadonlyMap<string, Stretch>;
  /** By input port and block: the longest path to a register of the block. */
  readonly captures: ReadonlyMap<string, ReadonlyMap<string, Stretch>>;
  readonly passes: readonly TimingArc[];
  /** By block: the longest path from register to register. */
  readonly worst: ReadonlyMap<string, { readonly from: Stretch; readonly to: Stretch }>;
}

/**
 * Puts the paths of a design together from the arcs of its distinct modules: a path leaves a register, passes ports and
 * ends elsewhere. The work grows with the distinct modules and their ports, not with the instances.
 */
export function composeTiming(design: TimedDesign): ComposedTiming {
  const loops: string[][] = [];
  const done = new Map<string, Summary>();
  const summaryOf = (name: string): Summary => {
    let summary = done.get(name);
    if (summary === undefined) {
      const module = design.modules.get(name);
      if (module === undefined) throw new Error(`module ${name} has no timing`);
      const children = new Map(
        module.instances.map((child) => [child.name, { ...child, summary: summaryOf(child.module) }]),
      );
      summary = summarise(name, module, children, design.setupPicoseconds, loops);
      done.set(name, summary);
    }
    return summary;
  };
  const top = summaryOf(design.top);
  const worst = new Map(top.worst);
  for (const { from, to } of outerPaths(design.top, top)) keepWorst(worst, from, to);
  const paths = [...worst.values()].map(({ from, to }) => pathOf(from, to));
  return { paths: paths.sort((a, b) => b.picoseconds - a.picoseconds), loops };
}

type Worst = Map<string, { readonly from: Stretch; readonly to: Stretch }>;

function keepWorst(worst: Worst, from: Stretch, to: Stretch): void {
  const other = worst.get(to.block);
  const length = from.picoseconds + to.picoseconds;
  if (other === undefined || other.from.picoseconds + other.to.picoseconds < length) worst.set(to.block, { from, to });
}

/** Paths that begin at an input of the top module or end at one of its outputs; nothing outside delays them. */
function outerPaths(module: string, top: Summary): { from: Stretch; to: Stretch }[] {
  const at = (end: PathEnd): Stretch => ({ picoseconds: 0, levels: 0, through: [], end, at: "", block: "", module });
  return [
    ...[...top.launches].map(([name, from]) => ({ from, to: at({ kind: "output", name }) })),
    ...[...top.captures].flatMap(([name, stretches]) =>
      [...stretches.values()].map((to) => ({ from: at({ kind: "input", name }), to })),
    ),
    ...top.passes.map(({ from, to, levels, picoseconds }) => ({
      from: { ...at(from), levels, picoseconds },
      to: at(to),
    })),
  ];
}

function pathOf(from: Stretch, to: Stretch): TimingPath & { readonly module: string } {
  const picoseconds = Math.round(from.picoseconds + to.picoseconds);
  const through = [from.at, ...from.through, ...to.through, to.at].filter(
    (name, index, all) => name !== "" && name !== all[index - 1],
  );
  return {
    block: to.at,
    module: to.module,
    from: { kind: from.end.kind, name: join(from.at, from.end.name) },
    to: { kind: to.end.kind, name: join(to.at, to.end.name) },
    through,
    levels: from.levels + to.levels,
    picoseconds,
    fmaxMhz: Math.round(1e7 / picoseconds) / 10,
  };
}

function join(instance: string, name: string): string {
  return instance === "" ? name : name === "" ? instance : `${instance}.${name}`;
}

type Children = ReadonlyMap<string, { readonly name: string; readonly module: string; readonly summary: Summary }>;

/** A stretch of a child as its parent sees it. */
function within(instance: string, module: string, stretch: Stretch): Stretch {
  return {
    ...stretch,
    through: stretch.through.map((name) => join(instance, name)),
    at: join(instance, stretch.at),
    block: join(module, stretch.block),
  };
}

const inside = (port: string): string => `>${port}`;
const outside = (port: string): string => `<${port}`;

function summarise(
  name: string,
  { timing, memories }: TimedModule,
  children: Children,
  setup: number,
  loops: string[][],
): Summary {
  const ways = new Map<string, Way[]>();
  const go = (from: string, way: Way): void => {
    const list = ways.get(from);
    if (list === undefined) ways.set(from, [way]);
    else list.push(way);
  };
  const starts = new Map<string, Stretch>();
  const ends = new Map<string, Map<string, Stretch>>();
  const start = (node: string, stretch: Stretch): void => {
    const other = starts.get(node);
    if (other === undefined || other.picoseconds < stretch.picoseconds) starts.set(node, stretch);
  };
  const end = (node: string, stretch: Stretch): void => {
    const list = ends.get(node) ?? new Map<string, Stretch>();
    ends.set(node, list);
    const other = list.get(stretch.block);
    if (other === undefined || other.picoseconds < stretch.picoseconds) list.set(stretch.block, stretch);
  };
  const worst: Worst = new Map();
  const compare = (from: Stretch, to: Stretch): void => {
    keepWorst(worst, from, to);
  };

  for (const { from, to, levels, picoseconds } of timing.arcs) {
    const own: Stretch = { picoseconds, levels, through: [], end: from, at: "", block: "", module: name };
    const launched = from.kind === "register";
    if (launched && to.kind === "register") {
      compare({ ...own, through: [] }, { ...own, picoseconds: 0, levels: 0, end: to });
    } else if (launched) start(nodeOf(to), own);
    else if (to.kind === "register") end(nodeOf(from), { ...own, end: to });
    else go(nodeOf(from), { to: nodeOf(to), levels, picoseconds, through: "" });
  }
  const stops = new Map(memories.map((memory) => [memory.name, memory.accessPicoseconds]));
  const pins = new Set([...timing.arcs].flatMap(({ from, to }) => [from, to]).map(nodeOf));
  for (const node of pins) {
    const [instance, pin] = node.slice(1).split(".") as [string, string | undefined];
    const access = pin === undefined ? undefined : stops.get(instance);
    if (access === undefined) continue;
    const memory: Stretch = {
      picoseconds: 0,
      levels: 0,
      through: [],
      end: { kind: "memory", name: `${instance}.${pin!}` },
      at: "",
      block: "",
      module: name,
    };
    if (node.startsWith(">")) start(node, { ...memory, picoseconds: access });
    else end(node, { ...memory, picoseconds: setup });
  }
  for (const { name: instance, module, summary } of children.values()) {
    for (const [port, stretch] of summary.launches)
      start(inside(`${instance}.${port}`), within(instance, module, stretch));
    for (const [port, stretches] of summary.captures) {
      for (const stretch of stretches.values()) end(outside(`${instance}.${port}`), within(instance, module, stretch));
    }
    for (const { from, to, levels, picoseconds } of summary.passes) {
      go(outside(`${instance}.${from.name}`), {
        to: inside(`${instance}.${to.name}`),
        levels,
        picoseconds,
        through: instance,
      });
    }
    for (const { from, to } of summary.worst.values())
      compare(within(instance, module, from), within(instance, module, to));
  }

  const order = sortNodes(ways);
  for (const circle of order.circles) loops.push([name, ...circle.map((node) => node.slice(1))]);
  const fromRegisters = longestFrom(starts, ways, order);
  for (const [node, stretch] of fromRegisters)
    for (const stop of ends.get(node)?.values() ?? []) compare(stretch, stop);
  const launches = new Map<string, Stretch>();
  for (const [node, stretch] of fromRegisters) if (isOwnOutput(node)) launches.set(node.slice(1), stretch);
  const captures = new Map<string, Map<string, Stretch>>();
  const passes: TimingArc[] = [];
  for (const node of new Set([...ways.keys(), ...ends.keys()])) {
    if (!isOwnInput(node)) continue;
    const port: PathEnd = { kind: "input", name: node.slice(1) };
    const none: Stretch = { picoseconds: 0, levels: 0, through: [], end: port, at: "", block: "", module: name };
    const reached = new Map<string, Stretch>();
    for (const [at, stretch] of longestFrom(new Map([[node, none]]), ways, order)) {
      for (const stop of ends.get(at)?.values() ?? []) {
        const other = reached.get(stop.block);
        const picoseconds = stretch.picoseconds + stop.picoseconds;
        if (other !== undefined && other.picoseconds >= picoseconds) continue;
        const through = [...stretch.through, ...stop.through];
        reached.set(stop.block, { ...stop, picoseconds, levels: stretch.levels + stop.levels, through });
      }
      if (!isOwnOutput(at)) continue;
      const { levels, picoseconds } = stretch;
      passes.push({ from: port, to: { kind: "output", name: at.slice(1) }, levels, picoseconds });
    }
    captures.set(port.name, reached);
  }
  return { launches, captures, passes, worst };
}

/**
 * A place in a module where arcs meet. What comes in, through a port of its own or from a child, begins with `>`; what goes
 * out, through a port or into a child, with `<`.
 */
function nodeOf({ kind, name }: PathEnd): string {
  const own = !name.includes(".");
  return (kind === "input") === own ? inside(name) : outside(name);
}

function isOwnInput(node: string): boolean {
  return node.startsWith(">") && !node.includes(".");
}

function isOwnOutput(node: string): boolean {
  return node.startsWith("<") && !node.includes(".");
}

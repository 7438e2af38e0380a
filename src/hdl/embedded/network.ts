import type { Design, Expr, Instance, Module, Net } from "../ir.ts";
import { HdlError } from "../problems.ts";
import { operandsOf } from "../walk.ts";
import { hoistShared, lowerModule, type Lowered } from "./lower.ts";
import { splitNets } from "./split.ts";

/**
 * The hierarchy as packs: instances of equal modules that sit side by side, one lane each, so that code for one lane is
 * code for all of them. Instances inside a pack are packed across its lanes.
 */
export interface Pack {
  readonly index: number;
  readonly lowered: Lowered;
  readonly lanes: readonly Lane[];
}

/** One instance of a pack's module. */
export interface Lane {
  /** Instance names from the top down, joined by dots; empty for the top. */
  readonly path: string;
  readonly parent: { readonly pack: Pack; readonly lane: number; readonly instance: Instance } | undefined;
  /** Where the instances inside it are. */
  readonly children: Map<Instance, Place>;
}

export interface Place {
  readonly pack: Pack;
  readonly lane: number;
}

/**
 * Something that holds a value in a cycle, in each lane of a pack:
 * - `input`: a port of the top, `reg`: a register, `read`: the data of a sync read;
 * - `compute`: an equation of the cycle's other values, `load`: an async read.
 */
export interface Signal {
  readonly index: number;
  readonly kind: "input" | "reg" | "read" | "compute" | "load";
  readonly pack: Pack;
  readonly net: Net;
  /** 1 where all lanes have the same value; every lane is then lane 0. */
  readonly lanes: number;
  readonly definition: Expr | undefined;
}

/** Where a lane finds the value of a net: in a lane of a signal, or it is a constant. */
export type Leaf =
  | { readonly kind: "signal"; readonly signal: Signal; readonly lane: number }
  | { readonly kind: "const"; readonly value: bigint };

/** What is known of a net in a pack. */
interface Entry {
  readonly lanes: (Leaf | typeof OPEN | undefined)[];
  complete: readonly Leaf[] | undefined;
}

/** A lane that is being looked at: to meet it again is a loop. */
const OPEN = "open";

/** Fewest and most instances that are worth a pack: a vector has 16 bytes. */
const FEWEST_LANES = 4;
const MOST_LANES = 16;

/** The packs of a design and what each net of each lane stands for. */
export class Network {
  readonly packs: Pack[] = [];
  readonly #lowered: ReadonlyMap<Module, Lowered>;
  /** By pack. */
  readonly #leaves: Map<Net, Entry>[] = [];
  readonly #signals: Map<Net, Signal>[] = [];
  /** Signals of which it is known whether all lanes compute the same, or under way. */
  readonly #compared = new Set<Signal>();
  readonly #reset: Net | undefined;
  #count = 0;

  /** `reset` is the top's implicit reset as an input, when it has one; `whole`: nets are not split into their fields. */
  constructor(design: Design, reset: Net | undefined, whole = false) {
    this.#reset = reset;
    const equations = design.modules.map(lowerModule);
    const lowered = whole ? equations : splitNets(equations, design.top);
    this.#lowered = new Map(lowered.map((each) => [each.module, hoistShared(each)]));
    this.#addPack(design.top, [{ path: "", parent: undefined, children: new Map() }]);
    // Children are added behind their parents.
    for (let index = 0; index < this.packs.length; index++) this.#addChildren(this.packs[index]!);
  }

  get top(): Pack {
    return this.packs[0]!;
  }

  /** What a net stands for in each lane of a pack. */
  leaves(pack: Pack, net: Net): readonly Leaf[] {
    const known = this.#entry(pack, net);
    known.complete ??= pack.lanes.map((_, lane) => this.leaf(pack, net, lane));
    return known.complete;
  }

  leaf(pack: Pack, net: Net, lane: number): Leaf {
    const leaf = this.#trace(pack, net, lane);
    if (leaf.kind === "const") return leaf;
    return this.#joinLanes(leaf.signal) && leaf.lane > 0 ? { ...leaf, lane: 0 } : leaf;
  }

  /** Lane by lane: a net that passes through instances of one pack in a row leads from lane to lane. */
  #trace(pack: Pack, net: Net, lane: number): Leaf {
    const known = this.#entry(pack, net);
    let leaf = known.lanes[lane];
    if (leaf === OPEN) throw loopError(net);
    if (leaf === undefined) {
      known.lanes[lane] = OPEN;
      leaf = this.#resolve(pack, net, lane);
      known.lanes[lane] = leaf;
    }
    return leaf;
  }

  /** Makes a signal one lane wide if all lanes compute the same; says whether it is. Lanes that lead to each other do not. */
  #joinLanes(signal: Signal): boolean {
    if (signal.kind === "compute" && signal.lanes > 1 && !this.#compared.has(signal)) {
      this.#compared.add(signal);
      if (this.#isUniform(signal.pack, signal.definition!)) (signal as { lanes: number }).lanes = 1;
    }
    return signal.lanes === 1;
  }

  #entry(pack: Pack, net: Net): Entry {
    const entries = this.#leaves[pack.index]!;
    let entry = entries.get(net);
    if (entry === undefined) entries.set(net, (entry = { lanes: [], complete: undefined }));
    return entry;
  }

  /** The reset of each lane of a pack. */
  resets(pack: Pack): readonly Leaf[] {
    return pack.lanes.map((lane) => this.#resetOf(lane));
  }

  #resetOf({ parent }: Lane): Leaf {
    if (parent === undefined) {
      return this.#reset === undefined ? { kind: "const", value: 0n } : this.leaf(this.top, this.#reset, 0);
    }
    const own = parent.pack.lowered.resets.get(parent.instance);
    return own === undefined
      ? this.#resetOf(parent.pack.lanes[parent.lane]!)
      : this.leaf(parent.pack, own, parent.lane);
  }

  #resolve(pack: Pack, net: Net, lane: number): Leaf {
    const definition = pack.lowered.definitions.get(net);
    switch (net.kind) {
      case "reg":
        return this.#signal(pack, net, "reg", definition, lane);
      case "reset":
        return net === this.#reset
          ? this.#signal(pack, net, "input", undefined, lane)
          : this.#resetOf(pack.lanes[lane]!);
      case "read": {
        const port = portOf(pack.lowered, net);
        return this.#signal(pack, net, port.sync ? "read" : "load", undefined, lane);
      }
      case "input": {
        if (pack === this.top) return this.#signal(pack, net, "input", undefined, lane);
        const { instance, pack: outer, lane: place } = pack.lanes[lane]!.parent!;
        return this.#trace(outer, outer.lowered.pins.get(instance)!.get(net)!, place);
      }
      case "pin": {
        if (net.port!.kind !== "output") break;
        const child = pack.lanes[lane]!.children.get(net.instance!)!;
        return this.#trace(child.pack, net.port!, child.lane);
      }
    }
    if (definition === undefined) throw new Error(`net ${net.name} has no driver`);
    if (definition.kind === "ref") return this.#trace(pack, definition.net, lane);
    if (definition.kind === "const") return { kind: "const", value: definition.value };
    return this.#signal(pack, net, "compute", definition, lane);
  }

  #signal(pack: Pack, net: Net, kind: Signal["kind"], definition: Expr | undefined, lane: number): Leaf {
    const made = this.#signals[pack.index]!;
    let signal = made.get(net);
    if (signal === undefined) {
      signal = { index: this.#count++, kind, pack, net, lanes: pack.lanes.length, definition };
      made.set(net, signal);
    }
    return { kind: "signal", signal, lane };
  }

  #isUniform(pack: Pack, expr: Expr): boolean {
    if (expr.kind === "ref") return isUniform(this.leaves(pack, expr.net));
    return operandsOf(expr).every((operand) => this.#isUniform(pack, operand));
  }

  #addPack(module: Module, lanes: readonly Lane[]): Pack {
    const lowered = this.#lowered.get(module)!;
    const pack = { index: this.packs.length, lowered, lanes };
    this.packs.push(pack);
    this.#leaves.push(new Map());
    this.#signals.push(new Map());
    return pack;
  }

  #addChildren(pack: Pack): void {
    const { instances } = pack.lowered.module;
    const groups = pack.lanes.length > 1 ? instances.map((instance) => [instance]) : chunks(instances);
    for (const group of groups) {
      const lanes = pack.lanes.flatMap((outer, lane) =>
        group.map((instance): Lane => {
          const path = outer.path === "" ? instance.name : `${outer.path}.${instance.name}`;
          return { path, parent: { pack, lane, instance }, children: new Map() };
        }),
      );
      const child = this.#addPack(group[0]!.module, lanes);
      lanes.forEach(({ parent }, lane) => {
        pack.lanes[parent!.lane]!.children.set(parent!.instance, { pack: child, lane });
      });
    }
  }
}

/** Whether all lanes find the same. */
export function isUniform(leaves: readonly Leaf[]): boolean {
  return leaves.every((leaf) => sameLeaf(leaf, leaves[0]!));
}

export function sameLeaf(a: Leaf, b: Leaf): boolean {
  if (a.kind === "const") return b.kind === "const" && a.value === b.value;
  return b.kind === "signal" && a.signal === b.signal && a.lane === b.lane;
}

/** The read port behind a net. */
export function portOf({ memories }: Lowered, net: Net): Lowered["memories"][number]["ports"][number] {
  return memories.flatMap(({ ports }) => ports).find((port) => port.data === net)!;
}

/** Siblings by module, as many to a pack as it takes; the rest one by one. */
function chunks(instances: readonly Instance[]): Instance[][] {
  const groups = new Map<Module, Instance[]>();
  for (const instance of instances) {
    const group = groups.get(instance.module);
    if (group === undefined) groups.set(instance.module, [instance]);
    else group.push(instance);
  }
  return [...groups.values()].flatMap((group) => {
    const packed: Instance[][] = [];
    for (let first = 0; first < group.length; first += MOST_LANES) {
      const part = group.slice(first, first + MOST_LANES);
      if (part.length >= FEWEST_LANES) packed.push(part);
      else packed.push(...part.map((instance) => [instance]));
    }
    return packed;
  });
}

/** A combinational loop that no pass has seen, because none ran. */
export function loopError(net: Net): HdlError {
  return new HdlError([
    {
      code: "hdl-loop",
      message: `combinational loop through "${net.hint}" of module ${net.owner.hint}`,
      site: net.site,
      help: "break the loop with a register",
    },
  ]);
}

/** From what toggles to what it takes: energies of one cycle that is looked at. */
import type { Module } from "../../hdl/ir.ts";
import type { Inspection } from "../../hdl/simulate/index.ts";
import { memoryModule } from "../../hdl/verilog/memory.ts";
import { DEFAULT_MACRO_RULE, isMacro, type MacroRule } from "../synthesis/index.ts";
import { REFERENCE_NODE, macroCost, type TechnologyNode } from "../technology/index.ts";
import type { MacroCost, MacroShape, ModuleSynthesis } from "../types.ts";
import { memoryProbes, type MemoryProbe } from "./accesses.ts";
import { FLIP_FLOP_CLOCK, FLIP_FLOP_GE, LOGIC_ACTIVITY, NET_TOGGLE } from "./energies.ts";
import { PARTS, partOf } from "./parts.ts";
import { ToggleCounter } from "./toggles.ts";

/** What the model takes of synthesis and technology. */
export interface EnergyCosts {
  /** Synthesised modules by name, those of flip-flop memories included. */
  readonly modules: ReadonlyMap<string, Pick<ModuleSynthesis, "ge" | "flipFlops">>;
  /** Which memories are macros. Default: as in the report of areas. */
  readonly rule?: MacroRule;
  /** What a macro costs. Default: the macro model at `node`. */
  readonly macro?: (shape: MacroShape) => MacroCost;
  /** Default: 45 nm. */
  readonly node?: TechnologyNode | undefined;
}

/** Equal instances of one part. */
interface Group {
  readonly part: number;
  readonly module: string;
  instances: number;
}

/** A memory with the energies of its accesses, in picojoules. */
interface AccessedMemory {
  readonly probe: MemoryProbe;
  readonly part: number;
  readonly read: number;
  readonly write: number;
}

/**
 * The energy of single cycles of a simulation, in picojoules by part.
 *
 * A cycle of a module takes
 * - for its combinational logic: share of the bits it sees that change x its gate equivalents x {@link LOGIC_ACTIVITY} net toggles;
 * - for its flip-flops: the toggles of its registers, and the clock of those registers that change (ideal clock gates);
 * - for its memories: accesses x energy of an access for macros; the clock and half of the bits of a word for one in flip-flops.
 *
 * Good to a factor of 2 to 4: glitches, wires, the clock tree and leakage are in it only as far as {@link NET_TOGGLE} and
 * {@link LOGIC_ACTIVITY} were chosen with them in mind.
 */
export class EnergyModel {
  /** Picojoules of the last cycle by part. */
  readonly parts = new Float64Array(PARTS.length);
  /** Picojoules a cycle by part that the clocks of all flip-flops take beyond those counted, were there no clock gates: an upper bound. */
  readonly ungatedClock = new Float64Array(PARTS.length);
  readonly #counter: ToggleCounter;
  readonly #groups: readonly Group[];
  readonly #memories: readonly AccessedMemory[];
  /** Picojoules a toggle, a register's toggle, a clocked bit, by group. */
  readonly #perToggle: Float64Array;
  readonly #perRegisterToggle: number;
  readonly #perClockedBit: Float64Array;
  readonly #accesses: Float64Array;

  /** `paths` are the modules of all instances; all nets of the simulation must be visible. Throws for modules that are not synthesised. */
  constructor(paths: ReadonlyMap<string, Module>, inspection: Inspection, costs: EnergyCosts) {
    const { node = REFERENCE_NODE } = costs;
    const groups = new Map<string, number>();
    const list: Group[] = [];
    const groupOf = new Map<string, number>();
    for (const [path, { name }] of paths) {
      const part = partOf(path);
      const key = `${part} ${name}`;
      let index = groups.get(key);
      if (index === undefined) {
        groups.set(key, (index = list.length));
        list.push({ part, module: name, instances: 0 });
      }
      list[index]!.instances++;
      groupOf.set(path, index);
    }
    this.#groups = list;
    this.#counter = new ToggleCounter(inspection, list.length, (path) => groupOf.get(path) ?? -1);
    const toggle = (NET_TOGGLE.value / 1000) * node.logicEnergy.value;
    const clock = (FLIP_FLOP_CLOCK.value / 1000) * node.logicEnergy.value;
    this.#perRegisterToggle = toggle;
    this.#perToggle = new Float64Array(list.length);
    this.#perClockedBit = new Float64Array(list.length);
    list.forEach(({ part, module, instances }, index) => {
      const { ge, flipFlops } = sizeOf(costs, module);
      const logic = Math.max(0, ge - FLIP_FLOP_GE.value * flipFlops) * instances;
      const { bits, registerBits } = this.#counter;
      this.#perToggle[index] = bits[index] === 0 ? 0 : (logic / bits[index]!) * LOGIC_ACTIVITY.value * toggle;
      // Synthesis leaves out registers that hold nothing of their own.
      const kept = registerBits[index] === 0 ? 0 : Math.min(1, (flipFlops * instances) / registerBits[index]!);
      this.#perClockedBit[index] = kept * clock;
      this.ungatedClock[part]! += flipFlops * instances * clock;
    });
    this.#memories = memoryProbes(paths, inspection).map((probe) => {
      const energies = this.#accessEnergies(probe, costs, node, { toggle, clock });
      return { probe, part: partOf(probe.path), ...energies };
    });
    this.#accesses = new Float64Array(2 * this.#memories.length);
  }

  /** Looks at the values before the cycle. */
  before(): void {
    this.#counter.look();
    this.#memories.forEach(({ probe }, index) => {
      this.#accesses[2 * index] = probe.reads();
      this.#accesses[2 * index + 1] = probe.writes();
    });
  }

  /** Sets `parts` from the values after it. */
  after(): void {
    const { parts } = this;
    const counter = this.#counter;
    counter.compare();
    parts.fill(0);
    this.#groups.forEach(({ part }, index) => {
      parts[part]! +=
        counter.toggles[index]! * this.#perToggle[index]! +
        counter.registerToggles[index]! * this.#perRegisterToggle +
        counter.clockedBits[index]! * this.#perClockedBit[index]!;
    });
    this.#memories.forEach(({ part, read, write }, index) => {
      parts[part]! += this.#accesses[2 * index]! * read + this.#accesses[2 * index + 1]! * write;
    });
  }

  #accessEnergies(
    { memory }: MemoryProbe,
    costs: EnergyCosts,
    node: TechnologyNode,
    { toggle, clock }: { readonly toggle: number; readonly clock: number },
  ): { readonly read: number; readonly write: number } {
    const { width, depth } = memory;
    if (isMacro(memory, costs.rule ?? DEFAULT_MACRO_RULE)) {
      const single = memory.ports.every(({ kind }) => kind === "readWrite");
      const shape: MacroShape = { words: depth, bits: width, ports: single ? "1rw" : "1r1w" };
      const cost = (costs.macro ?? ((each) => macroCost(each, node)))(shape);
      return { read: cost.readPicojoules, write: cost.writePicojoules };
    }
    // One word's share of the multiplexers, half of its bits changing.
    const { ge, flipFlops } = sizeOf(costs, memoryModule(memory).name);
    const logic = (Math.max(0, ge - FLIP_FLOP_GE.value * flipFlops) / depth) * LOGIC_ACTIVITY.value;
    return { read: 0.5 * logic * toggle, write: 0.5 * logic * toggle + width * (clock + 0.5 * toggle) };
  }
}

function sizeOf({ modules }: EnergyCosts, name: string): Pick<ModuleSynthesis, "ge" | "flipFlops"> {
  const size = modules.get(name);
  if (size === undefined) throw new Error(`module ${name} is not synthesised`);
  return size;
}

import type { DesignStructure } from "../synthesis/index.ts";
import type { MacroCost, MacroShape, ModuleSynthesis } from "../types.ts";

/** What a report is made of: the tree of a design, its distinct modules after synthesis, and what a macro costs. */
export interface DesignParts {
  readonly structure: DesignStructure;
  readonly modules: ReadonlyMap<string, ModuleSynthesis>;
  readonly macroCost: (shape: MacroShape) => MacroCost;
}

/** Sums over a module and everything in it. */
export interface Area {
  readonly ge: number;
  /** Of `ge`: memory macros. */
  readonly sramGe: number;
  /** Of the macros: µm², when their source knows it. */
  readonly sramUm2: number;
  readonly sramBits: number;
  readonly flipFlops: number;
}

const NOTHING: Area = { ge: 0, sramGe: 0, sramUm2: 0, sramBits: 0, flipFlops: 0 };

/** Areas of one instance of each module, with everything inside. */
export class Areas {
  readonly #parts: DesignParts;
  readonly #modules = new Map<string, Area>();

  constructor(parts: DesignParts) {
    this.#parts = parts;
  }

  /** The module's own logic and flip-flops: children and memories are not in it. */
  own(module: string): ModuleSynthesis {
    const found = this.#parts.modules.get(module);
    if (found === undefined) throw new Error(`module ${module} was not synthesised`);
    return found;
  }

  module(name: string): Area {
    let area = this.#modules.get(name);
    if (area !== undefined) return area;
    const { children, memories } = this.#parts.structure.modules.get(name)!;
    const { ge, flipFlops } = this.own(name);
    area = [
      ...children.map((child) => this.module(child.module)),
      ...memories.map((memory) => this.memory(memory)),
    ].reduce(add, { ...NOTHING, ge, flipFlops });
    this.#modules.set(name, area);
    return area;
  }

  memory(memory: DesignMemory): Area {
    if (memory.built === "flip-flops") {
      const { ge, flipFlops } = this.own(memory.module);
      return { ...NOTHING, ge, flipFlops };
    }
    const { ge, um2 } = this.#parts.macroCost(memory);
    return { ge, sramGe: ge, sramUm2: um2 ?? 0, sramBits: memory.words * memory.bits, flipFlops: 0 };
  }
}

type DesignMemory = MacroShape & { readonly module: string; readonly built: "macro" | "flip-flops" };

const add = (a: Area, b: Area): Area => ({
  ge: a.ge + b.ge,
  sramGe: a.sramGe + b.sramGe,
  sramUm2: a.sramUm2 + b.sramUm2,
  sramBits: a.sramBits + b.sramBits,
  flipFlops: a.flipFlops + b.flipFlops,
});

import type { Program } from "../../compiler/index.ts";
import type { EngineEvent } from "../../harness/index.ts";
import type { EngineName } from "../../isa/index.ts";

/** For one engine in one launch: from which cycle on it works for which operation. */
interface Turn {
  readonly cycle: number;
  readonly operation: number;
}

/** Whose work an engine does in a cycle of the simulation. */
export class Turns {
  readonly #program: Program;
  readonly #turns: Record<EngineName, Turn[]> = { load: [], store: [], gemm: [], norm: [] };
  readonly #all: Turn[] = [];
  #launches = 0;

  constructor(program: Program) {
    this.#program = program;
  }

  /** The events of the next launch, in order. Calls without a start are none. */
  add(events: readonly EngineEvent[]): void {
    const starts = events.filter(({ start }) => start);
    if (starts.length === 0) return;
    const segments = this.#program.segments.filter(({ commands }) => commands > 0);
    const { firstCommand } = segments[this.#launches++]!;
    for (const { cycle, engine, startIndex } of starts) {
      const operation = this.#program.commandOperations[firstCommand + startIndex]!;
      this.#turns[engine as EngineName].push({ cycle, operation });
      this.#all.push({ cycle, operation });
    }
    this.#all.sort((a, b) => a.cycle - b.cycle);
  }

  /** The operation of the engine's last command that started by `cycle`; of any engine's for none; the first before all. */
  at(engine: EngineName | undefined, cycle: number): number {
    const own = engine === undefined ? this.#all : this.#turns[engine];
    const turns = own.length === 0 ? this.#all : own;
    let [low, high] = [0, turns.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (turns[middle]!.cycle <= cycle) low = middle + 1;
      else high = middle;
    }
    return turns[Math.max(0, low - 1)]?.operation ?? 0;
  }
}

/** Products of a program, in multiply-accumulates, padding left out. */
export function programMacs({ operations }: Program): number {
  return operations.reduce((sum, { macs, where }) => sum + (where === "accelerator" ? macs : 0), 0);
}

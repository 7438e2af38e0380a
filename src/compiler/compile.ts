/** Compilation: operations describe their steps, assembly makes the program; smaller tilings are tried until buffers fit. */
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import { assemble } from "./assemble.ts";
import type { Budget } from "./budget.ts";
import { ProgramBuilder } from "./builder.ts";
import { defaultMemory } from "./cost/index.ts";
import type { MemoryModel } from "./cost/index.ts";
import { CapacityError, NO_LOOKAHEAD } from "./emit.ts";
import { predictCompiled } from "./expectation.ts";
import type { Fusion } from "./fusion.ts";
import { commandsOffset, imageBytes } from "./program.ts";
import { Mapper } from "./mapper.ts";
import type { Mapping } from "./mapping.ts";
import type { Program } from "./program.ts";

export interface CompileOptions {
  /** The memory that tilings and order are chosen for; results never depend on it. */
  readonly memory?: MemoryModel;
  /** Where Softmax and LayerNorm happen; default "auto". Results never depend on it. */
  readonly fusion?: Fusion;
}

/** A program and the DRAM image it runs on. */
export interface Compiled {
  readonly program: Program;
  /** Cycles that the cost model expects of the accelerator; predicted when first asked for. */
  readonly expectedCycles: number;
  /** How the tilings were chosen. */
  readonly mapping: Mapping;
  /** Time that the compiler took, to choose tilings and to write the program. */
  readonly seconds: number;
  /**
   * A fresh image, `imageBytes(program)` long: weights and parameters in place, commands at `commandsOffset(program)`, all
   * else zero. The program may touch its first `program.dataBytes` bytes.
   */
  readonly createImage: () => Uint8Array<ArrayBuffer>;
}

/**
 * From the most ambitious to what fits whenever anything does. Another lookahead is another order of commands, which also
 * helps a configuration with few semaphores.
 */
const ATTEMPTS: readonly { readonly fraction: number; readonly lookahead: number }[] = [
  { fraction: 1, lookahead: 6 },
  { fraction: 0.9, lookahead: 6 },
  { fraction: 0.75, lookahead: 6 },
  { fraction: 0.5, lookahead: 6 },
  { fraction: 1, lookahead: 0 },
  { fraction: 1, lookahead: NO_LOOKAHEAD },
  { fraction: 0.75, lookahead: NO_LOOKAHEAD },
  { fraction: 0.5, lookahead: NO_LOOKAHEAD },
];

/** Tilings that are given up, one by one, before all must do with less memory. */
const REJECTIONS = 8;

/** Compiles what `describe` adds to a builder. Errors: `compile-capacity`, `program-semaphores`. */
export function compile(
  params: Params,
  describe: (builder: ProgramBuilder, budget: Budget) => void,
  { memory = defaultMemory(params) }: CompileOptions = {},
): Compiled {
  const begun = performance.now();
  let failure: CapacityError | SystoleError | undefined;
  for (const { fraction, lookahead } of ATTEMPTS) {
    try {
      const mapper = new Mapper(params, { fraction, lookahead, memory });
      return place(params, describe, mapper, begun);
    } catch (error) {
      const code = error instanceof SystoleError ? error.code : undefined;
      // That nothing fits a fraction of a memory is no finding; that nothing fits the whole of it is.
      if (code === "compile-capacity" && fraction === 1) throw error;
      const retry = code === "compile-capacity" || code === "program-semaphores";
      if (error instanceof CapacityError || (error instanceof SystoleError && retry)) failure ??= error;
      else throw error;
    }
  }
  if (failure instanceof SystoleError) throw failure;
  throw new SystoleError({
    code: "compile-capacity",
    message: `no tiling fits the configuration ${params.name}: ${failure!.message}`,
    remedy: "Give the configuration a larger scratchpad or accumulator.",
  });
}

/** The program with the mapper's best tilings that can be placed beside each other. Throws what the last attempt threw. */
function place(
  params: Params,
  describe: (builder: ProgramBuilder, budget: Budget) => void,
  mapper: Mapper,
  begun: number,
): Compiled {
  const { fraction, lookahead, memory } = mapper.setting;
  for (let rejected = 0; ; rejected++) {
    const builder = new ProgramBuilder(params, { doubleStaging: lookahead > 0 });
    mapper.restart();
    describe(builder, { fraction, memory, mapper });
    try {
      return finish(builder, assemble(builder, { lookahead, memory }), mapper, begun);
    } catch (error) {
      if (!(error instanceof CapacityError) || rejected === REJECTIONS) throw error;
      if (!mapper.reject(builder.operations[error.operation]!.name, error.message)) throw error;
    }
  }
}

function finish(builder: ProgramBuilder, program: Program, mapper: Mapper, begun: number): Compiled {
  const { memory } = mapper.setting;
  let expectedCycles: number | undefined;
  return {
    program,
    get expectedCycles() {
      expectedCycles ??= predictCompiled(builder.params, program, memory);
      return expectedCycles;
    },
    mapping: mapper.mapping,
    seconds: (performance.now() - begun) / 1000,
    createImage: () => {
      const image = new Uint8Array(imageBytes(program));
      for (const { fill, offset, bytes } of builder.regions) fill?.(image.subarray(offset, offset + bytes));
      image.set(program.commands, commandsOffset(program));
      return image;
    },
  };
}

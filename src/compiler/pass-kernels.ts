/** Kernels of the norm unit alone: s32 rows from DRAM into the accumulator, the passes, s8 or u8 back to DRAM. */
import type { NormFeature, Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import { firstScale, GEMM_INITS, lastScale, NORM_FUNCTIONS, SCALE_FORMATS } from "../isa/index.ts";
import type { PartialFields } from "../isa/index.ts";
import type { Dyadic, DyadicChannels } from "../reference/index.ts";
import type { SoftmaxMode } from "./attention.ts";
import type { Budget } from "./budget.ts";
import { parameterUnit, roundUp, rowUnit } from "./builder.ts";
import type { ProgramBuilder, TensorDraft } from "./builder.ts";
import { compile } from "./compile.ts";
import type { CompileOptions, Compiled } from "./compile.ts";
import { beatCycles } from "./cost/index.ts";
import { loadAccumulator, loadParameters, loadZeros } from "./loads.ts";
import { layerNormRows, normalisePass, statisticsPass } from "./residual-norm.ts";
import type { ChannelLayerNorm } from "./residual-norm.ts";
import { storeInt8 } from "./results.ts";
import { buffer } from "./steps.ts";
import type { Buffer } from "./steps.ts";
import { chooseTiling, evenParts, parts, rowBlockSizes } from "./tiling.ts";
import type { Candidate } from "./tiling.ts";
import { declareParameters, plainColumns, scaleRow } from "./weights.ts";

/** Rows and columns of the s32 input. */
export interface PassKernel {
  readonly rows: number;
  readonly cols: number;
  /** How often the passes run over each block while it is in the accumulator; default 1. The results are the same. */
  readonly repeat?: number;
}

/** Softmax of rows of scores. Columns from `valid` on (default all count) are masked. */
export interface SoftmaxKernel extends PassKernel {
  readonly scale: Dyadic;
  readonly mode: SoftmaxMode;
  readonly valid?: number;
}

export interface LayerNormKernel extends PassKernel {
  readonly constants: ChannelLayerNorm;
}

export interface GeluKernel extends PassKernel {
  readonly input: DyadicChannels;
  readonly output: Dyadic;
}

/** Compiles a Softmax. Tensors: `input` s32, `output` u8 (probabilities, or exps relative to the row maximum). Error: `compile-not-built-in`. */
export function compileSoftmax(params: Params, kernel: SoftmaxKernel, options?: CompileOptions): Compiled {
  return compilePasses(
    params,
    "softmax",
    kernel,
    { parameterRows: 0, parameterReads: 0, passes: kernel.mode === "deferred" ? 1 : 2, sums: true, element: "u8" },
    options,
    (context) => {
      addSoftmax(context, kernel);
    },
  );
}

/** Compiles a LayerNorm. Tensors: `input` s32, `output` s8. Error: `compile-not-built-in`. */
export function compileLayerNorm(params: Params, kernel: LayerNormKernel, options?: CompileOptions): Compiled {
  return compilePasses(
    params,
    "layernorm",
    kernel,
    { parameterRows: 3, parameterReads: 4, passes: 2, sums: true, element: "s8" },
    options,
    (context) => {
      addLayerNorm(context, kernel);
    },
  );
}

/** Compiles a GELU. Tensors: `input` s32, `output` s8. Error: `compile-not-built-in`. */
export function compileGelu(params: Params, kernel: GeluKernel, options?: CompileOptions): Compiled {
  return compilePasses(
    params,
    "gelu",
    kernel,
    { parameterRows: 1, parameterReads: 1, passes: 1, sums: false, element: "s8" },
    options,
    (context) => {
      addGelu(context, kernel);
    },
  );
}

interface PassTraits {
  /** Parameter rows per tile, and how many of them the passes over a block read. */
  readonly parameterRows: number;
  readonly parameterReads: number;
  /** Passes over a block; the last one goes to DRAM. */
  readonly passes: number;
  /** The passes sum over rows: they need whole rows, slots for them, and row jobs. */
  readonly sums: boolean;
  readonly element: "s8" | "u8";
}

interface PassTiling {
  readonly rows: number;
  readonly slices: number;
}

interface Context {
  readonly builder: ProgramBuilder;
  readonly operation: number;
  readonly input: TensorDraft;
  readonly output: TensorDraft;
  readonly tiling: PassTiling;
  readonly repeat: number;
}

function compilePasses(
  params: Params,
  name: NormFeature,
  { rows, cols, repeat = 1 }: PassKernel,
  traits: PassTraits,
  options: CompileOptions | undefined,
  add: (context: Context) => void,
): Compiled {
  if (!params.features.has(name)) {
    throw new SystoleError({
      code: "compile-not-built-in",
      message: `the configuration ${params.name} has no ${name} in its norm unit`,
      location: { path: "norm.functions" },
      remedy: `Add "${name}" to norm.functions, or choose another configuration.`,
    });
  }
  return compile(
    params,
    (builder, budget) => {
      const rowGroups = { count: 1, size: rows, stride: roundUp(rows, rowUnit(params)) };
      const shape = { rows: rowGroups, columns: plainColumns(params, cols) };
      const input = builder.tensor({ name: "input", element: "s32", layout: "tiles", source: "input", ...shape });
      const output = builder.tensor({
        name: "output",
        element: traits.element,
        layout: "words",
        source: "accelerator",
        ...shape,
      });
      const operation = builder.operation({ name, kind: name, layer: null, macs: 0, where: "accelerator" });
      const tiling = choosePassTiling(params, name, input, repeat, traits, budget);
      add({ builder, operation, input, output, tiling, repeat });
    },
    options,
  );
}

/** Blocks loaded per group: the passes of one run while the row jobs of the others do. */
const GROUP = 2;

function choosePassTiling(
  params: Params,
  name: string,
  { paddedRows, columns }: TensorDraft,
  repeat: number,
  traits: PassTraits,
  budget: Budget,
): PassTiling {
  const total = columns.stride / params.wordBytes;
  const candidates = function* (): Generator<Candidate<PassTiling>> {
    for (const rows of rowBlockSizes(params, paddedRows)) {
      for (const slices of traits.sums ? [total] : evenParts(total)) {
        const tiles = slices * params.wordTiles;
        const parameters = roundUp(traits.parameterRows * tiles, parameterUnit(params));
        const staging = params.lanes === params.wordBytes ? 0 : rows * slices;
        const blocks = Math.ceil(paddedRows / rows) * Math.ceil(total / slices);
        // A group of two blocks, and one whose last pass comes after the next group's first.
        const held = Math.min(blocks, GROUP + 1);
        const need = {
          scratchpadWords: Math.max(rows, params.rows) + Math.min(blocks, 2) * staging,
          accumulatorRows: held * rows * tiles + parameters,
          rowSlots: traits.sums ? Math.min(blocks * repeat, GROUP + 1) * rows : 0,
        };
        const cycles = passCycles(params, { rows, slices }, { paddedRows, slices: total, repeat }, traits, budget);
        yield { tiling: { rows, slices }, minimal: need, comfortable: need, cycles };
      }
    }
  };
  return chooseTiling(params, name, candidates(), budget);
}

/** Cycles that NORM takes to begin a pass, the row unit for a row, and dispatch for a block: what tells tilings apart. */
const PASS_START = 16;
const ROW_JOB = 15;
const BLOCK_COMMANDS = 40;

/**
 * Expected cycles of a tiling. The first block is loaded with nothing to overlap it, the last one's passes and row jobs
 * overlap nothing; in between the slower of memory and passes counts. Parameter rows are read once a slice however few
 * rows it has, and short DMA runs are bound by latency: both ask for long blocks.
 */
function passCycles(
  params: Params,
  tiling: PassTiling,
  { paddedRows, slices, repeat }: { readonly paddedRows: number; readonly slices: number; readonly repeat: number },
  { passes, parameterReads, sums }: PassTraits,
  { memory }: Budget,
): number {
  const run = (bytes: number, outstanding: number): number => {
    const cycles = (bytes / params.beatBytes) * beatCycles(params, memory);
    return Math.max(cycles, (memory.latencyCycles + cycles) / outstanding);
  };
  const blocks = [...parts(slices, tiling.slices)].flatMap(([, count]) =>
    [...parts(paddedRows, tiling.rows)].map(([, rows]) => {
      const laneSlices = count * params.wordSlices;
      const stored = count * run(rows * params.wordBytes, params.outstandingWrites);
      const work = (passes - 1) * rows * laneSlices + Math.max(rows * laneSlices, stored);
      return {
        load: count * params.wordTiles * run(rows * params.accumulatorRowBytes, params.outstandingReads),
        work: work + parameterReads * laneSlices + passes * PASS_START,
        rowJobs: sums ? rows * ROW_JOB : 0,
      };
    }),
  );
  const first = blocks[0]!;
  const last = blocks.at(-1)!;
  const load = blocks.reduce((sum, block) => sum + block.load + BLOCK_COMMANDS, 0);
  const work = blocks.reduce((sum, block) => sum + block.work, 0) * repeat;
  return first.load + Math.max(load - first.load, work - last.work) + last.work + last.rowJobs;
}

/** One block of rows in the accumulator. */
interface LoadedBlock {
  readonly row: number;
  readonly rows: number;
  readonly accumulator: Buffer;
  /** The only one of its group: its runs follow each other. */
  readonly alone: boolean;
}

/** Visits row blocks group by group, each group `repeat` times. The visitor's return value runs after the next visit. */
function eachRowBlock(context: Context, visit: (block: LoadedBlock, run: number) => () => void): void {
  const { builder, operation, input, tiling, repeat } = context;
  const slices = input.columns.stride / builder.params.wordBytes;
  let pending: (() => void) | undefined;
  const all = [...parts(input.paddedRows, tiling.rows)];
  for (let first = 0; first < all.length; first += GROUP) {
    const group = all.slice(first, first + GROUP).map(([row, rows]): LoadedBlock => {
      const block = { tensor: input, row, rows, slice: 0, slices };
      const accumulator = loadAccumulator(builder, operation, block, "rows");
      return { row, rows, accumulator, alone: first + 1 === all.length };
    });
    for (let run = 0; run < repeat; run++) {
      for (const block of group) {
        const rest = visit(block, run);
        pending?.();
        pending = rest;
      }
    }
  }
  pending?.();
}

function addSoftmax(context: Context, { cols, scale, mode, valid = cols }: SoftmaxKernel): void {
  const { builder, operation, output, tiling } = context;
  const { params } = builder;
  const slices = output.columns.stride / params.wordBytes;
  const zeros = loadZeros(builder, operation, Math.max(tiling.rows, params.rows));
  let previousSlots: readonly Buffer[] = [];
  const slotsOf = new Map<Buffer, Buffer[]>();
  eachRowBlock(context, ({ row, rows, accumulator, alone }, run) => {
    // Runs over a block alone overlap, and so take two sets of slots in turn.
    const sets = alone ? 2 : 1;
    const known = slotsOf.get(accumulator) ?? [];
    const slots = known[run % sets] ?? buffer("rowSlots", "rows", tiling.rows);
    // No pass reads the factors of a deferred Softmax here; its slots rest until the row job before has surely ended.
    const held = [slots, ...previousSlots];
    previousSlots = [slots];
    const common = (): PartialFields<"norm"> => ({
      ...firstScale(scale, SCALE_FORMATS.exponent),
      validColumns: valid,
      rowSlot: slots.address,
    });
    if (run < sets) {
      slotsOf.set(accumulator, [...known, slots]);
      // Adding zeros changes nothing but the row maxima, which only the array's output tracks.
      builder.step({
        engine: "gemm",
        operation,
        prefetch: false,
        buffers: [zeros, accumulator, slots],
        build: () => ({
          rows,
          kTiles: 1,
          nTiles: slices * params.wordTiles,
          aAddress: zeros.address,
          wAddress: zeros.address,
          accAddress: accumulator.address,
          accStride: rows,
          init: GEMM_INITS.accumulate,
          trackMax: 1,
          startMax: 1,
          validColumns: valid,
          rowSlot: slots.address,
        }),
      });
    }
    const block = { tensor: output, row, rows, slice: 0, slices };
    if (mode === "deferred") {
      const fields = (): PartialFields<"norm"> => ({ ...common(), function: NORM_FUNCTIONS.exp, deferred: 1 });
      storeInt8(builder, { operation, accumulator, reads: held, fields }, block);
      return () => undefined;
    }
    builder.step({
      engine: "norm",
      operation,
      prefetch: false,
      buffers: [accumulator, slots],
      build: () => ({
        ...common(),
        function: NORM_FUNCTIONS.exp,
        rows,
        slices: slices * params.wordSlices,
        accAddress: accumulator.address,
        accStride: rows,
      }),
    });
    return () => {
      const fields = (): PartialFields<"norm"> => ({ ...common(), function: NORM_FUNCTIONS.probability });
      storeInt8(builder, { operation, accumulator, reads: [slots], fields }, block);
    };
  });
}

function addLayerNorm(context: Context, { constants }: LayerNormKernel): void {
  const { builder, operation, output } = context;
  const slices = output.columns.stride / builder.params.wordBytes;
  const tiles = slices * builder.params.wordTiles;
  const table = declareParameters(builder, "parameters", output.columns, tiles, [layerNormRows(constants)]);
  const parameters = loadParameters(builder, operation, table, 0, "parameters");
  eachRowBlock(context, ({ row, rows, accumulator }) => {
    const block = {
      operation,
      constants,
      accumulator,
      parameters,
      parameterOffset: 0,
      output,
      row,
      rows,
      slots: context.tiling.rows,
      slices,
    };
    const slots = statisticsPass(builder, block);
    return () => {
      normalisePass(builder, block, slots);
    };
  });
}

function addGelu(context: Context, { input: scales, output: last }: GeluKernel): void {
  const { builder, operation, input, output, tiling, repeat } = context;
  const { params } = builder;
  const tiles = tiling.slices * params.wordTiles;
  const table = declareParameters(builder, "parameters", output.columns, tiles, [
    [scaleRow(scales, SCALE_FORMATS.fixed)],
  ]);
  for (const [slice, slices] of parts(input.columns.stride / params.wordBytes, tiling.slices)) {
    const parameters = loadParameters(builder, operation, table, slice / tiling.slices, "parameters");
    for (const [row, rows] of parts(input.paddedRows, tiling.rows)) {
      const accumulator = loadAccumulator(builder, operation, { tensor: input, row, rows, slice, slices }, "rows");
      const fields = (): PartialFields<"norm"> => ({
        function: NORM_FUNCTIONS.gelu,
        perChannel: 1,
        paramAddress: parameters.address,
        paramStride: 1,
        ...lastScale(last),
      });
      for (let run = 0; run < repeat; run++) {
        storeInt8(
          builder,
          { operation, accumulator, reads: [parameters], fields },
          { tensor: output, row, rows, slice, slices },
        );
      }
    }
  }
}

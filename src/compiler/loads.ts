/** LOAD steps: blocks of tensors, weight panels and parameters into buffers. All may be prefetched. */
import { LOAD_SPACES } from "../isa/index.ts";
import { roundUp, weightRowUnit } from "./builder.ts";
import type { ProgramBuilder } from "./builder.ts";
import { blockRuns } from "./blocks.ts";
import type { Block } from "./blocks.ts";
import { buffer } from "./steps.ts";
import type { Buffer, DramRuns } from "./steps.ts";
import type { ParameterTable, WeightMatrix } from "./weights.ts";

/** A LOAD of whole runs into `into` from unit `first` on, one run after the other; `runLength` in words or accumulator rows. */
function load(
  builder: ProgramBuilder,
  operation: number,
  into: Buffer,
  dram: DramRuns,
  runLength: number,
  localStride = runLength,
  first = 0,
): void {
  const space = into.space === "accumulator" ? LOAD_SPACES.accumulator : LOAD_SPACES.scratchpad;
  builder.step({
    engine: "load",
    operation,
    prefetch: true,
    buffers: [into],
    fills: into,
    dram,
    build: () => ({ space, runLength, localAddress: into.address + first, localStride }),
  });
}

/** Loads a block of an int8 tensor as [slice][room], `room` being at least the block's rows. */
export function loadBlock(
  builder: ProgramBuilder,
  operation: number,
  block: Block,
  name: string,
  room = block.rows,
): Buffer {
  const into = buffer("scratchpad", name, room * block.slices);
  load(builder, operation, into, blockRuns(builder, block), block.rows, room);
  return into;
}

/** A panel of an operand in the scratchpad, [slice][rows]. */
export interface Panel {
  readonly buffer: Buffer;
  /** Words of a slice; for weights a few more than the panel's K elements when beats ask for it. */
  readonly rows: number;
}

/** Loads K elements `k`.. (`size` of them) of columns `slice`.. (`slices` words of them). */
export function loadWeightPanel(
  builder: ProgramBuilder,
  operation: number,
  weights: WeightMatrix,
  panel: { readonly k: number; readonly size: number; readonly slice: number; readonly slices: number },
  name: string,
): Panel {
  const { wordBytes } = builder.params;
  const rows = Math.min(roundUp(panel.size, weightRowUnit(builder.params)), weights.paddedRows - panel.k);
  const into = buffer("scratchpad", name, rows * panel.slices);
  const dram = {
    region: weights.region,
    offset: (panel.slice * weights.paddedRows + panel.k) * wordBytes,
    stride: weights.paddedRows * wordBytes,
    runs: panel.slices,
    runBytes: rows * wordBytes,
  };
  load(builder, operation, into, dram, rows);
  return { buffer: into, rows };
}

/** Loads one block of parameters. */
export function loadParameters(
  builder: ProgramBuilder,
  operation: number,
  { region, blockRows, blockBytes }: ParameterTable,
  block: number,
  name: string,
): Buffer {
  const into = buffer("accumulator", name, blockRows, "high");
  const dram = { region, offset: block * blockBytes, stride: blockBytes, runs: 1, runBytes: blockBytes };
  load(builder, operation, into, dram, blockRows);
  return into;
}

/** Loads `count` rows of the first block of parameters, from row `from` on, to their places in `into`. */
export function loadParameterRows(
  builder: ProgramBuilder,
  operation: number,
  { region }: ParameterTable,
  into: Buffer,
  from: number,
  count: number,
): void {
  const { accumulatorRowBytes } = builder.params;
  const bytes = count * accumulatorRowBytes;
  const dram = { region, offset: from * accumulatorRowBytes, stride: bytes, runs: 1, runBytes: bytes };
  load(builder, operation, into, dram, count, count, from);
}

/** Loads a block of an s32 tensor in layout "tiles" into accumulator rows, [tile][rows]. */
export function loadAccumulator(
  builder: ProgramBuilder,
  operation: number,
  block: Block,
  name: string,
  into = buffer("accumulator", name, block.rows * blockRuns(builder, block).runs),
): Buffer {
  const dram = blockRuns(builder, block);
  load(builder, operation, into, dram, block.rows);
  return into;
}

/** Loads zero words: an activation and a weight for every use. They are placed for long. */
export function loadZeros(builder: ProgramBuilder, operation: number, words: number): Buffer {
  const { params } = builder;
  const size = roundUp(words, params.rowAlign);
  const bytes = size * params.wordBytes;
  const region = builder.region("weights", "zeros", bytes);
  const into = buffer("scratchpad", "zeros", size, "high");
  load(builder, operation, into, { region, offset: 0, stride: bytes, runs: 1, runBytes: bytes }, size);
  return into;
}

/** LayerNorm as an operation of its own: s32 rows from DRAM into the accumulator, both passes, s8 to DRAM. */
import type { Params } from "../config/index.ts";
import type { Budget } from "./budget.ts";
import type { ProgramBuilder, TensorDraft } from "./builder.ts";
import { parameterUnit, roundUp } from "./builder.ts";
import { dmaCycles, normCycles, ROW_JOB_CYCLES } from "./cost/index.ts";
import type { MemoryModel } from "./cost/index.ts";
import { loadAccumulator, loadParameters } from "./loads.ts";
import { layerNormRows, normalisePass, statisticsPass } from "./residual-norm.ts";
import type { ChannelLayerNorm } from "./residual-norm.ts";
import { carryOut, operationNames } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { detailed, parts, rowBlockSizes } from "./tiling.ts";
import type { DetailedCandidate } from "./tiling.ts";
import { declareParameters } from "./weights.ts";

/** output = LayerNorm(input), `input` being s32 in layout "tiles". */
export interface LayerNormLayer {
  readonly name: string;
  readonly operation: number;
  readonly input: TensorDraft;
  readonly constants: ChannelLayerNorm;
  readonly output: TensorDraft;
}

/** Whole rows, `rows` at a time. */
export interface LayerNormTiling {
  readonly rows: number;
}

interface LayerNormProblem {
  readonly rows: number;
  readonly slices: number;
  /** Parameter rows per tile. */
  readonly parameterRows: number;
}

/** Adds the steps of a LayerNorm. */
export function addLayerNorm(builder: ProgramBuilder, layer: LayerNormLayer, budget: Budget): void {
  const { params } = builder;
  const { name, operation, input, constants, output } = layer;
  const slices = output.columns.stride / params.wordBytes;
  const parameterRows = layerNormRows(constants).length;
  const problem = { rows: input.paddedRows, slices, parameterRows };
  const plan: Plan<LayerNormTiling> = {
    search: {
      kind: "layernorm",
      name,
      operations: operationNames(builder, [operation]),
      problem,
      macs: 0,
      candidates: candidates(params, problem, budget.memory),
      label: ({ rows }) => `${rows} whole rows`,
      units: ({ rows }) => Math.ceil(problem.rows / rows),
      trial: (trial, tiling, units) => {
        trial.adopt([input.region, output.region]);
        plan.emit(trial, tiling, units);
      },
    },
    emit: (target, tiling, units) => {
      emitLayerNorm(target, layer, tiling, units);
    },
  };
  carryOut(builder, plan, budget);
}

/** All row blocks, or the first `units`. */
function emitLayerNorm(
  builder: ProgramBuilder,
  { name, operation, input, constants, output }: LayerNormLayer,
  tiling: LayerNormTiling,
  units = Infinity,
): void {
  const { params } = builder;
  const slices = output.columns.stride / params.wordBytes;
  const sections = [layerNormRows(constants)];
  const table = declareParameters(builder, `${name} parameters`, output.columns, slices * params.wordTiles, sections);
  const parameters = loadParameters(builder, operation, table, 0, `${name} parameters`);
  let pending: (() => void) | undefined;
  for (const [row, rows] of [...parts(input.paddedRows, tiling.rows)].slice(0, units)) {
    const source = { tensor: input, row, rows, slice: 0, slices };
    const accumulator = loadAccumulator(builder, operation, source, `${name} rows`);
    const common = { operation, constants, accumulator, parameters, parameterOffset: 0, output };
    const block = { ...common, row, rows, slots: tiling.rows, slices };
    const slots = statisticsPass(builder, block);
    // One block later, so that the row jobs of one run under the statistics of the next.
    pending?.();
    pending = () => {
      normalisePass(builder, block, slots);
    };
  }
  pending?.();
}

const PASSES = 2;

function* candidates(
  params: Params,
  problem: LayerNormProblem,
  memory: MemoryModel,
): Generator<DetailedCandidate<LayerNormTiling>> {
  const { slices } = problem;
  const tiles = slices * params.wordTiles;
  const parameters = roundUp(problem.parameterRows * tiles, parameterUnit(params));
  for (const rows of rowBlockSizes(params, problem.rows)) {
    const blocks = Math.ceil(problem.rows / rows);
    const staging = params.lanes === params.wordBytes ? 0 : rows * slices;
    const need = (held: number) => ({
      scratchpadWords: Math.min(blocks, 2) * staging,
      accumulatorRows: Math.min(blocks, held) * rows * tiles + parameters,
      rowSlots: Math.min(blocks, held) * rows,
    });
    const load = dmaCycles(params, tiles, rows * params.accumulatorRowBytes, params.outstandingReads, memory);
    const store = dmaCycles(params, slices, rows * params.wordBytes, params.outstandingWrites, memory);
    const norm = PASSES * normCycles(rows, slices * params.wordSlices);
    const first = dmaCycles(params, 1, parameters * params.accumulatorRowBytes, params.outstandingReads, memory) + load;
    const costs = {
      compute: 0,
      load: blocks * load,
      store: blocks * store,
      norm: blocks * norm,
      latency: first - load + norm + ROW_JOB_CYCLES * rows + store,
    };
    yield detailed({ tiling: { rows }, minimal: need(2), comfortable: need(3), parts: costs });
  }
}

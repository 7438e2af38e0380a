/**
 * A linear layer with residual and LayerNorm, fused: the residual is preloaded into the accumulator with the bias, the
 * product is added, and two NORM passes (statistics, normalise) leave s8.
 */
import { GEMM_INITS, meanScale, NORM_FUNCTIONS, SCALE_FORMATS, shiftAmount } from "../isa/index.ts";
import type { PartialFields } from "../isa/index.ts";
import { preloadScale } from "../reference/index.ts";
import type { DyadicChannels, LayerNormConstants } from "../reference/index.ts";
import type { Budget } from "./budget.ts";
import type { ProgramBuilder, TensorDraft } from "./builder.ts";
import type { Search } from "./mapper.ts";
import { carryOut, operationMacs, operationNames } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { residualNormCandidates, residualNormLabel } from "./residual-norm-tiling.ts";
import type { ResidualNormTiling } from "./residual-norm-tiling.ts";
import { loadBlock, loadParameters, loadWeightPanel } from "./loads.ts";
import { storeInt8 } from "./results.ts";
import { buffer } from "./steps.ts";
import type { Buffer } from "./steps.ts";
import { parts } from "./tiling.ts";
import { declareParameters, declareWeights, scaleRow, valueRow } from "./weights.ts";
import type { ParameterRow, ParameterTable, WeightMatrix } from "./weights.ts";

/** LayerNorm with its first multiplier per channel. */
export interface ChannelLayerNorm extends LayerNormConstants {
  readonly input: DyadicChannels;
}

/** output = LayerNorm(input · weights + bias + residual). */
export interface ResidualNormLayer {
  readonly name: string;
  readonly operation: number;
  readonly input: TensorDraft;
  /** s8 [inputs][outputs]. */
  readonly weights: Int8Array;
  /** s32 [outputs]. */
  readonly bias: Int32Array;
  readonly residual: { readonly tensor: TensorDraft; readonly ratio: DyadicChannels };
  readonly layerNorm: ChannelLayerNorm;
  readonly output: TensorDraft;
}

/** Parameter rows of the two LayerNorm passes, per tile. */
export const layerNormRows = ({ input, gain, offset }: ChannelLayerNorm): readonly ParameterRow[] => [
  scaleRow(input, SCALE_FORMATS.fixed),
  valueRow(gain),
  valueRow(offset),
];

/** Adds the steps of a linear layer with residual and LayerNorm. */
export function addResidualNorm(builder: ProgramBuilder, layer: ResidualNormLayer, budget: Budget): void {
  carryOut(builder, planResidualNorm(builder, layer, budget), budget);
}

/** Declares the layer's weights; returns the search for its tiling and what adds its steps. */
function planResidualNorm(
  builder: ProgramBuilder,
  layer: ResidualNormLayer,
  { memory }: Budget,
): Plan<ResidualNormTiling> {
  const { params } = builder;
  const { columns } = layer.output;
  const weights = declareWeights(builder, `${layer.name} weights`, layer.weights, {
    rows: layer.input.columns,
    columns,
  });
  const sections = [
    [scaleRow(preloadScale(layer.residual.ratio).scale, SCALE_FORMATS.fixed), valueRow(layer.bias)],
    layerNormRows(layer.layerNorm),
  ];
  const problem = {
    rows: layer.input.paddedRows,
    kTiles: weights.kTiles,
    slices: weights.slices,
    parameterRows: sections.reduce((sum, rows) => sum + rows.length, 0),
  };
  const tiles = weights.slices * params.wordTiles;
  const emit = (target: ProgramBuilder, tiling: ResidualNormTiling, units?: number): void => {
    const parameters = declareParameters(target, `${layer.name} parameters`, columns, tiles, sections);
    new ResidualNormEmitter(target, layer, tiling, weights, parameters).run(units);
  };
  const search: Search<ResidualNormTiling> = {
    kind: "linear with layernorm",
    name: layer.name,
    operations: operationNames(builder, [layer.operation]),
    problem,
    macs: operationMacs(builder, [layer.operation]),
    candidates: residualNormCandidates(params, problem, memory),
    label: (tiling) => residualNormLabel(tiling, params.wordBytes),
    units: ({ rows }) => Math.ceil(problem.rows / rows),
    trial: (trial, tiling, units) => {
      trial.adopt([layer.input.region, weights.region, layer.residual.tensor.region, layer.output.region]);
      emit(trial, tiling, units);
    },
  };
  return { search, emit };
}

interface RowBlock {
  readonly row: number;
  readonly rows: number;
  readonly accumulator: Buffer;
}

class ResidualNormEmitter {
  readonly #builder: ProgramBuilder;
  readonly #layer: ResidualNormLayer;
  readonly #tiling: ResidualNormTiling;
  readonly #weights: WeightMatrix;
  /** All parameters, for all blocks. */
  readonly #parameters: Buffer;
  /** N tiles of a row. */
  readonly #tiles: number;

  constructor(
    builder: ProgramBuilder,
    layer: ResidualNormLayer,
    tiling: ResidualNormTiling,
    weights: WeightMatrix,
    table: ParameterTable,
  ) {
    this.#builder = builder;
    this.#layer = layer;
    this.#tiling = tiling;
    this.#weights = weights;
    this.#tiles = weights.slices * builder.params.wordTiles;
    this.#parameters = loadParameters(builder, layer.operation, table, 0, `${layer.name} parameters`);
  }

  /** All row blocks, or the first `units`. */
  run(units = Infinity): void {
    for (const [row, rows] of [...parts(this.#layer.input.paddedRows, this.#tiling.rows)].slice(0, units)) {
      const accumulator = buffer("accumulator", `${this.#layer.name} block`, rows * this.#tiles);
      const block = { row, rows, accumulator };
      for (const [slice, slices] of parts(this.#weights.slices, this.#tiling.residualSlices)) {
        this.#preload(block, slice, slices);
      }
      const inner = this.#weights.kTiles * this.#builder.params.rows;
      for (const [k, size] of parts(inner, this.#tiling.panel)) this.#panel(block, k, size);
      addLayerNormPasses(this.#builder, {
        operation: this.#layer.operation,
        constants: this.#layer.layerNorm,
        accumulator,
        parameters: this.#parameters,
        parameterOffset: 2 * this.#tiles,
        output: this.#layer.output,
        row,
        rows,
        slots: this.#tiling.rows,
        slices: this.#weights.slices,
      });
    }
  }

  /** Columns `slice`.. of the residual, in the accumulator's scale, plus bias. */
  #preload({ row, rows, accumulator }: RowBlock, slice: number, slices: number): void {
    const { params } = this.#builder;
    const { name, operation, residual } = this.#layer;
    const parameters = this.#parameters;
    const block = { tensor: residual.tensor, row, rows, slice, slices };
    const source = loadBlock(this.#builder, operation, block, `${name} residual`);
    const tile = slice * params.wordTiles;
    this.#builder.step({
      engine: "norm",
      operation,
      prefetch: true,
      buffers: [accumulator, parameters, source],
      fills: accumulator,
      build: () => ({
        function: NORM_FUNCTIONS.preload,
        rows,
        slices: slices * params.wordSlices,
        accAddress: accumulator.address + tile * rows,
        accStride: rows,
        perChannel: 1,
        paramAddress: parameters.address + 2 * tile,
        paramStride: 2,
        finalM: preloadScale(residual.ratio).factor,
        spadAddress: source.address,
        spadStride: rows,
      }),
    });
  }

  #panel({ row, rows, accumulator }: RowBlock, k: number, size: number): void {
    const { params } = this.#builder;
    const { name, operation, input } = this.#layer;
    const S = params.wordBytes;
    const source = { tensor: input, row, rows, slice: k / S, slices: Math.ceil(size / S) };
    const a = loadBlock(this.#builder, operation, source, `${name} activations`);
    const panel = { k, size, slice: 0, slices: this.#weights.slices };
    const w = loadWeightPanel(this.#builder, operation, this.#weights, panel, `${name} weights`);
    this.#builder.step({
      engine: "gemm",
      operation,
      prefetch: false,
      buffers: [a, w.buffer, accumulator],
      build: () => ({
        rows,
        kTiles: size / params.rows,
        nTiles: this.#tiles,
        aAddress: a.address,
        aStride: rows,
        wAddress: w.buffer.address,
        wStride: w.rows,
        accAddress: accumulator.address,
        accStride: rows,
        init: GEMM_INITS.accumulate,
      }),
    });
  }
}

/** Whole rows in the accumulator, [tile][rows], to LayerNorm's s8 in `output`. */
export interface LayerNormBlock {
  readonly operation: number;
  readonly constants: ChannelLayerNorm;
  readonly accumulator: Buffer;
  /** Rows as {@link layerNormRows} from `parameterOffset` on. */
  readonly parameters: Buffer;
  readonly parameterOffset: number;
  readonly output: TensorDraft;
  readonly row: number;
  readonly rows: number;
  /** Row slots to take, at least `rows`: the same for all blocks, so that they never leave a gap that is too small. */
  readonly slots: number;
  readonly slices: number;
}

/** Both passes and the STORE. */
function addLayerNormPasses(builder: ProgramBuilder, block: LayerNormBlock): void {
  normalisePass(builder, block, statisticsPass(builder, block));
}

/** What both passes have in common. */
function normFields({ constants, parameters, parameterOffset }: LayerNormBlock, slots: Buffer): PartialFields<"norm"> {
  return {
    perChannel: 1,
    paramAddress: parameters.address + parameterOffset,
    paramStride: 3,
    rowSlot: slots.address,
    validColumns: constants.gain.length,
  };
}

/** Sums and squares, and the row jobs; returns the row slots with the factors. */
export function statisticsPass(builder: ProgramBuilder, block: LayerNormBlock): Buffer {
  const { operation, constants, accumulator, parameters, output, rows } = block;
  const slots = buffer("rowSlots", `${output.name} statistics`, block.slots);
  builder.step({
    engine: "norm",
    operation,
    prefetch: false,
    buffers: [accumulator, parameters, slots],
    build: () => ({
      ...normFields(block, slots),
      function: NORM_FUNCTIONS.statistics,
      rows,
      slices: Math.ceil(constants.gain.length / builder.params.lanes),
      accAddress: accumulator.address,
      accStride: rows,
      ...meanScale(constants.mean),
    }),
  });
  return slots;
}

/** The results, and their STORE. */
export function normalisePass(builder: ProgramBuilder, block: LayerNormBlock, slots: Buffer): void {
  const { operation, constants, accumulator, parameters, output, row, rows, slices } = block;
  const fields = (): PartialFields<"norm"> => ({
    ...normFields(block, slots),
    function: NORM_FUNCTIONS.normalise,
    finalE: shiftAmount(constants.exponent, SCALE_FORMATS.last),
  });
  storeInt8(
    builder,
    { operation, accumulator, reads: [parameters, slots], fields },
    { tensor: output, row, rows, slice: 0, slices },
  );
}

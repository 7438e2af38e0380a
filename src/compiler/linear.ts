/** A linear layer in blocks: K panels streamed, bias broadcast into the accumulator, one NORM pass per block. */
import { GEMM_INITS, NORM_FUNCTIONS, SCALE_FORMATS } from "../isa/index.ts";
import type { PartialFields } from "../isa/index.ts";
import { preloadScale } from "../reference/index.ts";
import type { Budget } from "./budget.ts";
import type { ProgramBuilder } from "./builder.ts";
import { storeSums } from "./linear-epilogue.ts";
import type { LinearLayer } from "./linear-layer.ts";
import { linearCandidates, linearLabel, linearUnits } from "./linear-tiling.ts";
import type { LinearTiling } from "./linear-tiling.ts";
import { loadBlock, loadParameters, loadWeightPanel } from "./loads.ts";
import type { Panel } from "./loads.ts";
import { buffer } from "./steps.ts";
import type { Buffer } from "./steps.ts";
import { parts } from "./tiling.ts";
import type { DetailedCandidate } from "./tiling.ts";
import { carryOut, operationMacs, operationNames } from "./plan.ts";
import type { Plan } from "./plan.ts";
import type { Search } from "./mapper.ts";
import { addWeightStream } from "./weight-stream.ts";
import { layOutStream, weightStreamCandidates, weightStreamLabel } from "./weight-stream-tiling.ts";
import type { WeightStreamTiling } from "./weight-stream-tiling.ts";
import { declareParameters, declareWeights, scaleRow, valueRow } from "./weights.ts";
import type { ParameterRow, ParameterTable, WeightMatrix } from "./weights.ts";

/** Blocks one after another, or the weights once. */
type Tiling = LinearTiling | WeightStreamTiling;

const isStream = (tiling: Tiling): tiling is WeightStreamTiling => "last" in tiling;

/** One block's place in the loop nest. */
interface LinearBlock {
  readonly row: number;
  readonly rows: number;
  readonly slice: number;
  readonly slices: number;
}

/** Adds the steps of a linear layer. */
export function addLinear(builder: ProgramBuilder, layer: LinearLayer, budget: Budget): void {
  carryOut(builder, planLinear(builder, layer, budget), budget);
}

/** Declares the layer's weights; returns the search for its tiling and what adds its steps. */
function planLinear(builder: ProgramBuilder, layer: LinearLayer, { memory }: Budget): Plan<Tiling> {
  const { params } = builder;
  const weights = declareWeights(builder, `${layer.name} weights`, layer.weights, {
    rows: layer.input.columns,
    columns: layer.output.columns,
  });
  const sections = parameterSections(layer);
  const problem = {
    rows: layer.input.paddedRows,
    kTiles: weights.kTiles,
    slices: weights.slices,
    parameterRows: sections.reduce((sum, rows) => sum + rows.length, 0),
    outputBytes: layer.epilogue.kind === "raw" ? (4 as const) : (1 as const),
    residual: layer.residual !== undefined,
  };
  const emit = (target: ProgramBuilder, tiling: Tiling, units?: number): void => {
    const slices = isStream(tiling) ? weights.slices : tiling.slices;
    const name = `${layer.name} parameters`;
    const parameters = declareParameters(target, name, layer.output.columns, slices * params.wordTiles, sections);
    if (isStream(tiling)) {
      addWeightStream(target, layer, layOutStream(params, problem, tiling, memory), weights, parameters);
    } else new LinearEmitter(target, layer, tiling, weights, parameters).run(units);
  };
  const search: Search<Tiling> = {
    kind: "linear",
    name: layer.name,
    operations: operationNames(builder, [layer.operation]),
    problem,
    macs: operationMacs(builder, [layer.operation]),
    alone: layer.alone ?? false,
    candidates: both<DetailedCandidate<Tiling>>(
      linearCandidates(params, problem, memory),
      weightStreamCandidates(params, problem, memory),
    ),
    label: (tiling) => (isStream(tiling) ? weightStreamLabel(tiling) : linearLabel(tiling, params.wordBytes)),
    units: (tiling) => (isStream(tiling) ? 1 : linearUnits(tiling, problem)),
    trial: (trial, tiling, units) => {
      const residual = layer.residual === undefined ? [] : [layer.residual.tensor.region];
      trial.adopt([layer.input.region, weights.region, ...residual, layer.output.region]);
      emit(trial, tiling, units);
    },
  };
  return { search, emit };
}

function* both<T>(first: Iterable<T>, second: Iterable<T>): Generator<T> {
  yield* first;
  yield* second;
}

/** Section 0: what the accumulator starts from; section 1: what the pass reads. */
function parameterSections({ bias, residual, epilogue }: LinearLayer): readonly (readonly ParameterRow[])[] {
  const start =
    residual === undefined
      ? [valueRow(bias)]
      : [scaleRow(preloadScale(residual.ratio).scale, SCALE_FORMATS.fixed), valueRow(bias)];
  if (epilogue.kind === "raw") return [start];
  const scales =
    epilogue.kind === "gelu"
      ? scaleRow(epilogue.input, SCALE_FORMATS.fixed)
      : scaleRow(epilogue.scales, SCALE_FORMATS.byte);
  return [start, [scales]];
}

class LinearEmitter {
  readonly #builder: ProgramBuilder;
  readonly #layer: LinearLayer;
  readonly #tiling: LinearTiling;
  readonly #weights: WeightMatrix;
  readonly #parameters: ParameterTable;
  /** Panels that stay, by their first K element, while the inner loop runs. */
  #kept = new Map<number, Panel>();

  constructor(
    builder: ProgramBuilder,
    layer: LinearLayer,
    tiling: LinearTiling,
    weights: WeightMatrix,
    parameters: ParameterTable,
  ) {
    this.#builder = builder;
    this.#layer = layer;
    this.#tiling = tiling;
    this.#weights = weights;
    this.#parameters = parameters;
  }

  /** All rounds of the outer loop, or the first `units`. */
  run(units = Infinity): void {
    const { rows, slices, outer } = this.#tiling;
    const rowParts = [...parts(this.#layer.input.paddedRows, rows)];
    const sliceParts = [...parts(this.#weights.slices, slices)];
    const block = ([row, m]: readonly [number, number], [slice, n]: readonly [number, number]): void => {
      this.#block({ row, rows: m, slice, slices: n });
    };
    if (outer === "rows") {
      for (const r of rowParts.slice(0, units)) {
        this.#kept = new Map();
        for (const s of sliceParts) block(r, s);
      }
    } else {
      for (const s of sliceParts.slice(0, units)) {
        this.#kept = new Map();
        for (const r of rowParts) block(r, s);
      }
    }
  }

  #block(block: LinearBlock): void {
    const { params } = this.#builder;
    const { name } = this.#layer;
    const accumulator = buffer("accumulator", `${name} block`, block.rows * block.slices * params.wordTiles);
    const parameters = loadParameters(
      this.#builder,
      this.#layer.operation,
      this.#parameters,
      block.slice / this.#tiling.slices,
      `${name} parameters`,
    );
    if (this.#layer.residual !== undefined) this.#preload(block, accumulator, parameters);
    const inner = this.#weights.kTiles * params.rows;
    for (const [k, size] of parts(inner, this.#tiling.panel)) this.#panel(block, accumulator, parameters, k, size);
    this.#finish(block, accumulator, parameters);
  }

  /** Residual in the accumulator's scale, plus bias. */
  #preload(block: LinearBlock, accumulator: Buffer, parameters: Buffer): void {
    const { params } = this.#builder;
    const { name, operation, residual } = this.#layer;
    const source = loadBlock(this.#builder, operation, { ...block, tensor: residual!.tensor }, `${name} residual`);
    this.#builder.step({
      engine: "norm",
      operation,
      prefetch: true,
      buffers: [accumulator, parameters, source],
      fills: accumulator,
      build: () => ({
        function: NORM_FUNCTIONS.preload,
        rows: block.rows,
        slices: block.slices * params.wordSlices,
        accAddress: accumulator.address,
        accStride: block.rows,
        perChannel: 1,
        paramAddress: parameters.address,
        paramStride: 2,
        finalM: preloadScale(residual!.ratio).factor,
        spadAddress: source.address,
        spadStride: block.rows,
      }),
    });
  }

  #panel(block: LinearBlock, accumulator: Buffer, parameters: Buffer, k: number, size: number): void {
    const { params } = this.#builder;
    const { name, operation, input, residual } = this.#layer;
    const { row, rows, slice, slices } = block;
    const S = params.wordBytes;
    const a = this.#operand("rows", k, () => {
      const source = { tensor: input, row, rows, slice: k / S, slices: Math.ceil(size / S) };
      return { buffer: loadBlock(this.#builder, operation, source, `${name} activations`), rows };
    });
    const w = this.#operand("columns", k, () =>
      loadWeightPanel(this.#builder, operation, this.#weights, { k, size, slice, slices }, `${name} weights`),
    );
    const first = k === 0 && residual === undefined;
    this.#builder.step({
      engine: "gemm",
      operation,
      prefetch: false,
      buffers: [a.buffer, w.buffer, accumulator, ...(first ? [parameters] : [])],
      build: (): PartialFields<"gemm"> => ({
        rows,
        kTiles: size / params.rows,
        nTiles: slices * params.wordTiles,
        aAddress: a.buffer.address,
        aStride: a.rows,
        wAddress: w.buffer.address,
        wStride: w.rows,
        accAddress: accumulator.address,
        accStride: rows,
        ...(first ? { init: GEMM_INITS.bias, biasAddress: parameters.address } : { init: GEMM_INITS.accumulate }),
      }),
    });
  }

  /** A panel of the operand of dimension `dimension`: loaded, or already here when it is kept. */
  #operand(dimension: LinearTiling["outer"], k: number, load: () => Panel): Panel {
    if (!this.#tiling.keep || this.#tiling.outer !== dimension) return load();
    const kept = this.#kept.get(k) ?? load();
    this.#kept.set(k, kept);
    return kept;
  }

  #finish(block: LinearBlock, accumulator: Buffer, parameters: Buffer): void {
    const { operation, epilogue, output, residual } = this.#layer;
    const tiles = this.#tiling.slices * this.#builder.params.wordTiles;
    const scaleRow = (residual === undefined ? 1 : 2) * tiles;
    const sums = { operation, accumulator, firstRow: 0, parameters, scaleRow };
    storeSums(this.#builder, epilogue, sums, { ...block, tensor: output });
  }
}

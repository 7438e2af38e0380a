/** A linear layer in blocks: K panels streamed, bias broadcast into the accumulator, one NORM pass per block. */
import { GEMM_INITS, LOAD_SPACES, NORM_FUNCTIONS } from "../isa/index.ts";
import type { PartialFields } from "../isa/index.ts";
import type { Dyadic, DyadicChannels } from "../reference/index.ts";
import type { ProgramBuilder, TensorDraft } from "./builder.ts";
import { roundUp, weightRowUnit } from "./builder.ts";
import { chooseLinearTiling } from "./linear-tiling.ts";
import type { LinearTiling } from "./linear-tiling.ts";
import { loadBlock, storeInt8, storeRaw } from "./results.ts";
import type { Block } from "./results.ts";
import { buffer } from "./steps.ts";
import type { Buffer } from "./steps.ts";
import { parts } from "./tiling.ts";
import type { Budget } from "./tiling.ts";
import { declareParameters, declareWeights, scaleRow, valueRow } from "./weights.ts";
import type { ParameterRow, ParameterTable, WeightMatrix } from "./weights.ts";

/** What becomes of an accumulator block. `raw` leaves as s32, for the host or for a check. */
export type LinearEpilogue =
  | { readonly kind: "requantise"; readonly scales: DyadicChannels; readonly relu: boolean }
  | { readonly kind: "gelu"; readonly input: DyadicChannels; readonly output: Dyadic }
  | { readonly kind: "raw" };

/** acc[rows][outputs] = input · weights + bias (+ residual), then the epilogue into `output`. */
export interface LinearLayer {
  readonly name: string;
  readonly operation: number;
  readonly input: TensorDraft;
  /** s8 [inputs][outputs]. */
  readonly weights: Int8Array;
  /** s32 [outputs]. */
  readonly bias: Int32Array;
  /** Added to the accumulator in its scale before anything else. */
  readonly residual?: { readonly tensor: TensorDraft; readonly ratio: DyadicChannels };
  readonly epilogue: LinearEpilogue;
  readonly output: TensorDraft;
}

/** One block's place in the loop nest. */
interface LinearBlock {
  readonly row: number;
  readonly rows: number;
  readonly slice: number;
  readonly slices: number;
}

/** Adds the steps of a linear layer. */
export function addLinear(builder: ProgramBuilder, layer: LinearLayer, budget: Budget): void {
  const { params } = builder;
  const weights = declareWeights(builder, `${layer.name} weights`, layer.weights, {
    rows: layer.input.columns,
    columns: layer.output.columns,
  });
  const sections = parameterSections(layer);
  const tiling = chooseLinearTiling(
    params,
    {
      name: layer.name,
      rows: layer.input.paddedRows,
      kTiles: weights.kTiles,
      slices: weights.slices,
      parameterRows: sections.reduce((sum, rows) => sum + rows.length, 0),
      outputBytes: layer.epilogue.kind === "raw" ? 4 : 1,
      residual: layer.residual !== undefined,
    },
    budget,
  );
  const tilesPerBlock = tiling.slices * params.wordTiles;
  const parameters = declareParameters(
    builder,
    `${layer.name} parameters`,
    layer.output.columns,
    tilesPerBlock,
    sections,
  );
  new LinearEmitter(builder, layer, tiling, weights, parameters).run();
}

/** Section 0: what the accumulator starts from; section 1: what the pass reads. */
function parameterSections({ bias, residual, epilogue }: LinearLayer): readonly (readonly ParameterRow[])[] {
  const start = residual === undefined ? [valueRow(bias)] : [scaleRow(residual.ratio), valueRow(bias)];
  if (epilogue.kind === "raw") return [start];
  return [start, [scaleRow(epilogue.kind === "gelu" ? epilogue.input : epilogue.scales)]];
}

class LinearEmitter {
  readonly #builder: ProgramBuilder;
  readonly #layer: LinearLayer;
  readonly #tiling: LinearTiling;
  readonly #weights: WeightMatrix;
  readonly #parameters: ParameterTable;
  /** Panels that stay, by their first K element, while the inner loop runs. */
  #kept = new Map<number, Buffer>();

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

  run(): void {
    const { rows, slices, outer } = this.#tiling;
    const rowParts = [...parts(this.#layer.input.paddedRows, rows)];
    const sliceParts = [...parts(this.#weights.slices, slices)];
    const block = ([row, m]: readonly [number, number], [slice, n]: readonly [number, number]): void => {
      this.#block({ row, rows: m, slice, slices: n });
    };
    if (outer === "rows") {
      for (const r of rowParts) {
        this.#kept = new Map();
        for (const s of sliceParts) block(r, s);
      }
    } else {
      for (const s of sliceParts) {
        this.#kept = new Map();
        for (const r of rowParts) block(r, s);
      }
    }
  }

  #block(block: LinearBlock): void {
    const { params } = this.#builder;
    const { name } = this.#layer;
    const accumulator = buffer("accumulator", `${name} block`, block.rows * block.slices * params.wordTiles);
    const parameters = this.#loadParameters(block);
    if (this.#layer.residual !== undefined) this.#preload(block, accumulator, parameters);
    const inner = this.#weights.kTiles * params.rows;
    for (const [k, size] of parts(inner, this.#tiling.panel)) this.#panel(block, accumulator, parameters, k, size);
    this.#finish(block, accumulator, parameters);
  }

  #loadParameters({ slice }: LinearBlock): Buffer {
    const { region, blockRows, blockBytes } = this.#parameters;
    const into = buffer("accumulator", `${this.#layer.name} parameters`, blockRows, "high");
    this.#builder.step({
      engine: "load",
      operation: this.#layer.operation,
      prefetch: true,
      buffers: [into],
      fills: into,
      dram: {
        region,
        offset: (slice / this.#tiling.slices) * blockBytes,
        stride: blockBytes,
        runs: 1,
        runBytes: blockBytes,
      },
      build: () => ({ space: LOAD_SPACES.accumulator, runLength: blockRows, localAddress: into.address }),
    });
    return into;
  }

  /** Residual in the accumulator's scale, plus bias. */
  #preload(block: LinearBlock, accumulator: Buffer, parameters: Buffer): void {
    const { params } = this.#builder;
    const { name, operation, residual } = this.#layer;
    const source = buffer("scratchpad", `${name} residual`, block.rows * block.slices);
    loadBlock(this.#builder, operation, { ...block, tensor: residual!.tensor }, source);
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
        spadAddress: source.address,
        spadStride: block.rows,
      }),
    });
  }

  #panel(block: LinearBlock, accumulator: Buffer, parameters: Buffer, k: number, size: number): void {
    const { params } = this.#builder;
    const { operation, residual } = this.#layer;
    const a = this.#operand("rows", k, () => this.#loadActivations(block, k, size));
    const w = this.#operand("columns", k, () => this.#loadWeights(block, k, size));
    const weightRows = this.#panelRows(k, size);
    const first = k === 0 && residual === undefined;
    this.#builder.step({
      engine: "gemm",
      operation,
      prefetch: false,
      buffers: [a, w, accumulator, ...(first ? [parameters] : [])],
      build: (): PartialFields<"gemm"> => ({
        rows: block.rows,
        kTiles: size / params.rows,
        nTiles: block.slices * params.wordTiles,
        aAddress: a.address,
        aStride: block.rows,
        wAddress: w.address,
        wStride: weightRows,
        accAddress: accumulator.address,
        accStride: block.rows,
        ...(first ? { init: GEMM_INITS.bias, biasAddress: parameters.address } : { init: GEMM_INITS.accumulate }),
      }),
    });
  }

  /** A panel of the operand of dimension `dimension`: loaded, or already here when it is kept. */
  #operand(dimension: LinearTiling["outer"], k: number, load: () => Buffer): Buffer {
    if (!this.#tiling.keep || this.#tiling.outer !== dimension) return load();
    const kept = this.#kept.get(k) ?? load();
    this.#kept.set(k, kept);
    return kept;
  }

  #loadActivations(block: LinearBlock, k: number, size: number): Buffer {
    const { wordBytes } = this.#builder.params;
    const slices = Math.ceil(size / wordBytes);
    const into = buffer("scratchpad", `${this.#layer.name} activations`, block.rows * slices);
    const source: Block = {
      tensor: this.#layer.input,
      row: block.row,
      rows: block.rows,
      slice: k / wordBytes,
      slices,
    };
    loadBlock(this.#builder, this.#layer.operation, source, into);
    return into;
  }

  /** Weight rows of a panel in the scratchpad: whole DMA beats. */
  #panelRows(k: number, size: number): number {
    return Math.min(roundUp(size, weightRowUnit(this.#builder.params)), this.#weights.paddedRows - k);
  }

  #loadWeights(block: LinearBlock, k: number, size: number): Buffer {
    const { wordBytes } = this.#builder.params;
    const { region, paddedRows } = this.#weights;
    const rows = this.#panelRows(k, size);
    const into = buffer("scratchpad", `${this.#layer.name} weights`, rows * block.slices);
    this.#builder.step({
      engine: "load",
      operation: this.#layer.operation,
      prefetch: true,
      buffers: [into],
      fills: into,
      dram: {
        region,
        offset: (block.slice * paddedRows + k) * wordBytes,
        stride: paddedRows * wordBytes,
        runs: block.slices,
        runBytes: rows * wordBytes,
      },
      build: () => ({
        space: LOAD_SPACES.scratchpad,
        runLength: rows,
        localAddress: into.address,
        localStride: rows,
      }),
    });
    return into;
  }

  #finish(block: LinearBlock, accumulator: Buffer, parameters: Buffer): void {
    const { operation, epilogue, output } = this.#layer;
    const target: Block = { ...block, tensor: output };
    if (epilogue.kind === "raw") {
      storeRaw(this.#builder, operation, accumulator, target);
      return;
    }
    const tiles = this.#tiling.slices * this.#builder.params.wordTiles;
    const startRows = this.#layer.residual === undefined ? 1 : 2;
    const fields = (): PartialFields<"norm"> => ({
      ...(epilogue.kind === "gelu"
        ? { function: NORM_FUNCTIONS.gelu, finalM: epilogue.output.m, finalE: epilogue.output.e }
        : { function: NORM_FUNCTIONS.requantise, relu: epilogue.relu ? 1 : 0 }),
      perChannel: 1,
      paramAddress: parameters.address + startRows * tiles,
      paramStride: 1,
    });
    storeInt8(this.#builder, { operation, accumulator, reads: [parameters], fields }, target);
  }
}

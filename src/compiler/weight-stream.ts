/** The steps of a product of few rows whose weights pass by once: all sums stay in the accumulator until they are complete. */
import { GEMM_INITS } from "../isa/index.ts";
import type { ProgramBuilder } from "./builder.ts";
import { parameterUnit, roundUp } from "./builder.ts";
import { storeSums } from "./linear-epilogue.ts";
import type { LinearLayer } from "./linear-layer.ts";
import { loadBlock, loadParameterRows, loadWeightPanel } from "./loads.ts";
import { buffer } from "./steps.ts";
import type { Buffer } from "./steps.ts";
import type { ResultGroup, WeightChunk, WeightStream } from "./weight-stream-tiling.ts";
import type { ParameterTable, WeightMatrix } from "./weights.ts";

/** Adds the steps. `parameters` is one block: the biases of all tiles, then what the pass reads. */
export function addWeightStream(
  builder: ProgramBuilder,
  layer: LinearLayer,
  stream: WeightStream,
  weights: WeightMatrix,
  parameters: ParameterTable,
): void {
  const { chunks, groups, passParameters } = stream;
  const { wordTiles } = builder.params;
  const emitter = new WeightStreamEmitter(builder, layer, weights, parameters);
  // No more than the first chunk needs comes before it: what can wait gives the array time to catch up.
  const first = chunks[0]!.slices * wordTiles;
  const biases = weights.slices * wordTiles;
  emitter.loadParameters(0, first);
  chunks.forEach((chunk, i) => {
    if (i === 1) emitter.loadParameters(first, biases);
    if (i === passParameters) emitter.loadParameters(biases, parameters.blockRows);
    emitter.multiply(chunk);
    for (const group of groups) if (group.after === i) emitter.store(group);
  });
}

class WeightStreamEmitter {
  readonly #builder: ProgramBuilder;
  readonly #layer: LinearLayer;
  readonly #weights: WeightMatrix;
  readonly #table: ParameterTable;
  readonly #rows: number;
  readonly #sums: Buffer;
  readonly #parameters: Buffer;
  #loadedRows = 0;
  #activations: Buffer | undefined;

  constructor(builder: ProgramBuilder, layer: LinearLayer, weights: WeightMatrix, table: ParameterTable) {
    this.#builder = builder;
    this.#layer = layer;
    this.#weights = weights;
    this.#table = table;
    this.#rows = layer.input.paddedRows;
    const tiles = weights.slices * builder.params.wordTiles;
    this.#sums = buffer("accumulator", `${layer.name} sums`, this.#rows * tiles);
    this.#parameters = buffer("accumulator", `${layer.name} parameters`, table.blockRows, "high");
  }

  /** Rows `from`..`to` of the parameters, in whole beats; those that are there already are left out. */
  loadParameters(from: number, to: number): void {
    const end = Math.min(this.#table.blockRows, roundUp(to, parameterUnit(this.#builder.params)));
    const begin = Math.max(from, this.#loadedRows);
    if (end <= begin) return;
    loadParameterRows(this.#builder, this.#layer.operation, this.#table, this.#parameters, begin, end - begin);
    this.#loadedRows = end;
  }

  /** Loads a chunk, with its panel's activations where it is the panel's first, and adds it to the sums. */
  multiply({ k, size, slice, slices }: WeightChunk): void {
    const { params } = this.#builder;
    const { name, operation, input } = this.#layer;
    const rows = this.#rows;
    if (slice === 0) {
      const S = params.wordBytes;
      const block = { tensor: input, row: 0, rows, slice: k / S, slices: Math.ceil(size / S) };
      this.#activations = loadBlock(this.#builder, operation, block, `${name} activations`);
    }
    const a = this.#activations!;
    const panel = { k, size, slice, slices };
    const w = loadWeightPanel(this.#builder, operation, this.#weights, panel, `${name} weights`);
    const sums = this.#sums;
    const parameters = this.#parameters;
    const tile = slice * params.wordTiles;
    this.#builder.step({
      engine: "gemm",
      operation,
      prefetch: false,
      buffers: [a, w.buffer, sums, parameters],
      build: () => ({
        rows,
        kTiles: size / params.rows,
        nTiles: slices * params.wordTiles,
        aAddress: a.address,
        aStride: rows,
        wAddress: w.buffer.address,
        wStride: w.rows,
        accAddress: sums.address + tile * rows,
        accStride: rows,
        ...(k === 0
          ? { init: GEMM_INITS.bias, biasAddress: parameters.address + tile }
          : { init: GEMM_INITS.accumulate }),
      }),
    });
  }

  store({ slice, slices }: ResultGroup): void {
    const { operation, epilogue, output } = this.#layer;
    const { wordTiles } = this.#builder.params;
    const tile = slice * wordTiles;
    const sums = {
      operation,
      accumulator: this.#sums,
      firstRow: tile * this.#rows,
      parameters: this.#parameters,
      scaleRow: this.#weights.slices * wordTiles + tile,
    };
    storeSums(this.#builder, epilogue, sums, { tensor: output, row: 0, rows: this.#rows, slice, slices });
  }
}

/**
 * Attention on an accelerator without Softmax: scores leave as s32, the host makes the weights, P·V leaves as s32, and the
 * host brings it to s8. Same reference functions, so the same tensors.
 */
import { GEMM_INITS } from "../isa/index.ts";
import type { AttentionLayer, KeyChunk } from "./attention.ts";
import { loadKeys } from "./attention.ts";
import { attentionCandidates } from "./attention-tiling.ts";
import type { AttentionTiling } from "./attention-tiling.ts";
import type { Budget } from "./budget.ts";
import type { ProgramBuilder, TensorDraft } from "./builder.ts";
import { roundUp } from "./builder.ts";
import { factorBytes } from "./host-steps.ts";
import { loadBlock } from "./loads.ts";
import { storeRaw } from "./results.ts";
import { buffer } from "./steps.ts";
import { chooseTiling, parts } from "./tiling.ts";

/** What the host steps write. */
export interface RawAttentionLayer extends AttentionLayer {
  /** Operations of the host's parts. */
  readonly hostOperations: { readonly softmax: number; readonly context: number };
  /** Keys of every sequence, valid or not: scores are computed for all. */
  readonly keys: number;
}

/** Adds the steps and host steps of attention with Softmax on the host. */
export function addRawAttention(builder: ProgramBuilder, layer: RawAttentionLayer, budget: Budget): void {
  const { params } = builder;
  const { name, query, valid, mode, exponent, scale } = layer;
  const { rows, columns } = query;
  const problem = {
    sequences: rows.count,
    heads: columns.count,
    rows: rows.stride,
    keys: layer.keys,
    headSlices: columns.stride / params.wordBytes,
    scorePasses: 1,
  };
  const tiling = chooseTiling(params, name, attentionCandidates(params, problem, budget.memory), budget);
  const groups = { count: rows.count * columns.count, size: rows.size, stride: rows.stride };
  const square = { count: 1, size: layer.keys, stride: roundUp(layer.keys, params.wordBytes) };
  const scores = builder.tensor({
    name: `${name}.scores`,
    element: "s32",
    layout: "lanes",
    source: "accelerator",
    rows: groups,
    columns: square,
  });
  const weights = builder.tensor({
    name: `${name}.probabilities`,
    element: "u8",
    layout: "words",
    source: "host",
    rows: groups,
    columns: square,
  });
  const sums = builder.tensor({
    name: `${name}.sums`,
    element: "s32",
    layout: "lanes",
    source: "accelerator",
    rows: groups,
    columns: { count: 1, size: columns.size, stride: columns.stride },
  });
  const factors = builder.region("activations", `${name}.factors`, factorBytes(scores.paddedRows)).name;
  const emitter = new RawAttentionEmitter(builder, layer, tiling);

  emitter.eachHead((head) => {
    emitter.scores(head, scores);
  });
  builder.hostStep({
    kind: "softmax",
    variant: params.variants.softmax,
    operation: layer.hostOperations.softmax,
    scores: scores.name,
    weights: weights.name,
    factors,
    scale: exponent,
    mode,
    valid: [...valid],
  });
  builder.afterHost();
  emitter.eachHead((head) => {
    emitter.context(head, weights, sums);
  });
  builder.hostStep({
    kind: "context",
    operation: layer.hostOperations.context,
    sums: sums.name,
    output: layer.context.name,
    factors,
    scale,
    mode,
  });
  builder.afterHost();
}

interface Head {
  readonly sequence: number;
  readonly head: number;
}

class RawAttentionEmitter {
  readonly #builder: ProgramBuilder;
  readonly #layer: RawAttentionLayer;
  readonly #tiling: AttentionTiling;
  readonly #headSlices: number;

  constructor(builder: ProgramBuilder, layer: RawAttentionLayer, tiling: AttentionTiling) {
    this.#builder = builder;
    this.#layer = layer;
    this.#tiling = tiling;
    this.#headSlices = layer.query.columns.stride / builder.params.wordBytes;
  }

  eachHead(visit: (head: Head) => void): void {
    const { rows, columns } = this.#layer.query;
    for (let sequence = 0; sequence < rows.count; sequence++) {
      for (let head = 0; head < columns.count; head++) visit({ sequence, head });
    }
  }

  /** Row blocks of a head: the first row in the sequences' tensors and in the heads' tensors. */
  *#blocks({
    sequence,
    head,
  }: Head): Generator<{ readonly row: number; readonly headRow: number; readonly rows: number }> {
    const { rows, columns } = this.#layer.query;
    for (const [first, count] of parts(rows.stride, this.#tiling.rows)) {
      const headRow = (sequence * columns.count + head) * rows.stride + first;
      yield { row: sequence * rows.stride + first, headRow, rows: count };
    }
  }

  /** Chunks of keys or values, loaded once for a head if they are to stay. */
  #chunks(head: Head, tensor: TensorDraft, operation: number, keys: number): () => KeyChunk[] {
    const load = (): KeyChunk[] =>
      [...parts(keys, this.#tiling.chunk)].map(([first, count]) =>
        loadKeys(this.#builder, operation, tensor, { ...head, first, keys: count }),
      );
    if (!this.#tiling.resident) return load;
    const chunks = load();
    return () => chunks;
  }

  /** Q·Kᵀ of a head as s32, for every key, valid or not. */
  scores(head: Head, output: TensorDraft): void {
    const { params } = this.#builder;
    const { query, key, name } = this.#layer;
    const operation = this.#layer.operations.scores;
    const slices = output.columns.stride / params.wordBytes;
    const chunks = this.#chunks(head, key, operation, output.columns.stride);
    for (const { row, headRow, rows } of this.#blocks(head)) {
      const source = { tensor: query, row, rows, slice: head.head * this.#headSlices, slices: this.#headSlices };
      const q = loadBlock(this.#builder, operation, source, query.name);
      const scores = buffer("accumulator", `${name} scores`, rows * slices * params.wordTiles);
      for (const chunk of chunks()) {
        this.#builder.step({
          engine: "gemm",
          operation,
          prefetch: false,
          buffers: [q, chunk.buffer, scores],
          build: () => ({
            rows,
            kTiles: this.#headSlices * params.wordKSteps,
            nTiles: chunk.keys / params.cols,
            aAddress: q.address,
            aStride: rows,
            wAddress: chunk.buffer.address,
            wStride: chunk.rows,
            accAddress: scores.address + (chunk.first / params.cols) * rows,
            accStride: rows,
            init: GEMM_INITS.zero,
            transpose: 1,
          }),
        });
      }
      storeRaw(
        this.#builder,
        { operation, accumulator: scores },
        { tensor: output, row: headRow, rows, slice: 0, slices },
      );
    }
  }

  /** P·V of a head as s32. */
  context(head: Head, weights: TensorDraft, output: TensorDraft): void {
    const { params } = this.#builder;
    const { value, valid, name } = this.#layer;
    const operation = this.#layer.operations.context;
    const keys = valid[head.sequence]!;
    const chunks = this.#chunks(head, value, operation, keys);
    for (const { headRow, rows } of this.#blocks(head)) {
      const sums = buffer("accumulator", `${name} context`, rows * this.#headSlices * params.wordTiles);
      const source = { tensor: weights, row: headRow, rows, slice: 0, slices: Math.ceil(keys / params.wordBytes) };
      const a = loadBlock(this.#builder, operation, source, weights.name);
      for (const chunk of chunks()) {
        this.#builder.step({
          engine: "gemm",
          operation,
          prefetch: false,
          buffers: [a, chunk.buffer, sums],
          build: () => ({
            rows,
            kTiles: Math.ceil(chunk.keys / params.rows),
            nTiles: this.#headSlices * params.wordTiles,
            aAddress: a.address + (chunk.first / params.wordBytes) * rows,
            aStride: rows,
            unsignedA: 1,
            wAddress: chunk.buffer.address,
            wStride: chunk.rows,
            accAddress: sums.address,
            accStride: rows,
            init: chunk.first === 0 ? GEMM_INITS.zero : GEMM_INITS.accumulate,
          }),
        });
      }
      const block = { tensor: output, row: headRow, rows, slice: 0, slices: this.#headSlices };
      storeRaw(this.#builder, { operation, accumulator: sums }, block);
    }
  }
}

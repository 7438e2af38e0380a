/**
 * Attention of all heads: Q·Kᵀ with the row maximum tracked, exponentials that stay in the scratchpad, P·V, and one pass
 * that brings the context to s8. In the order QK(i+1), PV(i), so that NORM works under the array.
 */
import { firstScale, GEMM_INITS, lastScale, NORM_FUNCTIONS, NORM_OUTPUTS, SCALE_FORMATS } from "../isa/index.ts";
import type { PartialFields } from "../isa/index.ts";
import type { Dyadic } from "../reference/index.ts";
import { attentionCandidates, attentionLabel, keyExtent } from "./attention-tiling.ts";
import type { AttentionTiling, KeyExtent } from "./attention-tiling.ts";
import type { Budget } from "./budget.ts";
import type { ProgramBuilder, TensorDraft } from "./builder.ts";
import { rowUnit, roundUp, weightRowUnit } from "./builder.ts";
import { loadBlock } from "./loads.ts";
import type { Search } from "./mapper.ts";
import { carryOut, operationMacs, operationNames } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { storeInt8 } from "./results.ts";
import { buffer } from "./steps.ts";
import type { Buffer } from "./steps.ts";
import { parts } from "./tiling.ts";

/** "deferred": P·V of unnormalised exponentials, divided by the row sum at the end; "normalised": u8 probabilities. */
export type SoftmaxMode = "deferred" | "normalised";

/** Operations that commands are counted under. */
export interface AttentionOperations {
  readonly scores: number;
  readonly softmax: number;
  readonly context: number;
}

/** Attention over sequences of the same padded length; column group = head in all tensors, row group = sequence. */
export interface AttentionLayer {
  readonly name: string;
  readonly operations: AttentionOperations;
  readonly query: TensorDraft;
  readonly key: TensorDraft;
  readonly value: TensorDraft;
  readonly context: TensorDraft;
  /** Keys that count, of each sequence. */
  readonly valid: readonly number[];
  readonly mode: SoftmaxMode;
  /** Scales the score differences for exp. */
  readonly exponent: Dyadic;
  /** Brings P·V to s8. */
  readonly scale: Dyadic;
}

/** Adds the steps of attention with Softmax on the accelerator. */
export function addAttention(builder: ProgramBuilder, layer: AttentionLayer, budget: Budget): void {
  carryOut(builder, planAttention(builder, layer, budget), budget);
}

/** The search for the tiling of fused attention, and what adds its steps. */
function planAttention(builder: ProgramBuilder, layer: AttentionLayer, { memory }: Budget): Plan<AttentionTiling> {
  const { params } = builder;
  const { rows, columns } = layer.query;
  const headSlices = columns.stride / params.wordBytes;
  const problem = {
    sequences: rows.count,
    heads: columns.count,
    rows: rows.stride,
    keys: Math.max(...layer.valid),
    headSlices,
    scorePasses: layer.mode === "deferred" ? 1 : 2,
  };
  const { scores, softmax, context } = layer.operations;
  const emit = (target: ProgramBuilder, tiling: AttentionTiling, units?: number): void => {
    new AttentionEmitter(target, layer, tiling, headSlices).run(units);
  };
  const search: Search<AttentionTiling> = {
    kind: "attention",
    name: layer.name,
    operations: operationNames(builder, [scores, softmax, context]),
    problem: { ...problem, valid: layer.valid },
    macs: operationMacs(builder, [scores, context]),
    candidates: attentionCandidates(params, problem, memory),
    label: attentionLabel,
    units: () => layer.valid.length * columns.count,
    trial: (trial, tiling, units) => {
      trial.adopt([layer.query, layer.key, layer.value, layer.context].map(({ region }) => region));
      emit(trial, tiling, units);
    },
  };
  return { search, emit };
}

/** Keys or values of one chunk, [slice][rows] in the scratchpad. */
export interface KeyChunk {
  readonly buffer: Buffer;
  /** First key, keys that count, and rows of a slice. */
  readonly first: number;
  readonly keys: number;
  readonly rows: number;
}

/** A head of one sequence; its chunks are shared by its jobs when they are resident. */
interface Head {
  readonly sequence: number;
  readonly head: number;
  readonly keys: number;
  readonly extent: KeyExtent;
  readonly chunks: Map<string, KeyChunk>;
}

interface Job {
  readonly of: Head;
  /** First padded row of the tensors, and rows. */
  readonly row: number;
  readonly rows: number;
  readonly weights: Buffer;
  readonly slots: Buffer;
}

/** Loads `keys` keys from `first` on; the buffer has whole words of rows, those beyond the sequence hold anything. */
export function loadKeys(
  builder: ProgramBuilder,
  operation: number,
  tensor: TensorDraft,
  place: { readonly sequence: number; readonly head: number; readonly first: number; readonly keys: number },
): KeyChunk {
  const { params } = builder;
  const { sequence, head, first, keys } = place;
  const headSlices = tensor.columns.stride / params.wordBytes;
  const rows = roundUp(keys, weightRowUnit(params));
  const block = {
    tensor,
    row: sequence * tensor.rows.stride + first,
    rows: roundUp(keys, rowUnit(params)),
    slice: head * headSlices,
    slices: headSlices,
  };
  return { buffer: loadBlock(builder, operation, block, tensor.name, rows), first, keys, rows };
}

class AttentionEmitter {
  readonly #builder: ProgramBuilder;
  readonly #layer: AttentionLayer;
  readonly #tiling: AttentionTiling;
  readonly #headSlices: number;

  constructor(builder: ProgramBuilder, layer: AttentionLayer, tiling: AttentionTiling, headSlices: number) {
    this.#builder = builder;
    this.#layer = layer;
    this.#tiling = tiling;
    this.#headSlices = headSlices;
  }

  /** All heads, or the first `units`. */
  run(units = Infinity): void {
    let previous: Job | undefined;
    for (const job of this.#jobs(units)) {
      this.#scores(job);
      if (!this.#tiling.interleaved) this.#context(job);
      else if (previous !== undefined) this.#context(previous);
      previous = job;
    }
    if (this.#tiling.interleaved && previous !== undefined) this.#context(previous);
  }

  *#jobs(units: number): Generator<Job> {
    const { params } = this.#builder;
    const { query, valid, name } = this.#layer;
    let left = units;
    for (const [sequence, keys] of valid.entries()) {
      const extent = keyExtent(params, keys);
      for (let head = 0; head < query.columns.count && left > 0; head++, left--) {
        const of = { sequence, head, keys, extent, chunks: new Map<string, KeyChunk>() };
        for (const [row, rows] of parts(query.rows.stride, this.#tiling.rows)) {
          yield {
            of,
            row: sequence * query.rows.stride + row,
            rows,
            weights: buffer("scratchpad", `${name} weights`, rows * extent.words),
            // All of one size, so that they never leave a gap that is too small.
            slots: buffer("rowSlots", `${name} rows`, this.#tiling.rows),
          };
        }
      }
    }
  }

  *#chunks({ of }: Job, tensor: TensorDraft, operation: number): Generator<KeyChunk> {
    for (const [first, keys] of parts(of.keys, this.#tiling.chunk)) {
      const name = `${tensor.name} ${first}`;
      const known = this.#tiling.resident ? of.chunks.get(name) : undefined;
      const chunk = known ?? loadKeys(this.#builder, operation, tensor, { ...of, first, keys });
      of.chunks.set(name, chunk);
      yield chunk;
    }
  }

  /** Q·Kᵀ and the exponentials (or probabilities) of a job. */
  #scores(job: Job): void {
    const { params } = this.#builder;
    const { operations, query, key, name } = this.#layer;
    const { of, row, rows, slots } = job;
    const block = { tensor: query, row, rows, slice: of.head * this.#headSlices, slices: this.#headSlices };
    const q = loadBlock(this.#builder, operations.scores, block, query.name);
    const scores = buffer("accumulator", `${name} scores`, rows * of.extent.scoreTiles);
    for (const chunk of this.#chunks(job, key, operations.scores)) {
      this.#builder.step({
        engine: "gemm",
        operation: operations.scores,
        prefetch: false,
        buffers: [q, chunk.buffer, scores, slots],
        build: () => ({
          rows,
          kTiles: this.#headSlices * params.wordKSteps,
          nTiles: Math.ceil(chunk.keys / params.cols),
          aAddress: q.address,
          aStride: rows,
          wAddress: chunk.buffer.address,
          wStride: chunk.rows,
          accAddress: scores.address + (chunk.first / params.cols) * rows,
          accStride: rows,
          init: GEMM_INITS.zero,
          transpose: 1,
          trackMax: 1,
          startMax: chunk.first === 0 ? 1 : 0,
          validColumns: chunk.keys,
          rowSlot: slots.address,
        }),
      });
    }
    if (this.#layer.mode === "deferred") this.#scorePass(job, scores, { function: NORM_FUNCTIONS.exp, deferred: 1 });
    else {
      this.#scorePass(job, scores, { function: NORM_FUNCTIONS.exp });
      this.#scorePass(job, scores, { function: NORM_FUNCTIONS.probability });
    }
  }

  #scorePass(job: Job, scores: Buffer, pass: PartialFields<"norm">): void {
    const { of, rows, slots, weights } = job;
    const { operations, exponent } = this.#layer;
    const writes = pass.function === NORM_FUNCTIONS.probability || pass.deferred === 1;
    this.#builder.step({
      engine: "norm",
      operation: operations.softmax,
      prefetch: false,
      buffers: writes ? [scores, slots, weights] : [scores, slots],
      build: () => ({
        ...pass,
        rows,
        slices: of.extent.slices,
        accAddress: scores.address,
        accStride: rows,
        ...(writes ? { output: NORM_OUTPUTS.scratchpad, spadAddress: weights.address, spadStride: rows } : {}),
        validColumns: of.keys,
        rowSlot: slots.address,
        ...firstScale(exponent, SCALE_FORMATS.exponent),
      }),
    });
  }

  /** P·V of a job and its way to DRAM. */
  #context(job: Job): void {
    const { params } = this.#builder;
    const { operations, value, context, name, scale, mode } = this.#layer;
    const { of, row, rows, slots, weights } = job;
    const sums = buffer("accumulator", `${name} context`, rows * this.#headSlices * params.wordTiles);
    for (const chunk of this.#chunks(job, value, operations.context)) {
      this.#builder.step({
        engine: "gemm",
        operation: operations.context,
        prefetch: false,
        buffers: [weights, chunk.buffer, sums],
        build: () => ({
          rows,
          kTiles: Math.ceil(chunk.keys / params.rows),
          nTiles: this.#headSlices * params.wordTiles,
          aAddress: weights.address + (chunk.first / params.wordBytes) * rows,
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
    const fields = (): PartialFields<"norm"> => ({
      function: NORM_FUNCTIONS.requantise,
      ...(mode === "deferred"
        ? { rowScale: 1, rowSlot: slots.address, ...lastScale(scale) }
        : firstScale(scale, SCALE_FORMATS.byte)),
    });
    storeInt8(
      this.#builder,
      { operation: operations.context, accumulator: sums, reads: mode === "deferred" ? [slots] : [], fields },
      { tensor: context, row, rows, slice: of.head * this.#headSlices, slices: this.#headSlices },
    );
  }
}

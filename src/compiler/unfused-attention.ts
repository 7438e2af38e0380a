/**
 * Attention with Softmax as an operation of its own, through DRAM: the scores of all heads leave as s32; Softmax brings
 * them back into the accumulator and sends u8 to DRAM; P·V loads that. The same results as fused, bit for bit.
 *
 * The factors that deferred Softmax multiplies P·V by exist only in row slots, so a job's P·V follows its Softmax, one job
 * later: P has reached DRAM by then, and the engines have the next job's Softmax to work on.
 */
import { firstScale, GEMM_INITS, lastScale, NORM_FUNCTIONS, SCALE_FORMATS } from "../isa/index.ts";
import type { PartialFields } from "../isa/index.ts";
import { keyExtent } from "./attention-tiling.ts";
import type { KeyExtent } from "./attention-tiling.ts";
import { loadKeys } from "./attention.ts";
import type { AttentionLayer, KeyChunk } from "./attention.ts";
import type { Budget } from "./budget.ts";
import type { ProgramBuilder, TensorDraft } from "./builder.ts";
import { roundUp } from "./builder.ts";
import { loadAccumulator, loadBlock, loadZeros } from "./loads.ts";
import { carryOut, operationMacs, operationNames } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { storeInt8, storeRaw } from "./results.ts";
import { buffer } from "./steps.ts";
import type { Buffer } from "./steps.ts";
import { parts } from "./tiling.ts";
import { contextCandidates, rowsLabel, scoresCandidates } from "./unfused-attention-tiling.ts";
import type { RowsTiling } from "./unfused-attention-tiling.ts";

/** Tensors between the operations; row group = sequence · heads + head. */
interface Between {
  /** s32 scores, as accumulator rows. */
  readonly scores: TensorDraft;
  /** u8 probabilities, or exponentials when Softmax is deferred. */
  readonly weights: TensorDraft;
}

/**
 * Adds the steps of attention with Softmax through DRAM. Sequences must be padded to whole words of rows, for the scores
 * cover whole words of keys.
 */
export function addUnfusedAttention(builder: ProgramBuilder, layer: AttentionLayer, budget: Budget): void {
  const { params } = builder;
  const { rows, columns } = layer.query;
  const keys = roundUp(Math.max(...layer.valid), params.wordBytes);
  const problem = {
    sequences: rows.count,
    heads: columns.count,
    rows: rows.stride,
    keys,
    headSlices: columns.stride / params.wordBytes,
    scorePasses: layer.mode === "deferred" ? 1 : 2,
  };
  const tensor = (name: string, element: "s32" | "u8", layout: "tiles" | "words"): TensorDraft =>
    builder.tensor({
      name: `${layer.name}.${name}`,
      element,
      layout,
      source: "accelerator",
      rows: { count: rows.count * columns.count, size: rows.size, stride: rows.stride },
      columns: { count: 1, size: keys, stride: keys },
    });
  const between = { scores: tensor("scores", "s32", "tiles"), weights: tensor("probabilities", "u8", "words") };
  const { operations, query, key, value, context } = layer;
  const shared = {
    problem: { ...problem, valid: layer.valid },
    label: rowsLabel,
    units: () => problem.sequences * problem.heads,
  };
  const scores: Plan<RowsTiling> = {
    search: {
      ...shared,
      kind: "scores",
      name: `${layer.name} scores`,
      operations: operationNames(builder, [operations.scores]),
      macs: operationMacs(builder, [operations.scores]),
      candidates: scoresCandidates(params, problem, budget.memory),
      trial: (trial, tiling, units) => {
        trial.adopt([query.region, key.region, between.scores.region]);
        scores.emit(trial, tiling, units);
      },
    },
    emit: (target, tiling, units) => {
      new ScoresEmitter(target, layer, tiling, between).run(units);
    },
  };
  const weighed: Plan<RowsTiling> = {
    search: {
      ...shared,
      kind: "softmax and context",
      name: `${layer.name} softmax`,
      operations: operationNames(builder, [operations.softmax, operations.context]),
      macs: operationMacs(builder, [operations.context]),
      candidates: contextCandidates(params, problem, budget.memory),
      trial: (trial, tiling, units) => {
        trial.adopt([between.scores, between.weights, value, context].map(({ region }) => region));
        weighed.emit(trial, tiling, units);
      },
    },
    emit: (target, tiling, units) => {
      new ContextEmitter(target, layer, tiling, between).run(units);
    },
  };
  carryOut(builder, scores, budget);
  carryOut(builder, weighed, budget);
}

/** Rows of one head. */
interface Job {
  readonly sequence: number;
  readonly head: number;
  /** First row in the tensors of sequences, and in those of heads. */
  readonly row: number;
  readonly headRow: number;
  readonly rows: number;
  /** Chunks of keys or values, loaded when they are not here yet. */
  readonly chunks: () => KeyChunk[];
}

/** Every job of the first `units` heads; `keys` of a sequence from `tensor`, whose loads count under `operation`. */
function* eachJob(
  builder: ProgramBuilder,
  { rows, columns }: TensorDraft,
  tiling: RowsTiling,
  source: { readonly tensor: TensorDraft; readonly operation: number; readonly keys: (sequence: number) => number },
  units: number,
): Generator<Job> {
  let left = units;
  for (let sequence = 0; sequence < rows.count; sequence++) {
    for (let head = 0; head < columns.count && left > 0; head++, left--) {
      const load = (): KeyChunk[] =>
        [...parts(source.keys(sequence), tiling.chunk)].map(([first, keys]) =>
          loadKeys(builder, source.operation, source.tensor, { sequence, head, first, keys }),
        );
      let resident: KeyChunk[] | undefined;
      const chunks = tiling.resident ? (): KeyChunk[] => (resident ??= load()) : load;
      for (const [first, count] of parts(rows.stride, tiling.rows)) {
        const headRow = (sequence * columns.count + head) * rows.stride + first;
        yield { sequence, head, row: sequence * rows.stride + first, headRow, rows: count, chunks };
      }
    }
  }
}

/** Runs each job's stages in order, every stage one job later than the one before. */
function staggered<T>(jobs: Iterable<T>, stages: (job: T) => readonly (() => void)[]): void {
  const started: (() => void)[][] = [];
  const advance = (): void => {
    for (const rest of started) rest.shift()?.();
    while (started[0]?.length === 0) started.shift();
  };
  for (const job of jobs) {
    const [first, ...rest] = stages(job);
    first?.();
    advance();
    started.push(rest);
  }
  while (started.length > 0) advance();
}

/** Q·Kᵀ of all heads, s32 to DRAM; whole words of keys, valid or not. */
class ScoresEmitter {
  readonly #builder: ProgramBuilder;
  readonly #layer: AttentionLayer;
  readonly #tiling: RowsTiling;
  readonly #output: TensorDraft;

  constructor(builder: ProgramBuilder, layer: AttentionLayer, tiling: RowsTiling, { scores }: Between) {
    this.#builder = builder;
    this.#layer = layer;
    this.#tiling = tiling;
    this.#output = scores;
  }

  run(units = Infinity): void {
    const { wordBytes } = this.#builder.params;
    const { query, key, valid, operations } = this.#layer;
    const keys = (sequence: number): number => roundUp(valid[sequence]!, wordBytes);
    const source = { tensor: key, operation: operations.scores, keys };
    for (const job of eachJob(this.#builder, query, this.#tiling, source, units)) this.#job(job, keys(job.sequence));
  }

  #job({ head, row, headRow, rows, chunks }: Job, keys: number): void {
    const { params } = this.#builder;
    const { query, name, operations } = this.#layer;
    const operation = operations.scores;
    const headSlices = query.columns.stride / params.wordBytes;
    const source = { tensor: query, row, rows, slice: head * headSlices, slices: headSlices };
    const q = loadBlock(this.#builder, operation, source, query.name);
    const scores = buffer("accumulator", `${name} scores`, (rows * keys) / params.cols);
    for (const chunk of chunks()) {
      this.#builder.step({
        engine: "gemm",
        operation,
        prefetch: false,
        buffers: [q, chunk.buffer, scores],
        build: () => ({
          rows,
          kTiles: headSlices * params.wordKSteps,
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
    const block = { tensor: this.#output, row: headRow, rows, slice: 0, slices: keys / params.wordBytes };
    storeRaw(this.#builder, { operation, accumulator: scores }, block);
  }
}

/** Softmax of all heads and P·V, job by job. */
class ContextEmitter {
  readonly #builder: ProgramBuilder;
  readonly #layer: AttentionLayer;
  readonly #tiling: RowsTiling;
  readonly #between: Between;
  readonly #zeros: Buffer;

  constructor(builder: ProgramBuilder, layer: AttentionLayer, tiling: RowsTiling, between: Between) {
    this.#builder = builder;
    this.#layer = layer;
    this.#tiling = tiling;
    this.#between = between;
    this.#zeros = loadZeros(builder, layer.operations.softmax, Math.max(tiling.rows, builder.params.rows));
  }

  run(units = Infinity): void {
    const { query, value, valid, operations } = this.#layer;
    const keys = (sequence: number): number => valid[sequence]!;
    const source = { tensor: value, operation: operations.context, keys };
    const jobs = eachJob(this.#builder, query, this.#tiling, source, units);
    staggered(jobs, (job) => {
      const extent = keyExtent(this.#builder.params, keys(job.sequence));
      // All of one size, so that they never leave a gap that is too small.
      const slots = buffer("rowSlots", `${this.#layer.name} rows`, this.#tiling.rows);
      const context = (): void => {
        this.#context(job, extent, slots);
      };
      return [...this.#softmax(job, extent, slots), context];
    });
  }

  /** The stages of Softmax: all in one, or the sums and then the probabilities. */
  #softmax(job: Job, extent: KeyExtent, slots: Buffer): (() => void)[] {
    const { params } = this.#builder;
    const { operations, exponent, mode, valid } = this.#layer;
    const operation = operations.softmax;
    const { headRow, rows } = job;
    const validColumns = valid[job.sequence]!;
    const block = { row: headRow, rows, slice: 0, slices: extent.words };
    const tensor = this.#between.scores;
    const weights = { ...block, tensor: this.#between.weights };
    const common = (): PartialFields<"norm"> => ({
      ...firstScale(exponent, SCALE_FORMATS.exponent),
      validColumns,
      rowSlot: slots.address,
    });
    const scores = buffer("accumulator", tensor.name, rows * extent.words * params.wordTiles);
    const store = (pass: PartialFields<"norm">): void => {
      const fields = (): PartialFields<"norm"> => ({ ...common(), ...pass });
      storeInt8(this.#builder, { operation, accumulator: scores, reads: [slots], fields }, weights);
    };
    const start = (): void => {
      loadAccumulator(this.#builder, operation, { ...block, tensor }, tensor.name, scores);
      this.#trackMaxima(job, extent, scores, slots);
    };
    if (mode === "deferred") {
      return [
        () => {
          start();
          store({ function: NORM_FUNCTIONS.exp, deferred: 1 });
        },
      ];
    }
    const sums = (): void => {
      start();
      this.#builder.step({
        engine: "norm",
        operation,
        prefetch: false,
        buffers: [scores, slots],
        build: () => ({
          ...common(),
          function: NORM_FUNCTIONS.exp,
          rows,
          slices: extent.words * params.wordSlices,
          accAddress: scores.address,
          accStride: rows,
        }),
      });
    };
    const probabilities = (): void => {
      store({ function: NORM_FUNCTIONS.probability });
    };
    return [sums, probabilities];
  }

  /** Adds zeros, which changes nothing but the row maxima: only the array's output tracks them. */
  #trackMaxima({ sequence, rows }: Job, extent: KeyExtent, scores: Buffer, slots: Buffer): void {
    const zeros = this.#zeros;
    const { valid, operations } = this.#layer;
    this.#builder.step({
      engine: "gemm",
      operation: operations.softmax,
      prefetch: false,
      buffers: [zeros, scores, slots],
      build: () => ({
        rows,
        kTiles: 1,
        nTiles: extent.tiles,
        aAddress: zeros.address,
        wAddress: zeros.address,
        accAddress: scores.address,
        accStride: rows,
        init: GEMM_INITS.accumulate,
        trackMax: 1,
        startMax: 1,
        validColumns: valid[sequence]!,
        rowSlot: slots.address,
      }),
    });
  }

  #context({ head, row, headRow, rows, chunks }: Job, extent: KeyExtent, slots: Buffer): void {
    const { params } = this.#builder;
    const { operations, query, context, name, scale, mode } = this.#layer;
    const operation = operations.context;
    const headSlices = query.columns.stride / params.wordBytes;
    const sums = buffer("accumulator", `${name} context`, rows * headSlices * params.wordTiles);
    const source = { tensor: this.#between.weights, row: headRow, rows, slice: 0, slices: extent.words };
    const a = loadBlock(this.#builder, operation, source, source.tensor.name);
    for (const chunk of chunks()) {
      this.#builder.step({
        engine: "gemm",
        operation,
        prefetch: false,
        buffers: [a, chunk.buffer, sums],
        build: () => ({
          rows,
          kTiles: Math.ceil(chunk.keys / params.rows),
          nTiles: headSlices * params.wordTiles,
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
    const fields = (): PartialFields<"norm"> => ({
      function: NORM_FUNCTIONS.requantise,
      ...(mode === "deferred"
        ? { rowScale: 1, rowSlot: slots.address, ...lastScale(scale) }
        : firstScale(scale, SCALE_FORMATS.byte)),
    });
    // Normalised Softmax leaves nothing in the slots that P·V needs.
    const reads = mode === "deferred" ? [slots] : [];
    const block = { tensor: context, row, rows, slice: head * headSlices, slices: headSlices };
    storeInt8(this.#builder, { operation, accumulator: sums, reads, fields }, block);
  }
}

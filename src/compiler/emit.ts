/**
 * Emission: steps to commands with addresses. Steps are taken in order; steps marked `prefetch` are pulled ahead by up to
 * `lookahead` GEMM steps as far as the memories allow, which is what makes double buffering, across operations too.
 */
import type { Params } from "../config/index.ts";
import { command, STORE_SOURCES } from "../isa/index.ts";
import type { Command } from "../isa/index.ts";
import { Pool } from "./pool.ts";
import type { Buffer, DramRuns, LocalSpace, RegionDraft, Step } from "./steps.ts";

/** A buffer did not fit: the tiling was too large for the memory. */
export class CapacityError extends Error {
  override readonly name = "CapacityError";
  readonly space: LocalSpace;
  readonly operation: number;

  constructor(buffer: Buffer, operation: number, capacity: number) {
    super(`${buffer.name} (${buffer.size}) does not fit the ${buffer.space} of ${capacity} beside what is in use`);
    this.space = buffer.space;
    this.operation = operation;
  }
}

/** Where a buffer was, and the first and last command (by position in `commands`) that touched it. */
export interface BufferUse {
  readonly buffer: Buffer;
  readonly address: number;
  first: number;
  last: number;
}

/** Commands in a valid sequential order, not yet synchronised. */
export interface Emission {
  readonly commands: readonly Command[];
  /** Operation of each command. */
  readonly operations: readonly number[];
  readonly buffers: readonly BufferUse[];
}

/** A lookahead with which every step is issued in its place: the least memory, and no overlap. */
export const NO_LOOKAHEAD = -1;

/** Turns steps into commands; `lookahead` in GEMM steps, or {@link NO_LOOKAHEAD}. Throws {@link CapacityError}. */
export function emit(params: Params, steps: readonly Step[], lookahead: number): Emission {
  return new Emitter(params, steps, lookahead).run();
}

class Emitter {
  readonly #steps: readonly Step[];
  readonly #lookahead: number;
  readonly #pools: Readonly<Record<LocalSpace, Pool>>;
  /** Steps that still touch a buffer. */
  readonly #uses = new Map<Buffer, number>();
  readonly #allocated = new Map<Buffer, BufferUse>();
  readonly #emitted: Uint8Array;
  /** For each prefetch step: the steps that must have been emitted before it may be pulled ahead. */
  readonly #after: readonly (readonly number[])[];
  /** GEMM steps before each step. */
  readonly #gemms: Int32Array;
  readonly #commands: Command[] = [];
  readonly #operations: number[] = [];
  readonly #buffers: BufferUse[] = [];

  constructor(params: Params, steps: readonly Step[], lookahead: number) {
    this.#steps = steps;
    this.#lookahead = lookahead;
    this.#pools = {
      scratchpad: new Pool(params.scratchpadWords),
      accumulator: new Pool(params.accumulatorRows),
      rowSlots: new Pool(params.rowSlots),
    };
    this.#emitted = new Uint8Array(steps.length);
    this.#gemms = new Int32Array(steps.length);
    let gemms = 0;
    steps.forEach((step, i) => {
      this.#gemms[i] = gemms;
      if (step.engine === "gemm") gemms++;
      for (const b of step.buffers) this.#uses.set(b, (this.#uses.get(b) ?? 0) + 1);
    });
    this.#after = prerequisites(params, steps);
  }

  run(): Emission {
    this.#steps.forEach((step, i) => {
      if (this.#wasEmitted(i)) return;
      // A STORE from the stream directly follows the pass that supplies it.
      const follows = step.engine === "store" && step.buffers.length === 0;
      if (!follows && this.#lookahead !== NO_LOOKAHEAD) this.#pullAhead(i);
      for (const b of step.buffers) {
        if (!this.#allocated.has(b) && !this.#allocate(b)) {
          throw new CapacityError(b, step.operation, this.#pools[b.space].capacity);
        }
      }
      if (!this.#wasEmitted(i)) this.#emit(i);
    });
    return { commands: this.#commands, operations: this.#operations, buffers: this.#buffers };
  }

  /**
   * Allocates for the steps from `from` on and issues what may be issued. Inside one memory, buffers are allocated strictly
   * in the order in which steps need them, so that looking ahead can never take what an earlier step needs.
   */
  #pullAhead(from: number): void {
    const full = new Set<LocalSpace>();
    const limit = this.#gemms[from]! + this.#lookahead;
    for (let i = from; i < this.#steps.length && this.#gemms[i]! <= limit; i++) {
      if (this.#wasEmitted(i)) continue;
      const step = this.#steps[i]!;
      let ready = true;
      for (const b of step.buffers) {
        if (this.#allocated.has(b)) continue;
        if (full.has(b.space) || !this.#allocate(b)) {
          full.add(b.space);
          ready = false;
        }
      }
      if (ready && step.prefetch && this.#after[i]!.every((before) => this.#wasEmitted(before))) this.#emit(i);
    }
  }

  #wasEmitted(i: number): boolean {
    return this.#emitted[i] === 1;
  }

  #allocate(b: Buffer): boolean {
    const address = this.#pools[b.space].allocate(b.size, b.placement);
    if (address === undefined) return false;
    b.address = address;
    const use = { buffer: b, address, first: -1, last: -1 };
    this.#allocated.set(b, use);
    this.#buffers.push(use);
    return true;
  }

  #emit(i: number): void {
    const step = this.#steps[i]!;
    const at = this.#commands.length;
    this.#commands.push(build(step));
    this.#operations.push(step.operation);
    this.#emitted[i] = 1;
    for (const b of step.buffers) {
      const use = this.#allocated.get(b)!;
      if (use.first < 0) use.first = at;
      use.last = at;
      const left = this.#uses.get(b)! - 1;
      this.#uses.set(b, left);
      if (left === 0) this.#pools[b.space].free(use.address);
    }
  }
}

/** The command of a step whose buffers have addresses; DRAM fields come from the step's runs. */
function build(step: Step): Command {
  const fields: object = step.build();
  if (step.dram === undefined) return command(step.engine, fields);
  const { region, offset, stride, runs } = step.dram;
  const dma: object = { dramOffset: region.offset + offset, dramStride: stride, runs, ...fields };
  return joinRuns(command(step.engine, dma), step.dram);
}

/** Runs that follow each other on both sides are one: its bursts are as long as can be. */
function joinRuns(c: Command, { stride, runs, runBytes }: DramRuns): Command {
  if ((c.engine !== "load" && c.engine !== "store") || runs === 1 || stride !== runBytes) return c;
  const { runLength, localStride } = c.fields;
  const streams = c.engine === "store" && c.fields.source === STORE_SOURCES.stream;
  if ((localStride !== runLength && !streams) || runs * runLength > MAX_RUN_LENGTH) return c;
  const joined: object = {
    ...c.fields,
    runs: 1,
    runLength: runs * runLength,
    dramStride: runs * stride,
    localStride: runs * runLength,
  };
  return command(c.engine, joined);
}

/** Largest value of the field. */
const MAX_RUN_LENGTH = 2 ** 16 - 1;

/** A prefetched step must not overtake the STORE that writes what it loads, nor the LOAD that fills what it reads. */
function prerequisites(params: Params, steps: readonly Step[]): readonly (readonly number[])[] {
  const filledBy = new Map<Buffer, number[]>();
  const stores = new Map<RegionDraft, Int32Array>();
  return steps.map((step, i) => {
    const after: number[] = [];
    if (step.dram !== undefined && step.dram.region.kind === "activations") {
      const last = lastStores(stores, step.dram.region, params.beatBytes);
      // STOREs are never pulled ahead, so the last one stands for all before it.
      let store = -1;
      eachRun(step.dram, params.beatBytes, (from, to) => {
        if (step.engine === "store") last.fill(i, from, to);
        else for (let g = from; g < to; g++) store = Math.max(store, last[g]!);
      });
      if (store >= 0) after.push(store);
    }
    if (step.prefetch) {
      for (const b of step.buffers) if (b !== step.fills) after.push(...(filledBy.get(b) ?? []));
    }
    if (step.fills !== undefined) filledBy.set(step.fills, [...(filledBy.get(step.fills) ?? []), i]);
    return after;
  });
}

/** The last STORE step of every granule of a region. */
function lastStores(stores: Map<RegionDraft, Int32Array>, region: RegionDraft, granule: number): Int32Array {
  let last = stores.get(region);
  if (last === undefined) {
    last = new Int32Array(Math.ceil(region.bytes / granule)).fill(-1);
    stores.set(region, last);
  }
  return last;
}

function eachRun(
  { offset, stride, runs, runBytes }: DramRuns,
  granule: number,
  visit: (from: number, to: number) => void,
): void {
  for (let run = 0; run < runs; run++) {
    const start = offset + run * stride;
    visit(Math.floor(start / granule), Math.ceil((start + runBytes) / granule));
  }
}

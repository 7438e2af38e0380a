/** The draft of a program: regions, tensors, operations and segments of steps, as the operations describe them. */
import type { Params } from "../config/index.ts";
import type { Groups, HostStep, Operation, Tensor } from "./program.ts";
import { buffer } from "./steps.ts";
import type { Buffer, RegionDraft, Step } from "./steps.ts";
import { tensorBytes } from "./tensors.ts";

/** A tensor whose region has no offset yet. */
export interface TensorDraft extends Omit<Tensor, "offset" | "bytes"> {
  readonly region: RegionDraft;
}

/** What a tensor needs to be declared. */
export interface TensorRequest {
  readonly name: string;
  readonly element: Tensor["element"];
  readonly layout: Tensor["layout"];
  readonly source: Tensor["source"];
  readonly rows: Groups;
  readonly columns: Groups;
}

export interface SegmentDraft {
  readonly steps: Step[];
  readonly hostSteps: HostStep[];
}

/** Rounds up to a multiple. */
export const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/**
 * Row blocks are multiples of this: every DMA run is a whole number of beats, and every slice of a raw s32 block a whole
 * number of stream words and beats.
 */
export function rowUnit(params: Params): number {
  const rawRow = 4 * params.lanes;
  return Math.max(params.rowAlign, Math.max(params.wordBytes, params.beatBytes) / rawRow, 1);
}

/** Accumulator rows are loaded in multiples of this. */
export const parameterUnit = (params: Params): number => Math.max(1, params.beatBytes / params.accumulatorRowBytes);

/** Rows of a weight matrix in DRAM are padded to a multiple of this, so that K panels can begin at word slices. */
export const weightRowUnit = (params: Params): number => Math.max(params.wordBytes, params.rowAlign);

export class ProgramBuilder {
  readonly params: Params;
  readonly regions: RegionDraft[] = [];
  readonly tensors: TensorDraft[] = [];
  readonly operations: Operation[] = [];
  readonly segments: SegmentDraft[] = [{ steps: [], hostSteps: [] }];
  readonly #doubleStaging: boolean;
  #lastStaging: Buffer | undefined;

  /** `doubleStaging`: results that pass through the scratchpad alternate between two buffers. */
  constructor(params: Params, { doubleStaging = true }: { readonly doubleStaging?: boolean } = {}) {
    this.params = params;
    this.#doubleStaging = doubleStaging;
  }

  /**
   * A scratchpad buffer for results on their way to STORE, and the buffers that the pass must name: the one before stays
   * in use until then, so that the pass need not wait for its STORE.
   */
  staging(name: string, words: number): { readonly staging: Buffer; readonly held: readonly Buffer[] } {
    const staging = buffer("scratchpad", name, words);
    const held = this.#doubleStaging && this.#lastStaging !== undefined ? [this.#lastStaging, staging] : [staging];
    this.#lastStaging = staging;
    return { staging, held };
  }

  /** Declares a region; its offset is assigned when the program is assembled. */
  region(kind: RegionDraft["kind"], name: string, bytes: number, fill?: (bytes: Uint8Array) => void): RegionDraft {
    const region: RegionDraft = { name, kind, bytes, offset: -1, ...(fill === undefined ? {} : { fill }) };
    this.regions.push(region);
    return region;
  }

  /** Takes regions of another builder, to try steps on them. */
  adopt(regions: readonly RegionDraft[]): void {
    this.regions.push(...regions);
  }

  /** Declares a tensor and its region; padding is zero until a STORE writes it. */
  tensor(request: TensorRequest): TensorDraft {
    const { params } = this;
    const sliceColumns = { words: params.wordBytes, lanes: params.lanes, tiles: params.cols }[request.layout];
    const paddedRows = roundUp(request.rows.count * request.rows.stride, rowUnit(params));
    const shape = { ...request, paddedRows, sliceColumns };
    const region = this.region("activations", request.name, tensorBytes(shape));
    const tensor = { ...shape, region };
    this.tensors.push(tensor);
    return tensor;
  }

  /** Declares an operation; returns its index for steps. */
  operation(operation: Operation): number {
    return this.operations.push(operation) - 1;
  }

  step(step: Step): void {
    this.segments.at(-1)!.steps.push(step);
  }

  /** Adds a host step, which runs when all steps so far are done; the next step begins a new segment. */
  hostStep(step: HostStep): void {
    this.segments.at(-1)!.hostSteps.push(step);
  }

  /** Ends the segment if it has host steps. */
  afterHost(): void {
    if (this.segments.at(-1)!.hostSteps.length === 0) return;
    this.segments.push({ steps: [], hostSteps: [] });
    this.#lastStaging = undefined;
  }
}

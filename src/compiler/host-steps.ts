/** Host steps: functions that the accelerator was built without, on the DRAM image, with the kernels of the integer reference. */
import {
  gelu,
  layerNorm,
  requantise,
  rowScaledRequantise,
  softmax,
  softmaxDeferred,
  writeColumns,
} from "../reference/index.ts";
import { findTensor } from "./program.ts";
import type { HostStep, Program, Region } from "./program.ts";
import { logicalShape, readTensor, rowGroup, writeTensor } from "./tensors.ts";

type Step<Kind extends HostStep["kind"]> = Extract<HostStep, { kind: Kind }>;

/** Executes one host step on `image`, whose byte 0 is at BASE. */
export function runHostStep(program: Program, step: HostStep, image: Uint8Array): void {
  switch (step.kind) {
    case "softmax":
      runSoftmax(program, step, image);
      break;
    case "context":
      runContext(program, step, image);
      break;
    case "layernorm":
      runLayerNorm(program, step, image);
      break;
    case "gelu":
      runGelu(program, step, image);
      break;
  }
}

function findRegion(program: Program, name: string): Region {
  const region = program.regions.find((r) => r.name === name);
  if (region === undefined) throw new RangeError(`the program has no region ${name}`);
  return region;
}

/** Consecutive typed arrays of a host region. Every section begins on a multiple of 4 bytes. */
class Sections {
  readonly #image: Uint8Array;
  #at: number;

  constructor(image: Uint8Array, offset: number) {
    this.#image = image;
    this.#at = image.byteOffset + offset;
  }

  #next(bytes: number): number {
    const at = this.#at;
    this.#at += Math.ceil(bytes / 4) * 4;
    return at;
  }

  u16(count: number): Uint16Array {
    return new Uint16Array(this.#image.buffer, this.#next(2 * count), count);
  }

  s16(count: number): Int16Array {
    return new Int16Array(this.#image.buffer, this.#next(2 * count), count);
  }

  s8(count: number): Int8Array {
    return new Int8Array(this.#image.buffer, this.#next(count), count);
  }

  s32(count: number): Int32Array {
    return new Int32Array(this.#image.buffer, this.#next(4 * count), count);
  }
}

/** The typed arrays of a constants region for `columns` columns: multipliers, and for LayerNorm gains and offsets. */
export function constantSections(image: Uint8Array, offset: number, columns: number): ConstantSections {
  const sections = new Sections(image, offset);
  return {
    m: sections.u16(columns),
    e: sections.s8(columns),
    gain: sections.s16(columns),
    offset: sections.s16(columns),
  };
}

export interface ConstantSections {
  readonly m: Uint16Array;
  readonly e: Int8Array;
  readonly gain: Int16Array;
  readonly offset: Int16Array;
}

/** Bytes of a constants region. */
export const constantBytes = (columns: number): number =>
  Math.ceil((2 * columns) / 4) * 12 + Math.ceil(columns / 4) * 4;

/** Row factors of a region: r and shift of each of `count` rows from `row` on. */
function factorSections(
  image: Uint8Array,
  region: Region,
  rows: number,
): { readonly r: Int32Array; readonly shift: Int32Array } {
  const sections = new Sections(image, region.offset);
  return { r: sections.s32(rows), shift: sections.s32(rows) };
}

/** Bytes of a region of row factors. */
export const factorBytes = (rows: number): number => 8 * rows;

function runSoftmax(program: Program, step: Step<"softmax">, image: Uint8Array): void {
  const scores = findTensor(program, step.scores);
  const weights = findTensor(program, step.weights);
  const stored = factorSections(image, findRegion(program, step.factors), scores.paddedRows);
  const heads = scores.rows.count / step.valid.length;
  for (let group = 0; group < scores.rows.count; group++) {
    const source = rowGroup(scores, group);
    const shape = { ...logicalShape(source), valid: step.valid[Math.floor(group / heads)]! };
    const values = readTensor(source, image) as Int32Array;
    const result =
      step.mode === "deferred"
        ? softmaxDeferred(values, shape, step.scale, step.variant)
        : { exps: undefined, ...softmax(values, shape, step.scale, step.variant) };
    writeTensor(rowGroup(weights, group), image, result.exps ?? result.probabilities);
    const { r, shift } = result.rows.factors;
    stored.r.set(r, group * scores.rows.stride);
    stored.shift.set(shift, group * scores.rows.stride);
  }
}

function runContext(program: Program, step: Step<"context">, image: Uint8Array): void {
  const sums = findTensor(program, step.sums);
  const output = findTensor(program, step.output);
  const stored = factorSections(image, findRegion(program, step.factors), sums.paddedRows);
  const heads = output.columns.count;
  for (let sequence = 0; sequence < output.rows.count; sequence++) {
    const target = rowGroup(output, sequence);
    const context = new Int8Array(logicalShape(target).rows * logicalShape(target).cols);
    for (let head = 0; head < heads; head++) {
      const group = sequence * heads + head;
      const source = rowGroup(sums, group);
      const shape = logicalShape(source);
      const acc = readTensor(source, image) as Int32Array;
      const first = group * sums.rows.stride;
      const factors = {
        r: stored.r.slice(first, first + shape.rows),
        shift: Uint8Array.from(stored.shift.subarray(first, first + shape.rows)),
      };
      const block =
        step.mode === "deferred"
          ? rowScaledRequantise(acc, shape, factors, step.scale)
          : requantise(acc, shape, step.scale);
      writeColumns(context, logicalShape(target), head * shape.cols, block);
    }
    writeTensor(target, image, context);
  }
}

function runLayerNorm(program: Program, step: Step<"layernorm">, image: Uint8Array): void {
  const input = findTensor(program, step.input);
  const shape = logicalShape(input);
  const { m, e, gain, offset } = constantSections(image, findRegion(program, step.constants).offset, shape.cols);
  const { output } = layerNorm(readTensor(input, image) as Int32Array, shape, {
    variant: step.variant,
    input: { m, e },
    mean: { recip: step.recip, shift: step.recipShift },
    gain,
    offset,
    exponent: step.exponent,
  });
  writeTensor(findTensor(program, step.output), image, output);
}

function runGelu(program: Program, step: Step<"gelu">, image: Uint8Array): void {
  const input = findTensor(program, step.input);
  const shape = logicalShape(input);
  const { m, e } = constantSections(image, findRegion(program, step.constants).offset, shape.cols);
  const { variant, scale: output } = step;
  const values = gelu(readTensor(input, image) as Int32Array, shape, { variant, input: { m, e }, output });
  writeTensor(findTensor(program, step.output), image, values);
}

/** One sequence through a compiled encoder on a device, compared with the integer model. */
import { ENCODER_INPUT, findTensor, layerTensor, readTensor, writeTensor } from "../compiler/index.ts";
import type { Compiled } from "../compiler/index.ts";
import { layerTensorNames, runEncoder } from "../model/index.ts";
import type { EncoderInput, QuantisedBert } from "../model/index.ts";
import { compareTensors } from "./compare.ts";
import type { TensorComparison } from "./compare.ts";
import type { Device } from "./device.ts";
import { runProgram } from "./program.ts";
import type { ProgramRun, ProgramRunOptions } from "./program.ts";
import { referenceFor } from "./reference.ts";

export interface EncoderRunOptions extends ProgramRunOptions {
  /** Compare every tensor that is written with the integer reference. */
  readonly check: boolean;
}

/** What came out of the encoder. */
export interface EncoderResult {
  readonly run: ProgramRun;
  /** The last layer's output, s8 [seq][hidden]. */
  readonly output: Int8Array;
  /** One entry for each tensor written; undefined when not checked. */
  readonly comparisons: readonly TensorComparison[] | undefined;
}

/** The integer model's tensors by the names that the compiler gives them. */
export function encoderTensors(bert: QuantisedBert, input: EncoderInput): ReadonlyMap<string, Int8Array> {
  const { layers } = runEncoder(bert, input.values, { valid: input.valid });
  return new Map(
    layers.flatMap((tensors, index) =>
      layerTensorNames.map((name): [string, Int8Array] => [layerTensor(index, name), tensors[name]]),
    ),
  );
}

/** Runs one sequence; `compiled` is for one sequence of `input.seq` rows with `input.valid` of them valid, and for all layers of `bert`. */
export async function runEncoderOn(
  device: Device,
  bert: QuantisedBert,
  compiled: Compiled,
  input: EncoderInput,
  options: EncoderRunOptions,
): Promise<EncoderResult> {
  const { program } = compiled;
  const prepare = (image: Uint8Array): void => {
    writeTensor(findTensor(program, ENCODER_INPUT), image, input.values);
  };
  device.image.set(compiled.createImage());
  prepare(device.image);
  const run = await runProgram(device, program, options);
  const last = findTensor(program, layerTensor(bert.layers.length - 1, "output"));
  const output = readTensor(last, device.image);
  if (!(output instanceof Int8Array)) throw new TypeError(`${last.name} is not s8`);
  const compare = (): TensorComparison[] => {
    const known = encoderTensors(bert, input);
    const expected = referenceFor(device.params, compiled, prepare, (name) => known.get(name));
    return compareTensors(program, device.image, expected);
  };
  return { run, output, comparisons: options.check ? compare() : undefined };
}

/** The first `layers` layers of an encoder as an encoder. */
export function firstLayers(bert: QuantisedBert, layers: number): QuantisedBert {
  const kept = bert.layers.slice(0, layers);
  return {
    ...bert,
    shape: { ...bert.shape, layers: kept.length },
    layers: kept,
    outputScale: kept.at(-1)?.output.layerNorm.outputScale ?? bert.inputScale,
  };
}

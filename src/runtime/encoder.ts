/** One sequence through a compiled encoder on a device, compared with the integer model. */
import { ENCODER_INPUT, executeProgram, findTensor, layerTensor, readTensor, writeTensor } from "../compiler/index.ts";
import type { Compiled } from "../compiler/index.ts";
import { layerTensorNames, runEncoder } from "../model/index.ts";
import type { EncoderInput, QuantisedBert } from "../model/index.ts";
import { compareTensors } from "./compare.ts";
import type { TensorComparison } from "./compare.ts";
import type { Device } from "./device.ts";
import { runProgram } from "./program.ts";
import type { ProgramRun, ProgramRunOptions } from "./program.ts";

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

/**
 * The reference for every tensor of a program: the integer model for the tensors of layers; the functional machine for what the
 * model has no name for (accumulators on their way to a host step).
 */
function references(
  device: Device,
  bert: QuantisedBert,
  compiled: Compiled,
  input: EncoderInput,
): (name: string) => ArrayLike<number> | undefined {
  const { layers } = runEncoder(bert, input.values, { valid: input.valid });
  const known = new Map<string, ArrayLike<number>>();
  layers.forEach((tensors, index) => {
    for (const name of layerTensorNames) known.set(layerTensor(index, name), tensors[name]);
  });
  let machineImage: Uint8Array | undefined;
  const functional = (name: string): ArrayLike<number> => {
    if (machineImage === undefined) {
      machineImage = compiled.createImage();
      writeTensor(findTensor(compiled.program, ENCODER_INPUT), machineImage, input.values);
      executeProgram(device.params, compiled.program, machineImage);
    }
    return readTensor(findTensor(compiled.program, name), machineImage);
  };
  return (name) => known.get(name) ?? functional(name);
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
  device.image.set(compiled.createImage());
  writeTensor(findTensor(program, ENCODER_INPUT), device.image, input.values);
  const run = await runProgram(device, program, options);
  const last = findTensor(program, layerTensor(bert.layers.length - 1, "output"));
  const output = readTensor(last, device.image);
  if (!(output instanceof Int8Array)) throw new TypeError(`${last.name} is not s8`);
  return {
    run,
    output,
    comparisons: options.check
      ? compareTensors(program, device.image, references(device, bert, compiled, input))
      : undefined,
  };
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

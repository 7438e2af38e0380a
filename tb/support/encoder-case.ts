/** One encoder on one configuration with one kind of memory: run on the RTL, compared with everything that knows better. */
import { compileEncoder, executeProgram, findTensor, imageBytes, layerTensor } from "../../src/compiler/index.ts";
import { ENCODER_INPUT, logicalShape, readTensor, rowGroup, writeTensor } from "../../src/compiler/index.ts";
import type { Compiled, Fusion, Tensor } from "../../src/compiler/index.ts";
import type { Params } from "../../src/config/index.ts";
import { layerTensorNames, randomBert, runEncoder } from "../../src/model/index.ts";
import type { EncoderInput, QuantisedBert, RandomBertOptions } from "../../src/model/index.ts";
import type { SimulatorName } from "../../src/harness/index.ts";
import { Device, runProgram } from "../../src/runtime/index.ts";
import type { MemorySettings, ProgramRun } from "../../src/runtime/index.ts";

/** What to run. */
export interface EncoderCase {
  readonly params: Params;
  readonly bert: Omit<RandomBertOptions, "seed">;
  /** Padded length of every sequence. */
  readonly seq: number;
  /** Valid length of each sequence of the batch. */
  readonly valid: readonly number[];
  readonly memory: Omit<MemorySettings, "seed">;
  /** Where Softmax and LayerNorm happen; default the compiler's choice. */
  readonly fusion?: Fusion;
  /** Of weights, inputs, stalls, and of what the memories hold at power-up. */
  readonly seed: number;
  /** Default: embedded. */
  readonly simulator?: SimulatorName;
  /** C++ optimisation of Verilator's model; default that of the harness. */
  readonly optimise?: 0 | 1 | 2 | 3;
}

/** How a case went. */
export interface EncoderOutcome {
  readonly run: ProgramRun;
  /** Tensors compared with the integer model: one for each tensor of a layer and each sequence. */
  readonly tensors: number;
  readonly values: number;
  /** What differs, in words; empty when all is well. */
  readonly differences: readonly string[];
  /** Multiply-accumulates by processing elements: the least number of cycles. */
  readonly floorCycles: number;
  readonly buildSeconds: number;
}

/** Name of a case for tables and test titles. */
export function caseName({ params, bert, seq, valid, memory }: EncoderCase): string {
  const { hidden, heads, softmax = "deferred", activation = "gelu" } = bert;
  const lengths = valid.length === 1 && valid[0] === seq ? "" : ` of which ${valid.join(", ")}`;
  const { latencyCycles, stallProbability, bytesPerCycle, order = "in-order" } = memory;
  const timing = `latency ${latencyCycles}, stalls ${stallProbability}, ${bytesPerCycle} B/cycle, ${order}`;
  return `${params.name}, ${seq}${lengths} x ${hidden} in ${heads} heads, ${softmax}, ${activation}, ${timing}`;
}

/** Runs a case from reset. Throws the errors of the run: faults, hangs, broken AXI protocol. */
export async function runEncoderCase(c: EncoderCase): Promise<EncoderOutcome> {
  const { params, seq, valid, seed } = c;
  const { bert, input } = randomBert({ variants: params.variants, ...c.bert, seed });
  const inputs = valid.map((length, i) => input(seq, { valid: length, seed: seed + i }));
  const compiled = compileEncoder(params, bert, { seq, valid, memory: c.memory, fusion: c.fusion ?? "auto" });
  const device = await Device.open(params, {
    memory: { ...c.memory, seed },
    imageBytes: imageBytes(compiled.program),
    seed,
    simulator: c.simulator,
    ...(c.optimise === undefined ? {} : { optimise: c.optimise }),
  });
  try {
    device.image.set(prepareImage(compiled, inputs));
    const run = await runProgram(device, compiled.program);
    const { tensors, values, differences } = compareWithModel(compiled, bert, inputs, device.image);
    const macs = compiled.program.operations.reduce((sum, operation) => sum + operation.macs, 0);
    return {
      run,
      tensors,
      values,
      differences: [...differences, ...compareWithMachine(params, compiled, inputs, device.image, seed)],
      floorCycles: macs / (params.rows * params.cols),
      buildSeconds: device.buildSeconds,
    };
  } finally {
    device.close();
  }
}

/** A fresh image with one input a sequence. */
export function prepareImage(compiled: Compiled, inputs: readonly EncoderInput[]): Uint8Array<ArrayBuffer> {
  const image = compiled.createImage();
  const tensor = findTensor(compiled.program, ENCODER_INPUT);
  inputs.forEach(({ values }, i) => {
    writeTensor(rowGroup(tensor, i), image, values);
  });
  return image;
}

function firstDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} values, not ${expected.length}`;
  let count = 0;
  let first = -1;
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] === expected[i]) continue;
    if (count++ === 0) first = i;
  }
  if (count === 0) return undefined;
  return `${count} of ${expected.length} differ, first [${first}]: ${actual[first]!}, not ${expected[first]!}`;
}

/** Compares every tensor that the integer model knows, sequence by sequence. */
function compareWithModel(
  { program }: Compiled,
  bert: QuantisedBert,
  inputs: readonly EncoderInput[],
  image: Uint8Array,
): { readonly tensors: number; readonly values: number; readonly differences: string[] } {
  let tensors = 0;
  let values = 0;
  const differences: string[] = [];
  inputs.forEach((input, sequence) => {
    runEncoder(bert, input.values, { valid: input.valid }).layers.forEach((layer, index) => {
      for (const name of layerTensorNames) {
        const tensor: Tensor = rowGroup(findTensor(program, layerTensor(index, name)), sequence);
        const actual = readTensor(tensor, image);
        const difference = firstDifference(actual, layer[name]);
        const { cols } = logicalShape(tensor);
        tensors++;
        values += actual.length;
        if (difference !== undefined) {
          differences.push(`${layerTensor(index, name)} of sequence ${sequence}, rows of ${cols}: ${difference}`);
        }
      }
    });
  });
  return { tensors, values, differences };
}

/**
 * Compares the whole image, byte for byte, with what the functional machine leaves: results, padding, and all that nobody
 * may write. The machine's memories start with other noise than the hardware's, so nothing of it may have come through.
 */
function compareWithMachine(
  params: Params,
  compiled: Compiled,
  inputs: readonly EncoderInput[],
  image: Uint8Array,
  seed: number,
): string[] {
  const { program } = compiled;
  const expected = prepareImage(compiled, inputs);
  executeProgram(params, program, expected, { poison: seed ^ 0x0bad_5eed });
  if (Buffer.compare(image.subarray(0, expected.length), expected) === 0) return [];
  const named = program.regions.map(({ name, offset, bytes }) => ({ name, from: offset, to: offset + bytes }));
  const differing = named.flatMap(({ name, from, to }) => {
    const difference = firstDifference(image.subarray(from, to), expected.subarray(from, to));
    return difference === undefined ? [] : [`bytes of ${name}: ${difference}`];
  });
  return differing.length > 0 ? differing : ["bytes between the regions differ"];
}

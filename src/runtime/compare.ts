/** Compares what the hardware left in memory with the integer reference, tensor by tensor. */
import { readTensor } from "../compiler/index.ts";
import type { Program, TensorValues } from "../compiler/index.ts";
import type { TensorReference } from "./reference.ts";

/** One compared tensor. */
export interface TensorComparison {
  readonly name: string;
  readonly values: number;
  readonly differences: number;
  /** Index of the first difference, when there is one, with both values. */
  readonly first?: { readonly index: number; readonly actual: number; readonly expected: number };
}

/** Compares two tensors of one shape. Throws RangeError when their sizes differ. */
function compareValues(name: string, actual: TensorValues, expected: ArrayLike<number>): TensorComparison {
  if (actual.length !== expected.length) {
    throw new RangeError(`${name}: ${actual.length} values against ${expected.length}`);
  }
  let differences = 0;
  let first: TensorComparison["first"];
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] === expected[i]) continue;
    differences++;
    first ??= { index: i, actual: actual[i]!, expected: expected[i]! };
  }
  return { name, values: actual.length, differences, ...(first === undefined ? {} : { first }) };
}

/** Compares every tensor that the program writes to DRAM, by hardware or by host steps. */
export function compareTensors(program: Program, image: Uint8Array, expected: TensorReference): TensorComparison[] {
  return program.tensors
    .filter((t) => t.source !== "input")
    .map((tensor) => compareValues(tensor.name, readTensor(tensor, image), expected(tensor.name)));
}

/** The expected value of every tensor of a program. */
import { executeProgram, findTensor, readTensor } from "../compiler/index.ts";
import type { Compiled } from "../compiler/index.ts";
import type { Params } from "../config/index.ts";

/** Values of a tensor by its name. */
export type TensorReference = (name: string) => ArrayLike<number>;

/**
 * `known` where it has the tensor; else what the functional machine computes from the same program and inputs, for tensors that the
 * integer model has no name for (accumulators on their way to a host step). `prepare` writes the inputs into a fresh image.
 */
export function referenceFor(
  params: Params,
  { program, createImage }: Compiled,
  prepare: (image: Uint8Array) => void,
  known: (name: string) => ArrayLike<number> | undefined,
): TensorReference {
  let image: Uint8Array | undefined;
  return (name) => {
    const values = known(name);
    if (values !== undefined) return values;
    if (image === undefined) {
      image = createImage();
      prepare(image);
      executeProgram(params, program, image);
    }
    return readTensor(findTensor(program, name), image);
  };
}

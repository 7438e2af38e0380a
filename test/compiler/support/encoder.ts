import {
  ENCODER_INPUT,
  findTensor,
  layerTensor,
  readTensor,
  rowGroup,
  writeTensor,
} from "../../../src/compiler/index.ts";
import type { Compiled } from "../../../src/compiler/index.ts";
import { layerTensorNames, randomBert, runEncoder } from "../../../src/model/index.ts";
import type { EncoderInput, RandomBert, RandomBertOptions } from "../../../src/model/index.ts";

const models = new Map<string, RandomBert>();

/** A random model, the same one for the same options. */
export function testModel(options: Partial<RandomBertOptions> = {}): RandomBert {
  const all = { hidden: 96, heads: 4, intermediate: 192, layers: 1, seed: 7, positions: 4096, ...options };
  const key = JSON.stringify(all);
  const model = models.get(key) ?? randomBert(all);
  models.set(key, model);
  return model;
}

/** One input for each valid length. */
export const testInputs = (model: RandomBert, seq: number, valid: readonly number[]): EncoderInput[] =>
  valid.map((length, i) => model.input(seq, { valid: length, seed: i }));

/** A fresh image with the inputs in place. */
export function imageWith({ program, createImage }: Compiled, inputs: readonly EncoderInput[]): Uint8Array {
  const image = createImage();
  inputs.forEach(({ values }, i) => {
    writeTensor(rowGroup(findTensor(program, ENCODER_INPUT), i), image, values);
  });
  return image;
}

/** Values that differ from the integer encoder, by tensor and sequence; empty when all are equal. */
export function differences(
  { program }: Compiled,
  image: Uint8Array,
  model: RandomBert,
  inputs: readonly EncoderInput[],
): Record<string, number> {
  const found: Record<string, number> = {};
  inputs.forEach(({ values, valid }, sequence) => {
    runEncoder(model.bert, values, { valid }).layers.forEach((tensors, layer) => {
      for (const name of layerTensorNames) {
        const tensor = program.tensors.find((t) => t.name === layerTensor(layer, name));
        if (tensor === undefined) continue;
        const got = readTensor(rowGroup(tensor, sequence), image);
        const wrong = tensors[name].reduce((count, value, i) => count + (value === got[i] ? 0 : 1), 0);
        if (wrong > 0) found[`${tensor.name} of sequence ${sequence}`] = wrong;
      }
    });
  });
  return found;
}

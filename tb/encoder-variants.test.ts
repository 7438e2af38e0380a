/** Encoder layers on arrays that are not square, with fewer lanes than columns, narrow and wide buses, and missing functions. */
import { describe, expect, test } from "vitest";
import { createRandom } from "../src/model/index.ts";
import { withSeed } from "../src/harness/index.ts";
import { VARIANT_NAMES, variantParams } from "./acceptance/configurations.ts";
import { anyCase } from "./acceptance/matrix.ts";
import { caseName, runEncoderCase } from "./support/encoder-case.ts";

// The largest array takes minutes to build, and I-BERT's functions have a test of their own; the long acceptance run has both.
const NAMES = VARIANT_NAMES.filter((name) => name !== "large-64x64" && name !== "ibert-8x8");

describe.each(NAMES)("%s", (name) => {
  const params = variantParams(name);

  test.each([1, 17, 50])(
    "a layer at length %i",
    (seq) =>
      withSeed(async ({ seed }) => {
        const c = anyCase(params, createRandom(seed), { seq });
        const { tensors, differences } = await runEncoderCase(c);
        expect(differences, caseName(c)).toEqual([]);
        expect(tensors).toBe(7 * c.valid.length);
      }),
    600_000,
  );
});

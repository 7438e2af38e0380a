import { describe, expect, test } from "vitest";
import {
  command,
  COMMAND_LAYOUT,
  exponentOf,
  firstScale,
  LARGEST_MULTIPLIER,
  lastScale,
  LAST_SHIFT_BITS,
  meanScale,
  PRE_SHIFT_BITS,
  SCALE_FORMATS,
  scaleOfWord,
  scaleWord,
  shiftAmount,
} from "../../src/isa/index.ts";
import { maxLayerNormWidth, meanReciprocal } from "../../src/reference/index.ts";

const { byte, fixed, exponent, last } = SCALE_FORMATS;
const bitsOf = (name: string): number => COMMAND_LAYOUT.norm.find((field) => field.name === name)!.bits;

describe("scales in commands and parameter rows", () => {
  test.each([byte, fixed, exponent])(
    "a word of parameter row 0 gives m and e back, whatever else it holds: $name",
    (format) => {
      for (let e = format.least; e <= format.most; e++) {
        for (const m of [0, 1, 1024, 1500, LARGEST_MULTIPLIER]) {
          const word = scaleWord(m, e, format);
          expect(word).toBeGreaterThanOrEqual(0);
          expect(scaleOfWord(word, format)).toEqual({ m, e });
          expect(scaleOfWord(word | (0x1f << 27) | (0x3ff << PRE_SHIFT_BITS), format)).toEqual({ m, e });
        }
      }
    },
  );

  test.each(Object.values(SCALE_FORMATS))("every exponent has an amount that its field holds: $name", (format) => {
    const bits = format.name === "last" ? LAST_SHIFT_BITS : PRE_SHIFT_BITS;
    for (const e of [format.least, format.most]) expect(exponentOf(shiftAmount(e, format), format)).toBe(e);
    // A word's exponents become those of `fixed` when its common factor is taken out.
    if (format.name === "word") return;
    expect(shiftAmount(format.least, format)).toBe(0);
    expect(shiftAmount(format.most, format)).toBeLessThan(2 ** bits);
  });

  test("command fields take the extremes", () => {
    expect([bitsOf("scaleE"), bitsOf("finalE")]).toEqual([PRE_SHIFT_BITS, LAST_SHIFT_BITS]);
    const largest = {
      ...firstScale({ m: LARGEST_MULTIPLIER, e: byte.most }, byte),
      ...lastScale({ m: LARGEST_MULTIPLIER, e: last.most }),
    };
    expect(command("norm", largest).fields).toMatchObject({ scaleM: 2047, scaleE: 31, finalM: 2047, finalE: 23 });
    expect(firstScale({ m: 1, e: exponent.least }, exponent)).toEqual({ scaleM: 1, scaleE: 0 });
    for (const d of [1, 2, 3, 768, 4095, maxLayerNormWidth]) {
      const fields = meanScale(meanReciprocal(d));
      expect(command("norm", fields).fields).toMatchObject(fields);
    }
    expect(meanScale(meanReciprocal(maxLayerNormWidth)).recipShift).toBe(12);
  });
});

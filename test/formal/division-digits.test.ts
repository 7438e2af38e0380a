/** The divider of the norm unit, whose carries run side by side, is the one in which they run one after the other: for all inputs. */
import { expect, test } from "vitest";
import { formatProof, prove } from "../../src/formal/index.ts";
import { divisionDigits } from "../../src/generators/norm/row-unit/division-digits.ts";
import { assert, cat, divisionStep, input, module, times, uint } from "../../src/hdl/index.ts";
import type { DivisionState } from "../../src/hdl/index.ts";

interface HarnessParams {
  readonly width: number;
  readonly digits: number;
}

const DigitsHarness = module(
  "digits_harness",
  ({ width, digits }: HarnessParams) => ({
    remainder: input(uint(width)),
    divisor: input(uint(width)),
    dividend: input(uint(digits)),
  }),
  (io, { digits }) => {
    const bits = times(digits, (i) => io.dividend.bit(digits - 1 - i));
    const { quotient, remainder } = divisionDigits(io.remainder, io.divisor, bits);
    let steps: DivisionState = { remainder: io.remainder, quotient: io.dividend };
    for (const bit of bits) steps = divisionStep(steps, io.divisor, bit);
    assert(remainder.eq(steps.remainder), "the same remainder");
    assert(cat(...quotient).eq(steps.quotient), "the same digits");
  },
);

test("three digits a cycle of a division by 21 bits", async () => {
  const proof = await prove(DigitsHarness, { width: 21, digits: 3 });
  expect(proof.status, formatProof(proof)).toBe("proven");
});

import { expect, test } from "vitest";
import { elaborate, emitVerilog, input, module, output, sint, uint } from "../../src/hdl/index.ts";
import { expectAgreement } from "./engines.ts";

/** Logic of signed values of one bit, inside operators whose result depends on the sign. */
const SignedBits = module(
  "signed_bits",
  () => ({
    a: input(sint(1)),
    b: input(sint(1)),
    amount: input(uint(2)),
    both: output(sint(8)),
    either: output(sint(8)),
    inverted: output(sint(8)),
    shifted: output(sint(1)),
    below: output(uint(1)),
  }),
  ({ a, b, amount, both, either, inverted, shifted, below }) => {
    both.set(a.and(b).extend(8));
    either.set(a.or(b).extend(4).add(a.extend(4)).extend(8));
    inverted.set(a.not().mul(b.extend(3)).extend(8));
    shifted.set(a.mul(b).wrap(1).shr(amount));
    below.set(a.and(b.not()).extend(2).lt(b.extend(2)));
  },
);

test("signed values of one bit are signed to every engine, also after logic", async () => {
  const stimuli = Array.from({ length: 16 }, (_, i) => ({
    a: -BigInt(i & 1),
    b: -BigInt((i >> 1) & 1),
    amount: BigInt(i >> 2),
  }));
  await expectAgreement(SignedBits, undefined, () => stimuli);
  const { files } = emitVerilog(elaborate(SignedBits));
  // && and || are unsigned in Verilog, and so would be all arithmetic around them.
  expect(files[0]!.text).not.toMatch(/&&|\|\||!/);
});

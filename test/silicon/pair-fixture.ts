/** A design of four modules that is synthesised in seconds. */
import { elaborate, input, instance, memory, module, output, reg, uint, type Design } from "../../src/hdl/index.ts";

/** Bits of everything in it. */
export const WORD = 8;

/** A register in front of a sum. */
const Adder = module(
  "adder",
  () => ({ a: input(uint(WORD)), b: input(uint(WORD)), sum: output(uint(WORD)) }),
  (io) => {
    const held = reg(uint(WORD), { reset: false });
    held.next = io.a;
    io.sum.set(held.add(io.b).wrap(WORD));
  },
);

/** Two adders, a large memory and a small one; `twist` changes the top alone. */
const Small = module(
  "pair",
  () => ({
    a: input(uint(WORD)),
    address: input(uint(WORD)),
    q: output(uint(WORD)),
  }),
  (io, { twist }: { readonly twist: boolean }) => {
    const first = instance(Adder);
    const second = instance(Adder);
    const large = memory({ shape: uint(WORD), depth: 256 });
    const little = memory({ shape: uint(WORD), depth: 4 });
    const slot = io.address.bits(1, 0);
    large.write({ address: io.address, enable: io.a.bit(0), data: first.sum });
    little.write({ address: slot, enable: io.a.bit(1), data: second.sum });
    first.a.set(io.a);
    first.b.set(little.read({ address: slot, sync: false }));
    second.a.set(io.a);
    second.b.set(large.read({ address: io.address }));
    io.q.set(twist ? first.sum.xor(second.sum) : first.sum.and(second.sum));
  },
);

/** The design; with `twist` its top module is another. */
export const pair = (twist = false): Design => elaborate(Small, { twist });

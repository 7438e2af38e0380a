import { report } from "../context.ts";
import { when } from "../control.ts";
import { regAt } from "../declare.ts";
import { uint } from "../shapes.ts";
import type { Bool, Uint } from "../signal.ts";
import { boolLit, cat } from "../values.ts";
import { declarePart, inEveryCycle, type PartOptions } from "./part.ts";

/**
 * Taps of a shift register with feedback of each width that runs through all 2^n - 1 states other than 0; bits are numbered
 * from 1. Source: P. Alfke, "Efficient Shift Registers, LFSR Counters, and Long Pseudo-Random Sequence Generators", Xilinx
 * XAPP 052 (1996), table 3.
 */
export const LFSR_TAPS: Readonly<Record<number, readonly number[]>> = {
  2: [2, 1],
  3: [3, 2],
  4: [4, 3],
  5: [5, 3],
  6: [6, 5],
  7: [7, 6],
  8: [8, 6, 5, 4],
  9: [9, 5],
  10: [10, 7],
  11: [11, 9],
  12: [12, 6, 4, 1],
  13: [13, 4, 3, 1],
  14: [14, 5, 3, 1],
  15: [15, 14],
  16: [16, 15, 13, 4],
  17: [17, 14],
  18: [18, 11],
  19: [19, 6, 2, 1],
  20: [20, 17],
  21: [21, 19],
  22: [22, 21],
  23: [23, 18],
  24: [24, 23, 22, 17],
  25: [25, 22],
  26: [26, 6, 2, 1],
  27: [27, 5, 2, 1],
  28: [28, 25],
  29: [29, 27],
  30: [30, 6, 4, 1],
  31: [31, 28],
  32: [32, 22, 2, 1],
  33: [33, 20],
  34: [34, 27, 2, 1],
  35: [35, 33],
  36: [36, 25],
  37: [37, 5, 4, 3, 2, 1],
  38: [38, 6, 5, 1],
  39: [39, 35],
  40: [40, 38, 21, 19],
  41: [41, 38],
  42: [42, 41, 20, 19],
  43: [43, 42, 38, 37],
  44: [44, 43, 18, 17],
  45: [45, 44, 42, 41],
  46: [46, 45, 26, 25],
  47: [47, 42],
  48: [48, 47, 21, 20],
  49: [49, 40],
  50: [50, 49, 24, 23],
  51: [51, 50, 36, 35],
  52: [52, 49],
  53: [53, 52, 38, 37],
  54: [54, 53, 18, 17],
  55: [55, 31],
  56: [56, 55, 35, 34],
  57: [57, 50],
  58: [58, 39],
  59: [59, 58, 38, 37],
  60: [60, 59],
  61: [61, 60, 46, 45],
  62: [62, 61, 6, 5],
  63: [63, 62],
  64: [64, 63, 61, 60],
};

/** Options of an {@link lfsr}. */
export interface LfsrOptions extends PartOptions {
  /** Moves on while high. Default: always. */
  readonly enable?: Bool;
  /** The state after reset, not 0. Default: 1. */
  readonly seed?: number | bigint;
  /** Bits that are new in each cycle. Default: 1. */
  readonly steps?: number;
}

/**
 * A pseudo-random number of 2 to 64 bits: a linear-feedback shift register of maximal length, Fibonacci form: each step shifts
 * towards the high end and puts the parity of the taps in at the low end. Period 2^width - 1; 0 does not occur. Bits of successive
 * cycles are shifted copies: take `steps: width` where they must not be.
 */
export function lfsr(width: number, options: LfsrOptions = {}): Uint {
  const { enable = boolLit(true), seed = 1, steps = 1 } = options;
  const at = declarePart("an LFSR", "lfsr", options);
  const taps = LFSR_TAPS[width];
  const fits = BigInt(seed) > 0n && BigInt(seed) < 1n << BigInt(Math.max(0, width || 0));
  if (taps === undefined || !fits || !(Number.isInteger(steps) && steps >= 1)) {
    report({
      code: "hdl-lfsr",
      message: `lfsr of ${width} bits, seed ${seed}, ${steps} steps`,
      help: "2 to 64 bits, a seed from 1 to 2^width - 1, and 1 or more steps",
    });
    return lfsr(2, { ...(at.hint === "" ? {} : { name: at.hint }) });
  }
  const state = regAt(uint(width), at, seed);
  let next: Uint = state;
  for (let step = 0; step < steps; step++) {
    const feedback = taps.map((tap) => next.bit(tap - 1)).reduce((parity, bit) => parity.xor(bit));
    next = cat(next.bits(width - 2, 0), feedback);
  }
  inEveryCycle(() => {
    when(enable, () => {
      state.next = next;
    });
  });
  return state;
}

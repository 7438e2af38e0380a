/** A symmetric finite impulse response filter: one sample a cycle, half the multipliers of the direct form. */
import { input, module, output, pipe, reg, sint, times, when, bool, type Sint } from "systole/hdl";

/** What a {@link Fir} is. */
export interface FirParams {
  /** Bits of a sample. */
  readonly dataBits: number;
  /** Coefficients, whole numbers that read the same from both ends. */
  readonly coefficients: readonly number[];
}

/** Bits of the largest sum that samples of `dataBits` can give. */
export function sumBits({ dataBits, coefficients }: FirParams): number {
  const gain = coefficients.reduce((sum, c) => sum + Math.abs(c), 0);
  return dataBits + Math.max(1, Math.ceil(Math.log2(gain)));
}

/** Cycles from a sample to the sum it completes. */
export function latency({ coefficients }: FirParams): number {
  return 3 + Math.ceil(Math.log2(Math.ceil(coefficients.length / 2)));
}

/**
 * y[n] = Σ c[k] x[n - k], exactly, for one sample in every cycle with `valid`.
 *
 * | stage | |
 * |---|---|
 * | delay line | the last samples, moving with `valid` |
 * | fold | the two samples that share a coefficient are added |
 * | multiply | one product per pair |
 * | sum | a tree of adders, a register after each level |
 */
export const Fir = module(
  ({ coefficients }: FirParams) => `fir_${coefficients.length}`,
  (p: FirParams) => ({
    in: { valid: input(bool), payload: input(sint(p.dataBits)) },
    out: { valid: output(bool), payload: output(sint(sumBits(p))) },
  }),
  (io, p) => {
    const { coefficients, dataBits } = p;
    const taps = coefficients.length;
    coefficients.forEach((c, k) => {
      if (!Number.isInteger(c) || c !== coefficients[taps - 1 - k])
        throw new RangeError(`coefficient ${k} is ${c}, its mirror image ${coefficients[taps - 1 - k]!}`);
    });

    const line = times(taps, () => reg(sint(dataBits)));
    when(io.in.valid, () => {
      line.forEach((tap, k) => {
        tap.next = line[k - 1] ?? io.in.payload;
      });
    });

    const folded = times(Math.ceil(taps / 2), (k) => {
      const pair = reg(sint(dataBits + 1), { reset: false });
      pair.next = k === taps - 1 - k ? line[k]! : line[k]!.add(line[taps - 1 - k]!);
      return pair;
    });

    const products = times(folded.length, (k) => registered(folded[k]!.mul(coefficients[k]!), "product"));

    let level: Sint[] = products;
    for (let depth = 1; level.length > 1; depth++) {
      level = times(Math.ceil(level.length / 2), (k) => {
        const [a, b] = [level[2 * k]!, level[2 * k + 1]];
        return registered(b === undefined ? a : a.add(b), `sum_${depth}`);
      });
    }

    io.out.valid.set(pipe(io.in.valid, latency(p), { reset: true }));
    // The adders grow for any coefficients; these ones need no more than this.
    io.out.payload.set(level[0]!.wrap(sumBits(p)));
  },
);

/** `value` after a register without reset. */
function registered(value: Sint, name: string): Sint {
  const held = reg(sint(value.width), { reset: false, name });
  held.next = value;
  return held;
}

/** How fast the simulators run the systolic array alone, in one process and in turn. */
import { SystolicArray } from "../generators/array/index.ts";
import { simulate, simulateEmbedded } from "../harness/index.ts";
import { bool, input, instance, module, output, reg, sint, times, uint } from "../hdl/index.ts";

export interface ArraySpeedOptions {
  /** Rows and columns of the array. Default: 16. */
  readonly size?: number;
  /** Cycles of a round. Default: 100,000. */
  readonly cycles?: number;
  /** Rounds of each simulator, in turn; the best counts. Default: 5. */
  readonly rounds?: number;
}

/** Cycles per second of processor time. */
export interface ArraySpeed {
  readonly embedded: number;
  readonly verilator: number;
}

/** Pseudorandom numbers, one a cycle (linear congruential generator); `place` makes them those of one lane. */
const Source = module(
  "source",
  () => ({ place: input(uint(8)), value: output(sint(9)) }),
  (io) => {
    const state = reg(uint(16));
    state.next = state.mul(25_173).add(io.place.mul(2)).add(13_849).wrap(16);
    io.value.set(state.bits(15, 7).asSint());
  },
);

/**
 * An array that is busy in every cycle: random activations, and random weights that follow each other tile by tile; its
 * sums as ports.
 */
export const BusyArray = module(
  "busy_array",
  ({ size }: { readonly size: number }) => ({ sums: times(size, () => output(sint(24))), swaps: output(bool) }),
  (io, { size }) => {
    const array = instance(SystolicArray, { rows: size, cols: size, operandBits: 8, sumBits: 24 });
    const sources = times(size, (place) => {
      const source = instance(Source);
      source.place.set(place);
      return source.value;
    });
    const row = reg(uint(6));
    row.next = row.add(1).wrap(6);
    const swap = row.eq(size);
    const shiftSouth = row.lt(size);
    sources.forEach((value, place) => {
      array.activations.elements[place]!.set(value);
      array.weights.north[place]!.set(value.wrap(8));
      array.weights.west[place]!.set(0);
      io.sums[place]!.set(array.sums[place]!);
    });
    array.activations.swap.set(swap);
    array.weights.shiftSouth.set(shiftSouth);
    array.weights.shiftEast.set(false);
    array.weights.first.set(row.eq(0));
    io.swaps.set(swap);
  },
);

/** Runs the busy array in the embedded simulator and, built if need be, in Verilator. Throws when their sums differ. */
export async function measureArray(options: ArraySpeedOptions = {}): Promise<ArraySpeed> {
  const { size = 16, cycles = 100_000, rounds = 5 } = options;
  const embedded = simulateEmbedded(BusyArray, { size });
  const verilator = await simulate(BusyArray, { size }, { simulator: "verilator" });
  const best = { embedded: 0, verilator: 0 };
  // The first round is not counted: the embedded simulator's code is still being optimised.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, bench] of [["embedded", embedded] as const, ["verilator", verilator] as const]) {
      const before = process.cpuUsage();
      bench.step(cycles);
      const { user, system } = process.cpuUsage(before);
      const speed = (1e6 * cycles) / (user + system);
      if (round > 0) best[name] = Math.max(best[name], speed);
    }
  }
  const [ours, theirs] = [embedded, verilator].map(({ dut }) => dut.sums.map((sum) => sum.peek()).join(" "));
  if (ours !== theirs) throw new Error(`the simulators disagree on the sums: ${ours} and ${theirs}`);
  embedded.close();
  verilator.close();
  return best;
}

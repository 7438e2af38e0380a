import { bool, module, mux, output, reg, sink, source, stream, uint, when } from "../../hdl/index.ts";
import type { Bool, Uint } from "../../hdl/index.ts";
import { ADDRESS_BITS } from "../common/index.ts";

/** The on-chip side of a LOAD or STORE: `runs` runs of `length` words or rows, `stride` apart, all below the capacity of their `space`. Sizes at least 1. */
export const localRunsShape = {
  address: uint(ADDRESS_BITS),
  stride: uint(ADDRESS_BITS),
  runs: uint(16),
  length: uint(16),
  /** Which of the walker's capacities counts. */
  space: uint(1),
} as const;

/** One word or row: its address, and whether it is the command's last. */
export const localPlaceShape = { address: uint(ADDRESS_BITS), last: bool } as const;

export interface RunWalkerParams {
  readonly name: string;
  /** Words or rows of the two spaces. */
  readonly capacities: readonly [number, number];
}

/**
 * Walks strided runs of scratchpad words or accumulator rows.
 *
 * ```
 *   cycle t       runs fires
 *   t + 1 ..      one place a cycle
 *   last place    the next command's runs may fire in the same cycle
 * ```
 *
 * `outOfRange` while the present run would end beyond the capacity; none of its places is given, and it stays so until
 * reset.
 */
export const RunWalker = module(
  ({ name }: RunWalkerParams) => name,
  () => ({
    runs: sink(stream(localRunsShape)),
    places: source(stream(localPlaceShape)),
    outOfRange: output(bool),
  }),
  (io, { capacities: [first, second] }) => {
    const wide = ADDRESS_BITS + 1;
    const active = reg(bool);
    /** The present run ends beyond its space; found in the cycle before its first place. */
    const beyond = reg(bool, { reset: false });
    const runStart = reg(uint(wide), { reset: false });
    const stride = reg(uint(ADDRESS_BITS), { reset: false });
    const length = reg(uint(16), { reset: false });
    const space = reg(uint(1), { reset: false });
    const runsLeft = reg(uint(16), { reset: false });
    const address = reg(uint(ADDRESS_BITS), { reset: false });
    const left = reg(uint(16), { reset: false });

    const outOfRange = active.and(beyond);
    const endsBeyond = (start: Uint, size: Uint, chosen: Uint): Bool => {
      const end = start.add(size);
      return mux(chosen.asBool(), end.gt(second), end.gt(first));
    };
    const endsRun = left.eq(1);
    const last = endsRun.and(runsLeft.eq(1));
    const valid = active.and(outOfRange.not());
    const fire = valid.and(io.places.ready);
    io.places.valid.set(valid);
    io.places.payload.set({ address, last });
    io.outOfRange.set(outOfRange);

    const ready = active.not().or(fire.and(last));
    io.runs.ready.set(ready);
    const nextStart = runStart.add(stride).wrap(wide);
    when(fire, () => {
      active.next = last.not();
      address.next = mux(endsRun, nextStart.wrap(ADDRESS_BITS), address.add(1).wrap(ADDRESS_BITS));
      left.next = mux(endsRun, length, left.sub(1).wrap(16));
      when(endsRun, () => {
        beyond.next = endsBeyond(nextStart, length, space);
        runStart.next = nextStart;
        runsLeft.next = runsLeft.sub(1).wrap(16);
      });
    });
    when(io.runs.valid.and(ready), () => {
      const runs = io.runs.payload;
      active.next = true;
      beyond.next = endsBeyond(runs.address, runs.length, runs.space);
      runStart.next = runs.address;
      stride.next = runs.stride;
      length.next = runs.length;
      space.next = runs.space;
      runsLeft.next = runs.runs;
      address.next = runs.address;
      left.next = runs.length;
    });
  },
);

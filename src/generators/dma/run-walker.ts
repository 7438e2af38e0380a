import { bool, module, mux, output, reg, sink, source, stream, uint, when } from "../../hdl/index.ts";
import { ADDRESS_BITS } from "../common/index.ts";

/** The on-chip side of a LOAD or STORE: `runs` runs of `length` words or rows, `stride` apart, all below `capacity`. Sizes at least 1. */
export const localRunsShape = {
  address: uint(ADDRESS_BITS),
  stride: uint(ADDRESS_BITS),
  runs: uint(16),
  length: uint(16),
  capacity: uint(ADDRESS_BITS + 1),
} as const;

/** One word or row: its address, and whether it is the command's last. */
export const localPlaceShape = { address: uint(ADDRESS_BITS), last: bool } as const;

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
  "run_walker",
  () => ({
    runs: sink(stream(localRunsShape)),
    places: source(stream(localPlaceShape)),
    outOfRange: output(bool),
  }),
  (io) => {
    const wide = ADDRESS_BITS + 1;
    const active = reg(bool);
    /** The run's first place: the whole run is checked with it. */
    const first = reg(bool, { reset: false });
    const runStart = reg(uint(wide), { reset: false });
    const stride = reg(uint(ADDRESS_BITS), { reset: false });
    const length = reg(uint(16), { reset: false });
    const capacity = reg(uint(wide), { reset: false });
    const runsLeft = reg(uint(16), { reset: false });
    const address = reg(uint(ADDRESS_BITS), { reset: false });
    const left = reg(uint(16), { reset: false });

    const outOfRange = active.and(first).and(runStart.add(length).gt(capacity));
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
      first.next = endsRun;
      address.next = mux(endsRun, nextStart.wrap(ADDRESS_BITS), address.add(1).wrap(ADDRESS_BITS));
      left.next = mux(endsRun, length, left.sub(1).wrap(16));
      when(endsRun, () => {
        runStart.next = nextStart;
        runsLeft.next = runsLeft.sub(1).wrap(16);
      });
    });
    when(io.runs.valid.and(ready), () => {
      const runs = io.runs.payload;
      active.next = true;
      first.next = true;
      runStart.next = runs.address;
      stride.next = runs.stride;
      length.next = runs.length;
      capacity.next = runs.capacity;
      runsLeft.next = runs.runs;
      address.next = runs.address;
      left.next = runs.length;
    });
  },
);

import { bool, input, module, output, uint } from "../../hdl/index.ts";
import { COUNTER_BITS, eventCounter } from "./monitor.ts";

/** Counts since a program's start: its cycles, beats each way, and cycles in which a row entered the array. */
export const Counters = module(
  "counters",
  () => ({
    running: input(bool),
    reads: input(bool),
    writes: input(bool),
    arrayActive: input(bool),
    cycles: output(uint(COUNTER_BITS)),
    readBeats: output(uint(COUNTER_BITS)),
    writeBeats: output(uint(COUNTER_BITS)),
    arrayCycles: output(uint(COUNTER_BITS)),
  }),
  (io) => {
    io.cycles.set(eventCounter("cycles_run", COUNTER_BITS, io.running));
    io.readBeats.set(eventCounter("beats_read", COUNTER_BITS, io.reads));
    io.writeBeats.set(eventCounter("beats_written", COUNTER_BITS, io.writes));
    io.arrayCycles.set(eventCounter("cycles_array", COUNTER_BITS, io.arrayActive));
  },
);

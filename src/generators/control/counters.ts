import { bool, input, module, output, pipe, uint } from "../../hdl/index.ts";
import type { Bool } from "../../hdl/index.ts";
import { COUNTER_BITS, eventCounter } from "./monitor.ts";

/** Counts since a program's start: its cycles; and, a cycle late, beats each way and cycles in which a row entered the array. */
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
    // What happens comes late in its cycle. The last of it is counted before the program is seen to have ended.
    const late = (event: Bool): Bool => pipe(event, 1, { reset: true });
    io.cycles.set(eventCounter("cycles_run", COUNTER_BITS, io.running));
    io.readBeats.set(eventCounter("beats_read", COUNTER_BITS, late(io.reads)));
    io.writeBeats.set(eventCounter("beats_written", COUNTER_BITS, late(io.writes)));
    io.arrayCycles.set(eventCounter("cycles_array", COUNTER_BITS, late(io.arrayActive)));
  },
);

import { bool, cat, times, uint, uintLit } from "../../hdl/index.ts";
import type { Uint, Value } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { ENGINES, ID_VALUE, ISA_VERSION, STATUS_BITS } from "../../isa/index.ts";
import { FAULT_BITS, INDEX_BITS, MASK_BITS } from "../common/index.ts";
import { queuedBits } from "./command-queue.ts";
import { COUNTER_BITS, engineStatusShape } from "./monitor.ts";
import { countBits } from "./semaphores.ts";

/** What the host can read of the machine. */
export const machineShape = (p: Params) => ({
  busy: bool,
  done: bool,
  fault: bool,
  faultCode: uint(FAULT_BITS),
  faultCommand: uint(INDEX_BITS),
  dispatched: uint(32),
  cycles: uint(COUNTER_BITS),
  readBeats: uint(COUNTER_BITS),
  writeBeats: uint(COUNTER_BITS),
  arrayCycles: uint(COUNTER_BITS),
  semaphores: times(p.semaphores, () => uint(countBits(p))),
  engines: ENGINES.map((engine) => ({
    ...engineStatusShape,
    missing: uint(MASK_BITS),
    queued: uint(queuedBits(p.queueDepths[engine])),
  })),
});

/** What each read-only register reads as, by name; at most 32 bits. */
export function registerValues(p: Params, machine: Value<ReturnType<typeof machineShape>>): Map<string, Uint> {
  const status = { busy: machine.busy, done: machine.done, fault: machine.fault };
  const byBit = Object.entries(STATUS_BITS).sort(([, a], [, b]) => b - a);
  const values = new Map<string, Uint>([
    ["ID", uintLit(ID_VALUE)],
    ["VERSION", uintLit(ISA_VERSION)],
    ["CONFIG", uintLit(p.fingerprint)],
    ["CONTROL", uintLit(0)],
    ["STATUS", cat(...byBit.map(([name]) => status[name as keyof typeof STATUS_BITS]))],
    ["FAULT_CODE", machine.faultCode],
    ["FAULT_COMMAND", machine.faultCommand],
    ["DISPATCHED", machine.dispatched],
  ]);
  const setWide = (name: string, value: Uint): void => {
    const wide = value.extend(64);
    values.set(`${name}_LO`, wide.bits(31, 0)).set(`${name}_HI`, wide.bits(63, 32));
  };
  const beatLog = Math.log2(p.beatBytes);
  setWide("CYCLES", machine.cycles);
  setWide("READ_BYTES", machine.readBeats.shl(beatLog));
  setWide("WRITE_BYTES", machine.writeBeats.shl(beatLog));
  setWide("ARRAY_CYCLES", machine.arrayCycles);
  ENGINES.forEach((name, e) => {
    const prefix = name.toUpperCase();
    const engine = machine.engines[e]!;
    values
      .set(`${prefix}_STATE`, engine.state)
      .set(`${prefix}_COMMAND`, engine.command)
      .set(`${prefix}_WAIT`, engine.missing)
      .set(`${prefix}_QUEUED`, engine.queued)
      .set(`${prefix}_RETIRED`, engine.retired);
    setWide(`${prefix}_BUSY`, engine.busy);
    setWide(`${prefix}_SEMAPHORE_WAIT`, engine.semaphoreWait);
    setWide(`${prefix}_MEMORY_WAIT`, engine.memoryWait);
  });
  return values;
}

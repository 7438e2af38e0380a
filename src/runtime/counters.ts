/** The accelerator's counters as the registers give them. */
import { ENGINES, REGISTERS } from "../isa/index.ts";
import type { EngineName } from "../isa/index.ts";

/** Counters of one engine, in cycles and commands; see the register map for their meaning. */
export interface EngineCounters {
  readonly busy: number;
  readonly semaphoreWait: number;
  readonly memoryWait: number;
  readonly retired: number;
}

/** Counters of a program run. */
export interface Counters {
  readonly cycles: number;
  readonly readBytes: number;
  readonly writeBytes: number;
  readonly arrayCycles: number;
  readonly engines: Readonly<Record<EngineName, EngineCounters>>;
}

const ADDRESSES: ReadonlyMap<string, number> = new Map(REGISTERS.map((r) => [r.name, r.address]));

/** Byte address of a register by its name in the register map. */
export function registerAddress(name: string): number {
  const address = ADDRESSES.get(name);
  if (address === undefined) throw new RangeError(`no register ${name}`);
  return address;
}

/** Reads every counter; `read` takes a register's name. Values stay exact up to 2^53. */
export function readCounters(read: (name: string) => number): Counters {
  const wide = (name: string): number => read(`${name}_LO`) + 2 ** 32 * read(`${name}_HI`);
  const engine = (name: EngineName): EngineCounters => {
    const prefix = name.toUpperCase();
    return {
      busy: wide(`${prefix}_BUSY`),
      semaphoreWait: wide(`${prefix}_SEMAPHORE_WAIT`),
      memoryWait: wide(`${prefix}_MEMORY_WAIT`),
      retired: read(`${prefix}_RETIRED`),
    };
  };
  return {
    cycles: wide("CYCLES"),
    readBytes: wide("READ_BYTES"),
    writeBytes: wide("WRITE_BYTES"),
    arrayCycles: wide("ARRAY_CYCLES"),
    engines: Object.fromEntries(ENGINES.map((e) => [e, engine(e)])) as Record<EngineName, EngineCounters>,
  };
}

const zero: EngineCounters = { busy: 0, semaphoreWait: 0, memoryWait: 0, retired: 0 };

/** Counters before anything has run. */
export const NO_COUNTERS: Counters = {
  cycles: 0,
  readBytes: 0,
  writeBytes: 0,
  arrayCycles: 0,
  engines: { load: zero, store: zero, gemm: zero, norm: zero },
};

/** Sums of two runs. */
export function addCounters(a: Counters, b: Counters): Counters {
  const engine = (name: EngineName): EngineCounters => {
    const [x, y] = [a.engines[name], b.engines[name]];
    return {
      busy: x.busy + y.busy,
      semaphoreWait: x.semaphoreWait + y.semaphoreWait,
      memoryWait: x.memoryWait + y.memoryWait,
      retired: x.retired + y.retired,
    };
  };
  return {
    cycles: a.cycles + b.cycles,
    readBytes: a.readBytes + b.readBytes,
    writeBytes: a.writeBytes + b.writeBytes,
    arrayCycles: a.arrayCycles + b.arrayCycles,
    engines: { load: engine("load"), store: engine("store"), gemm: engine("gemm"), norm: engine("norm") },
  };
}

/**
 * The trace port of the accelerator's top, written once: for each engine, when a command starts and when it retires. The
 * hardware drives it, the harness samples it every cycle in native code, and the latency report is made of the samples.
 */
import type { EngineName } from "./commands.ts";

/** One signal of an engine's trace port; the Verilog port is called `trace_<engine>_<name>`. */
export interface TraceSignal {
  readonly name: string;
  readonly bits: number;
  readonly doc: string;
}

/** The signals of one engine, all valid in the cycle in which `start` or `retire` is high. */
export const TRACE_SIGNALS = [
  { name: "start", bits: 1, doc: "a command starts in this cycle" },
  { name: "start_index", bits: 24, doc: "its index in the program" },
  {
    name: "wait",
    bits: 32,
    doc: "cycles the command waited for semaphores while nothing was in execution on its engine",
  },
  { name: "wait_semaphore", bits: 5, doc: "the semaphore that was the last to be missing" },
  { name: "retire", bits: 1, doc: "a command retires in this cycle" },
  { name: "retire_index", bits: 24, doc: "its index in the program" },
  { name: "memory_wait", bits: 32, doc: "the engine's memory-wait cycles so far" },
] as const satisfies readonly TraceSignal[];

/** Name of a trace port in the Verilog. */
export const tracePort = (engine: EngineName, signal: (typeof TRACE_SIGNALS)[number]["name"]): string =>
  `trace_${engine}_${signal}`;

/** A command's life on its engine, from one program run. Cycles count from the start of the program. */
export interface CommandTrace {
  readonly engine: EngineName;
  /** Index of the command in the program. */
  readonly index: number;
  readonly start: number;
  readonly retire: number;
  /** Cycles the command waited for semaphores while its engine had nothing in execution, until `start`. */
  readonly wait: number;
  /** The semaphore that was the last to be missing; meaningless when `wait` is 0. */
  readonly waitSemaphore: number;
  /** Memory-wait cycles of the engine between the retirement of the command before and of this one. */
  readonly memoryWait: number;
}

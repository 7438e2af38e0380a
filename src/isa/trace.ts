/**
 * The trace port of the accelerator's top, written once: for each engine, what it does and what its next command lacks, cycle
 * by cycle. The hardware drives it with wires it has anyway, the harness samples it every cycle in native code and keeps
 * what changes, and the latency report is made of that.
 */
import type { EngineName } from "./commands.ts";

/** One signal of an engine's trace port; the Verilog port is called `trace_<engine>_<name>`. */
export interface TraceSignal {
  readonly name: string;
  readonly bits: number;
  readonly doc: string;
}

/** The signals of one engine. */
export const TRACE_SIGNALS = [
  { name: "enqueue", bits: 1, doc: "a command is handed to the engine's queue in this cycle" },
  { name: "start", bits: 1, doc: "a command starts in this cycle" },
  { name: "start_index", bits: 24, doc: "its index in the program" },
  { name: "retire", bits: 1, doc: "a command retires in this cycle" },
  { name: "retire_index", bits: 24, doc: "its index in the program" },
  { name: "busy", bits: 1, doc: "a command is in execution" },
  { name: "memory_wait", bits: 1, doc: "held up by AXI or by a memory bank, while a command is in execution" },
  { name: "head", bits: 1, doc: "the engine's queue holds a command that has not started" },
  { name: "missing", bits: 32, doc: "semaphores that the first of these commands lacks" },
  {
    name: "active",
    bits: 1,
    doc: "LOAD: a beat is read (command fetch included); STORE: a beat is written; GEMM: an activation row enters the array; NORM: in execution and not held up",
  },
] as const satisfies readonly TraceSignal[];

/** Name of a signal of the trace port. */
export type TraceSignalName = (typeof TRACE_SIGNALS)[number]["name"];

/** A command's life on its engine, from one program run. Cycles count from the start of the program. */
export interface CommandTrace {
  readonly engine: EngineName;
  /** Index of the command in the program. */
  readonly index: number;
  /** When it was handed to its engine's queue. */
  readonly enqueue: number;
  readonly start: number;
  readonly retire: number;
  /** Cycles the command waited for semaphores while its engine had nothing in execution, until `start`. */
  readonly wait: number;
  /** The semaphore that was the last to be missing, the lowest of several; meaningless when `wait` is 0. */
  readonly waitSemaphore: number;
  /** Memory-wait cycles of the engine between the retirement of the command before and of this one. */
  readonly memoryWait: number;
}

/** Cycles `start` to `end` (not included) of one engine between two changes of what its trace port says. */
export interface EnginePhase {
  readonly engine: EngineName;
  readonly start: number;
  readonly end: number;
  /** A command is in execution. */
  readonly busy: boolean;
  /** A command that has not started is at the engine. */
  readonly head: boolean;
  /** Semaphores that it lacks, as a mask; 0 when it may start or when there is none. */
  readonly missing: number;
  /** Cycles of the phase in which the engine was held up by AXI or by a memory bank. */
  readonly memoryWait: number;
  /** Cycles of the phase in which it was active, see {@link TRACE_SIGNALS}. */
  readonly active: number;
  /** The last cycle so far in which it was active; negative before the first. */
  readonly lastActive: number;
}

/** How often the engines were active, over windows of equal length. */
export interface ActivityTrace {
  /** The engines in the order of their ports. */
  readonly engines: readonly string[];
  /** Cycle in which the first window begins. */
  readonly start: number;
  readonly windowCycles: number;
  /** [window][engine]: cycles in which the engine was active. A window that was not full yet is left out. */
  readonly counts: Uint8Array;
}

/** What the trace ports told of one program run. Cycles count from the start of the program. */
export interface ExecutionTrace {
  /** Commands that retired, in order of start. */
  readonly commands: readonly CommandTrace[];
  /** One engine after the other, each without a gap from 0 to the end. */
  readonly phases: readonly EnginePhase[];
  readonly activity: ActivityTrace;
}

/**
 * The seam between testbenches and simulators: what every engine (Verilator's native models; others later) offers.
 * Ports are shared words rather than calls, so that a peek costs an array access on every engine.
 */
import type { Inspection } from "../hdl/simulate/index.ts";
import type { ActivityTrace } from "../isa/index.ts";
import type { WaveWindow } from "../waves/index.ts";
import type { MailboxLayout } from "./mailbox.ts";
import type { MemoryModel, MemoryOptions, MemoryStatistics, Violation } from "./memory-model.ts";

/** Why a call that runs the clock came back. */
export type StopReason =
  /** It did all that was asked. */
  | "done"
  /** The port `irq` rose. */
  | "irq"
  /** No AXI traffic for as long as was allowed, or no answer to a register access. */
  | "quiet"
  /** The design broke the AXI protocol: see takeViolations. */
  | "violation"
  /** The design executed $finish. */
  | "finished"
  /** An assertion failed, or the design executed $stop or $fatal: see takeLog. */
  | "stopped";

/**
 * What the trace ports told of one engine of the accelerator in one cycle; see `src/isa/trace.ts`. There is an event for every
 * cycle in which an engine enqueues, starts or retires a command, for the cycle after a retirement, for the first cycle in
 * which it is active after a start, and for every cycle in which busy, head or missing are not what they were in the cycle before.
 */
export interface EngineEvent {
  readonly engine: string;
  readonly cycle: number;
  readonly busy: boolean;
  readonly head: boolean;
  readonly missing: number;
  readonly enqueue: boolean;
  readonly start: boolean;
  /** Index of the command that starts. */
  readonly startIndex: number;
  readonly retire: boolean;
  /** Index of the command that retires. */
  readonly retireIndex: number;
  /** Cycles so far, this one not included, in which the engine waited for memory; in which it was active. */
  readonly memoryWait: number;
  readonly active: number;
  /** The last cycle before this one in which it was active; -1 before the first. */
  readonly lastActive: number;
}

/** The host's side of the AXI4-Lite port. */
export interface HostOptions {
  /** Which channel of a write is offered first. Default: both at once. */
  readonly writeOrder?: "together" | "address-first" | "data-first";
  /** Cycles that a response is left waiting. Default: 0. */
  readonly responseDelayCycles?: number;
}

/** One answered register access. */
export interface HostAccess {
  readonly stop: StopReason;
  readonly data: number;
  /** AXI response: 0 OKAY, 2 SLVERR, 3 DECERR. */
  readonly response: number;
}

/** What a testbench needs of a simulation of one design. Errors of use throw; what the design does wrong is a StopReason. */
export interface PortEngine {
  /** `"verilator"`, `"embedded"`. */
  readonly simulator: string;
  readonly layout: MailboxLayout;
  /** The ports now. Inputs are written here and act at the next settle or step; outputs are as the last call left them. */
  readonly now: Uint32Array;
  /** The ports as the last clock edge of the last `step` saw them, inputs included. */
  readonly sampled: Uint32Array;
  /** Clock cycles since the start. */
  readonly cycle: number;
  /** Lets combinational outputs follow the inputs, without a clock edge. */
  settle(): StopReason;
  /** Runs clock cycles; ends early when the design stops. */
  step(cycles: number): StopReason;
  /** What can be looked at by name; absent where the simulator does not show it. */
  inspect?(): Inspection;
  /** Starts recording; one window at a time. */
  openWave(window: WaveWindow): void;
  /** Finishes the wave file. */
  closeWave(): void;
  /** Breaches of the protocol since the last call. */
  takeViolations(): Violation[];
  /** What the design printed since the last call. */
  takeLog(): string;
  /** Frees the simulation and finishes its wave file. Further calls throw. */
  close(): void;
}

/** A simulation that has a memory and a host to offer. */
export interface Engine extends PortEngine {
  /** As step, but also ends when `irq` is 1 after a cycle, and after `quietCycles` (0: never) without AXI traffic. */
  run(cycles: number, untilIrq: boolean, quietCycles: number): StopReason;
  /** Puts a memory behind the design's AXI4 master ports; they are no longer driven from `now`. */
  attachMemory(options: MemoryOptions): MemoryModel;
  memoryStatistics(): MemoryStatistics;
  /** Puts a host before the design's AXI4-Lite ports; they are no longer driven from `now`. */
  attachHost(options: HostOptions): void;
  /** One register access through the attached host, giving up after `cycles`. */
  access(write: boolean, address: number, data: number, cycles: number): HostAccess;
  /** Engine events since the last call, in order. */
  takeEvents(): EngineEvent[];
  /** The engines' activity since the last call; `start` counts from the start of the simulation. */
  takeActivity(): ActivityTrace;
}

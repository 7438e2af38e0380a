/** The testbench API, the same over every engine: processes as generators, one resumption per clock cycle. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { SystoleError } from "../errors.ts";
import type { ClockSchedule } from "./clocks.ts";
import type { Engine, PortEngine, StopReason } from "./engine.ts";
import { isTestRunning, rememberBench } from "./failed-tests.ts";
import { violationError } from "./memory-model.ts";
import { Port, type PortContext } from "./port.ts";
import { findMemory, findSignal, type Probe, type SimulatedMemory } from "./probe.ts";
import { StimulusLog } from "./stimulus-log.ts";

/**
 * A process of a testbench. `yield` waits for the next clock edge; a yielded text says what is waited for, for the message of a
 * timeout. All processes poke before the edge; after it, `sampled` tells what the edge saw, whatever the order of the processes.
 */
export type Process<T = void> = Generator<string | undefined, T, void>;

/** Options of `spawn`. */
export interface SpawnOptions {
  /** Named in timeouts. Default: "process <n>". */
  readonly name?: string;
  /** `run` does not wait for it: a monitor, a clocked model. */
  readonly background?: boolean;
  /**
   * The clock domain it belongs to, in a design of several: it is resumed after the edges of this clock only, and `sampled` tells
   * what they saw. Default: after every step of the simulation.
   */
  readonly clock?: string;
}

/** Options of `run`. */
export interface RunOptions {
  /** Cycles after which waiting processes are an error. Default: 100,000. */
  readonly timeout?: number;
}

/** A simulated design with its ports, clock and processes. Its functions can be taken out of the record. */
export interface Testbench<D, E extends PortEngine = Engine> {
  /** The ports, in records and arrays as the design declares them. */
  readonly dut: D;
  readonly engine: E;
  /** The port of this name in the Verilog. */
  readonly port: (name: string) => Port;
  /** A net by its path in the emitted Verilog (`"gemm.array.count"`). Registers and ports; with `observe`, every net. */
  readonly signal: (name: string) => Probe;
  /** A memory by its path; its words as a typed array that the design shares, wherever the simulator shows it. */
  readonly memory: (name: string) => SimulatedMemory;
  /** Clock cycles since the start. */
  readonly cycle: () => number;
  /** Runs the clock, without resuming processes. Throws SystoleError when the design stops: a failed assertion, $finish, a broken protocol. */
  readonly step: (cycles?: number) => void;
  /** Holds every reset for some cycles (default 1) of each clock, if the design has one. */
  readonly reset: (cycles?: number) => void;
  /** Adds a process; it first runs at the next cycle of `run`. */
  readonly spawn: (process: (() => Process<unknown>) | Process<unknown>, options?: SpawnOptions) => void;
  /** Resumes all processes, then runs one clock cycle, until those not in the background have ended; gives the cycles that took. */
  readonly run: (options?: RunOptions) => number;
  /** Ends the simulation and finishes its wave file. */
  readonly close: () => void;
}

interface Running {
  readonly process: Process<unknown>;
  readonly name: string;
  readonly background: boolean;
  readonly clock: string | undefined;
  waitingFor: string | undefined;
  /** Cycle in which it was last resumed: once a cycle, however `run` is called. */
  resumedAt: number;
  ended: boolean;
}

const DEFAULT_TIMEOUT_CYCLES = 100_000;

/** What a testbench may have besides an engine. */
export interface TestbenchParts {
  readonly schedule?: ClockSchedule | undefined;
  /** Opens the same simulation anew, all its nets visible; given where nothing but the testbench drives the inputs. */
  readonly reopen?: (() => PortEngine | Promise<PortEngine>) | undefined;
}

/** Cycles before a failure of which waves are left behind. */
const WAVE_CYCLES = 10_000;

/** A testbench over an engine; `makeDut` arranges the ports. */
export function createTestbench<D, E extends PortEngine>(
  engine: E,
  design: string,
  makeDut: (port: (name: string) => Port) => D,
  { schedule, reopen }: TestbenchParts = {},
): Testbench<D, E> {
  const context: PortContext = { engine, stale: true };
  const ports = new Map(engine.layout.slots.map((slot) => [slot.name, new Port(context, slot)]));
  const port = (name: string): Port => {
    const found = ports.get(name);
    if (found !== undefined) return found;
    const known = [...ports.keys()].join(", ");
    throw new SystoleError({
      code: "harness-no-port",
      message: `${design} has no port ${name}; its ports are ${known}`,
    });
  };
  const running: Running[] = [];
  let spawned = 0;
  const log = reopen !== undefined && isTestRunning() ? new StimulusLog(engine.layout) : undefined;
  if (log !== undefined && reopen !== undefined) {
    rememberBench({ design, writeWaves: (file) => repeatWithWaves(log, reopen, file) });
  }

  const step = (cycles = 1): void => {
    if (schedule === undefined) stepEngine(cycles);
    else for (let i = 0; i < cycles; i++) stepClocks(schedule);
  };

  const stepClocks = ({ ticks, isTick }: ClockSchedule): void => {
    for (const tick of ticks) port(tick.port).poke(isTick(tick.domain, engine.cycle));
    stepEngine(1);
  };

  const stepEngine = (cycles: number): void => {
    log?.note(engine.now, cycles);
    const stop = engine.step(cycles);
    // The ports are settled after the edge until something is poked.
    context.stale = false;
    if (stop !== "done") throw stopError(engine, design, stop);
  };

  const holdReset = ({ ticks, isTick }: ClockSchedule, cycles: number): void => {
    const missing = new Map(ticks.map(({ domain }) => [domain, cycles]));
    while ([...missing.values()].some((count) => count > 0)) {
      for (const [domain, count] of missing) if (isTick(domain, engine.cycle)) missing.set(domain, count - 1);
      step();
    }
  };

  const resume = (entry: Running, cycle: number): void => {
    // Between the end of one `run` and the start of the next there was no clock edge.
    if (entry.resumedAt === cycle) return;
    const { clock } = entry;
    if (clock !== undefined && entry.resumedAt >= 0 && schedule?.isTick(clock, cycle - 1) === false) return;
    entry.resumedAt = cycle;
    const result = entry.process.next();
    entry.ended = result.done === true;
    entry.waitingFor = result.done === true ? undefined : result.value;
  };

  const removeEnded = (): void => {
    const alive = running.filter((entry) => !entry.ended);
    running.splice(0, running.length, ...alive);
  };

  const run = ({ timeout = DEFAULT_TIMEOUT_CYCLES }: RunOptions = {}): number => {
    let cycles = 0;
    for (;;) {
      const { cycle } = engine;
      let [ended, waiting] = [0, 0];
      // A process may spawn others: they join the list while it is walked, and start in the same cycle.
      for (let i = 0; i < running.length; i++) {
        const entry = running[i]!;
        resume(entry, cycle);
        if (entry.ended) ended++;
        else if (!entry.background) waiting++;
      }
      if (ended > 0) removeEnded();
      if (waiting === 0) return cycles;
      if (cycles === timeout) throw timeoutError(design, cycles, running);
      step();
      cycles++;
    }
  };

  return {
    dut: makeDut(port),
    engine,
    port,
    signal: (name) => findSignal(context, design, name),
    memory: (name) => {
      // What is written to a memory is not in the log.
      log?.giveUp();
      return findMemory(engine, design, name);
    },
    cycle: () => engine.cycle,
    step,
    reset: (cycles = 1) => {
      const lines = (schedule?.resets ?? ["reset"]).flatMap((name) => ports.get(name) ?? []);
      if (lines.length === 0) return;
      for (const line of lines) line.poke(1);
      if (schedule === undefined) step(cycles);
      else holdReset(schedule, cycles);
      for (const line of lines) line.poke(0);
    },
    spawn: (process, { name, background = false, clock } = {}) => {
      // A clock that is not there is refused before the process begins.
      if (clock !== undefined) schedule?.isTick(clock, 0);
      running.push({
        process: typeof process === "function" ? process() : process,
        name: name ?? `process ${spawned}`,
        background,
        clock,
        waitingFor: undefined,
        resumedAt: -1,
        ended: false,
      });
      spawned++;
    },
    run,
    close: () => {
      engine.close();
    },
  };
}

/** Runs what a log tells again, and records its last cycles. */
async function repeatWithWaves(
  log: StimulusLog,
  reopen: () => PortEngine | Promise<PortEngine>,
  file: string,
): Promise<boolean> {
  if (!log.complete) return false;
  const engine = await reopen();
  mkdirSync(dirname(file), { recursive: true });
  engine.openWave({ file, fromCycle: Math.max(0, log.cycles - WAVE_CYCLES) });
  log.replay(engine);
  engine.close();
  return true;
}

/** What ended a simulation early, as an error with what the design printed. */
export function stopError(engine: PortEngine, design: string, stop: StopReason): SystoleError {
  const violations = engine.takeViolations();
  if (stop === "violation") return violationError(design, violations);
  const log = engine.takeLog().trim();
  const what = stop === "stopped" ? "stopped (a failed assertion, $stop or $fatal)" : `ended: ${stop}`;
  return new SystoleError({
    code: "harness-stopped",
    message: `${design} ${what} in cycle ${engine.cycle - 1}${log === "" ? "" : `:\n${log}`}`,
  });
}

function timeoutError(design: string, cycles: number, running: readonly Running[]): SystoleError {
  const waiting = running
    .filter((entry) => !entry.background)
    .map(({ name, waitingFor }) => `${name} waits for ${waitingFor ?? "the clock"}`);
  return new SystoleError({
    code: "harness-timeout",
    message: [`${design}: still waiting after ${cycles} cycles:`, ...waiting].join("\n"),
  });
}

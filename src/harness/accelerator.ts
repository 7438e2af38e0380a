/**
 * A simulated accelerator as a host sees it: registers over AXI4-Lite, a memory image, an interrupt. The clock loop, the
 * memory and the host's side of the bus are the engine's; the caller hears of them a few times a second.
 */
import { setImmediate } from "node:timers/promises";
import { SystoleError } from "../errors.ts";
import type { Design } from "../hdl/index.ts";
import type { ExecutionTrace } from "../isa/index.ts";
import { executionTrace } from "./command-trace.ts";
import type { Engine } from "./engine.ts";
import type { MemoryOptions, MemoryStatistics } from "./memory-model.ts";
import { openEngine, type SimulateOptions } from "./simulate.ts";
import { createTestbench, stopError } from "./testbench.ts";
import type { VerilogDesign } from "./verilog.ts";

export interface AcceleratorOptions extends SimulateOptions {
  readonly memory: MemoryOptions;
  /** Stands between the simulation and those who run it: sees every call, and may split runs of the clock. */
  readonly instrument?: ((engine: Engine) => Engine) | undefined;
}

/** Reads a 32-bit register at a byte address. */
export type ReadRegister = (address: number) => number;

export interface InterruptOptions {
  /** Cycles after which the run is given up with an error. Default: no limit. */
  readonly maxCycles?: number;
  /** The watchdog: cycles without any AXI traffic after which the accelerator is asked what it does. Default: 100,000; 0 switches it off. */
  readonly watchdogCycles?: number;
  /** A number that changes while the accelerator makes progress without AXI traffic (commands retired, a busy counter); without it, silence is a hang. */
  readonly progress?: (read: ReadRegister) => number;
  /** Says in the error of a hang what each engine waits for, from the status registers. */
  readonly onHang?: (read: ReadRegister) => string;
  /** Called a few times a second with the cycles so far. */
  readonly onProgress?: (cycles: number) => void;
  /** Ends the run between two calls of onProgress; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How a run went. */
export interface InterruptResult {
  /** Clock cycles of this run, to the interrupt. */
  readonly cycles: number;
  /** Wall time. */
  readonly seconds: number;
}

export interface Accelerator {
  readonly engine: Engine;
  /** Wall time that the simulation took to build. */
  readonly buildSeconds: number;
  /** The memory, shared with the simulation. */
  readonly image: Uint8Array;
  readonly cycle: () => number;
  /** Throws SystoleError when the register is not answered, or with an error. */
  readonly readRegister: ReadRegister;
  readonly writeRegister: (address: number, value: number) => void;
  /** Runs until `irq` is 1. Throws SystoleError on a hang, a broken AXI protocol or a failed assertion. */
  readonly runUntilInterrupt: (options?: InterruptOptions) => Promise<InterruptResult>;
  /** Runs some cycles whatever `irq` is. */
  readonly step: (cycles: number) => void;
  readonly statistics: () => MemoryStatistics;
  /** What the trace ports told since the last call, for a run that began at cycle `origin` and ended before `end` (default: now). */
  readonly takeTrace: (origin: number, end?: number) => ExecutionTrace;
  readonly close: () => void;
}

const ACCESS_CYCLES = 10_000;
const DEFAULT_WATCHDOG_CYCLES = 100_000;
const FIRST_CHUNK = 16_384;
const LARGEST_CHUNK = 2 ** 20;
const CHUNK_SECONDS = 0.2;
const RESPONSES = ["OKAY", "EXOKAY", "SLVERR", "DECERR"] as const;

/** Opens an accelerator with its memory and host on the simulator that the options choose, and resets it. */
export async function openAccelerator(
  design: Design | VerilogDesign,
  options: AcceleratorOptions,
): Promise<Accelerator> {
  const { engine: opened, buildSeconds, memory } = await openEngine(design, { host: {}, ...options });
  const engine = options.instrument?.(opened) ?? opened;
  const name = typeof design.top === "string" ? design.top : design.top.name;
  const bench = createTestbench(engine, name, () => undefined);
  bench.reset(options.resetCycles ?? 2);

  const access = (write: boolean, address: number, data: number): number => {
    const result = engine.access(write, address, data, ACCESS_CYCLES);
    if (result.stop === "done" && result.response === 0) return result.data;
    if (result.stop !== "done" && result.stop !== "quiet") throw stopError(engine, name, result.stop);
    const what = `${write ? "writing" : "reading"} register 0x${address.toString(16)} of ${name}`;
    throw new SystoleError({
      code: "harness-register",
      message:
        result.stop === "quiet"
          ? `${what}: no answer within ${ACCESS_CYCLES} cycles`
          : `${what} was answered with ${RESPONSES[result.response] ?? "an error"}`,
    });
  };
  const readRegister: ReadRegister = (address) => access(false, address, 0);

  const hang = (what: string, { onHang }: InterruptOptions): SystoleError => {
    const { lastActivityCycle, busy } = engine.memoryStatistics();
    const traffic =
      lastActivityCycle < 0
        ? "there was no AXI traffic at all"
        : `the last AXI traffic was in cycle ${lastActivityCycle}`;
    const memoryState = busy ? "bursts are still under way" : "no burst is under way";
    const detail = onHang === undefined ? "" : `\n${onHang(readRegister)}`;
    return new SystoleError({
      code: "accelerator-hang",
      message: `${name} ${what} in cycle ${engine.cycle}: ${traffic}, ${memoryState}${detail}`,
    });
  };

  const runUntilInterrupt = async (limits: InterruptOptions = {}): Promise<InterruptResult> => {
    const { maxCycles = Infinity, watchdogCycles = DEFAULT_WATCHDOG_CYCLES, progress, onProgress, signal } = limits;
    const started = performance.now();
    const first = engine.cycle;
    let quietSince = first;
    let token = progress?.(readRegister);
    let chunk = FIRST_CHUNK;
    for (;;) {
      signal?.throwIfAborted();
      const left = first + maxCycles - engine.cycle;
      if (left <= 0) throw hang(`did not finish within ${maxCycles} cycles`, limits);
      // The native watchdog counts from the last traffic; a sign of progress since then extends it.
      const { lastActivityCycle } = engine.memoryStatistics();
      quietSince = Math.max(quietSince, lastActivityCycle);
      const quiet = watchdogCycles === 0 ? 0 : quietSince + watchdogCycles - Math.max(lastActivityCycle, 0);
      const before = engine.cycle;
      const chunkStarted = performance.now();
      const stop = engine.run(Math.min(chunk, left), true, quiet);
      if (stop === "irq") return { cycles: engine.cycle - first, seconds: (performance.now() - started) / 1000 };
      if (stop === "quiet") {
        const next = progress?.(readRegister);
        if (next === undefined || next === token) throw hang(`made no progress for ${watchdogCycles} cycles`, limits);
        token = next;
        quietSince = engine.cycle;
      } else if (stop !== "done") throw stopError(engine, name, stop);
      const speed = (engine.cycle - before) / ((performance.now() - chunkStarted) / 1000);
      chunk = Math.max(1024, Math.min(LARGEST_CHUNK, Math.round(speed * CHUNK_SECONDS)));
      onProgress?.(engine.cycle - first);
      await setImmediate();
    }
  };

  return {
    engine,
    buildSeconds,
    image: memory!.image,
    cycle: () => engine.cycle,
    readRegister,
    writeRegister: (address, value) => {
      access(true, address, value);
    },
    runUntilInterrupt,
    step: bench.step,
    statistics: () => engine.memoryStatistics(),
    takeTrace: (origin, end = engine.cycle) => executionTrace(engine.takeEvents(), engine.takeActivity(), origin, end),
    close: bench.close,
  };
}

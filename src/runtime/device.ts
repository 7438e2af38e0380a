/** A simulated accelerator with its memory: registers by name, and programs run to their end. */
import { rmSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import { openEngine } from "../harness/index.ts";
import type {
  BuildProgress,
  Engine,
  InjectedFault,
  MemoryOptions,
  MemoryStatistics,
  StopReason,
  WaveOptions,
} from "../harness/index.ts";
import { violationError } from "../harness/index.ts";
import { generateAccelerator } from "../generators/index.ts";
import { CONTROL_BITS, ID_VALUE, STATUS_BITS } from "../isa/index.ts";
import type { CommandTrace } from "../isa/index.ts";
import { readCounters, registerAddress } from "./counters.ts";
import type { Counters } from "./counters.ts";
import { describeEngines, faultName } from "./hang.ts";
import { TraceCollector } from "./traces.ts";

/** Byte address of the memory's first byte on the bus; not zero, so that a forgotten base is found out. */
export const MEMORY_BASE = 0x4000_0000;

/** How the memory behind the accelerator behaves. */
export interface MemorySettings {
  /** Cycles between a burst's address and its first datum. */
  readonly latencyCycles: number;
  /** Bandwidth each way; at most a DMA beat a cycle. */
  readonly bytesPerCycle: number;
  /** Probability that each AXI channel is held back in a cycle. */
  readonly stallProbability: number;
  /** Seed of the stalls and of a random order. */
  readonly seed: number;
  /** In which order bursts of different ids are answered, see the harness. Default: as asked. */
  readonly order?: MemoryOptions["order"];
}

export interface DeviceOptions {
  readonly memory: MemorySettings;
  /** Bytes of memory. */
  readonly imageBytes: number;
  readonly wave?: WaveOptions | undefined;
  /** Of what memories and registers without reset hold at power-up. Default: 1. */
  readonly seed?: number;
  /** C++ optimisation level of the build; default: that of the harness. */
  readonly optimise?: 0 | 1 | 2 | 3;
  /** Error responses to give, for tests of the fault path. Addresses are bus addresses. */
  readonly faults?: readonly InjectedFault[];
  readonly onBuild?: (progress: BuildProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Where a run of commands lies and what it may touch; offsets in bytes from the memory's start. */
export interface Launch {
  readonly commandsOffset: number;
  readonly commands: number;
  /** BASE, as an offset: DRAM offsets in commands count from here. */
  readonly baseOffset: number;
  /** LIMIT. */
  readonly limitBytes: number;
  /** Purposes of the semaphores and operations of the commands, for messages. */
  readonly semaphores: readonly string[];
  readonly operationOf: (command: number) => string;
}

export interface LaunchOptions {
  /** Told how many commands have retired, a few times a second. */
  readonly onProgress?: (retired: number, cycles: number) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface LaunchResult {
  readonly counters: Counters;
  readonly traces: readonly CommandTrace[];
  /** Wall time of the simulation. */
  readonly seconds: number;
  /** Cycles simulated, register accesses included. */
  readonly simulatedCycles: number;
}

/** Wall time between two looks at progress and interruption, and the cycles of the first stretch, when the speed is unknown. */
const LOOK_MILLISECONDS = 150;
const FIRST_CYCLES = 5_000;
/** Cycles without any AXI traffic after which the accelerator counts as hung: more than the longest command computes. */
const QUIET_CYCLES = 20_000_000;
/** Cycles within which a register access is answered. */
const ACCESS_CYCLES = 10_000;

/** Cycles of the next stretch after one of `cycles` took `milliseconds`: at most four times as many, never none. */
function nextChunk(cycles: number, milliseconds: number): number {
  const fitting = (cycles * LOOK_MILLISECONDS) / Math.max(1, milliseconds);
  return Math.round(Math.max(500, Math.min(fitting, 4 * cycles)));
}

/** A generated accelerator under simulation. */
export class Device {
  readonly params: Params;
  /** The memory; shared with the simulation, not copied. */
  readonly image: Uint8Array;
  readonly simulator: string;
  readonly buildSeconds: number;
  readonly #engine: Engine;
  readonly #options: DeviceOptions;

  private constructor(params: Params, engine: Engine, image: Uint8Array, buildSeconds: number, options: DeviceOptions) {
    this.params = params;
    this.image = image;
    this.simulator = engine.simulator;
    this.buildSeconds = buildSeconds;
    this.#engine = engine;
    this.#options = options;
  }

  /** Generates, builds (or takes from the cache), resets, and checks that the registers are those of `params`. */
  static async open(params: Params, options: DeviceOptions): Promise<Device> {
    const { memory } = options;
    const p = memory.stallProbability;
    const {
      engine,
      built,
      memory: model,
    } = await openEngine(generateAccelerator(params), {
      memory: {
        image: options.imageBytes,
        baseAddress: MEMORY_BASE,
        latencyCycles: memory.latencyCycles,
        readBytesPerCycle: memory.bytesPerCycle,
        writeBytesPerCycle: memory.bytesPerCycle,
        stalls: p === 0 ? {} : { ar: p, r: p, aw: p, w: p, b: p },
        seed: memory.seed,
        order: memory.order ?? "in-order",
        faults: options.faults ?? [],
      },
      host: {},
      wave: options.wave,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.optimise === undefined ? {} : { optimise: options.optimise }),
      ...(options.onBuild === undefined ? {} : { onProgress: options.onBuild }),
      signal: options.signal,
    });
    if (model === undefined) throw new Error("the accelerator has no memory port");
    const device = new Device(params, engine, model.image, built.buildSeconds, options);
    device.#reset();
    const [id, config] = [device.read("ID"), device.read("CONFIG")];
    if (id !== ID_VALUE || config !== params.fingerprint) {
      throw new Error(
        `registers read ID ${id.toString(16)}, CONFIG ${config.toString(16)}: not this configuration's hardware`,
      );
    }
    return device;
  }

  /** Clock cycles since the start of the simulation. */
  get cycle(): number {
    return this.#engine.cycle;
  }

  read(name: string): number {
    return this.#access(false, registerAddress(name), 0);
  }

  write(name: string, value: number): void {
    this.#access(true, registerAddress(name), value >>> 0);
  }

  statistics(): MemoryStatistics {
    return this.#engine.memoryStatistics();
  }

  /** Lets the clock run, whatever the accelerator does. */
  idle(cycles: number): void {
    this.#engine.step(cycles);
  }

  /**
   * Starts the commands and runs until done. Throws `hardware-fault` with the fault's name and the command's index,
   * `hardware-hang` with what each engine waits for, or `interrupted`.
   */
  async launch(launch: Launch, options: LaunchOptions = {}): Promise<LaunchResult> {
    const started = performance.now();
    const firstCycle = this.cycle;
    this.#start(launch);
    const collector = new TraceCollector(this.cycle);
    let retired = 0;
    let chunk = FIRST_CYCLES;
    for (;;) {
      // Once even in a short program, so that many of them in a row can be interrupted too.
      await setImmediate();
      if (options.signal?.aborted === true) throw new SystoleError({ code: "interrupted", message: "interrupted" });
      const began = performance.now();
      const stop = this.#engine.run(chunk, true, QUIET_CYCLES);
      chunk = nextChunk(chunk, performance.now() - began);
      collector.add(this.#engine.takeEvents());
      if (stop === "irq") break;
      if (stop !== "done") throw this.#stopped(stop, launch);
      retired = collector.traces.length;
      options.onProgress?.(retired, this.cycle - firstCycle);
    }
    if (((this.read("STATUS") >>> STATUS_BITS.fault) & 1) === 1) throw this.#fault(launch);
    const counters = readCounters((name) => this.read(name));
    const violations = this.#engine.takeViolations();
    if (violations.length > 0) throw violationError("the accelerator", violations);
    return {
      counters,
      traces: collector.traces,
      seconds: (performance.now() - started) / 1000,
      simulatedCycles: this.cycle - firstCycle,
    };
  }

  /** Ends the simulation and finishes its wave file; after an interruption the file is removed. */
  close(): void {
    this.#engine.close();
    const { signal, wave } = this.#options;
    if (signal?.aborted === true && wave !== undefined) rmSync(wave.file, { force: true });
  }

  #reset(): void {
    const slot = this.#engine.layout.slots.find((s) => s.name === "reset");
    if (slot === undefined) throw new Error("the accelerator has no reset");
    this.#engine.now[slot.offset] = 1;
    this.#engine.step(2);
    this.#engine.now[slot.offset] = 0;
    this.#engine.settle();
  }

  #start(launch: Launch): void {
    const program = MEMORY_BASE + launch.commandsOffset;
    const base = MEMORY_BASE + launch.baseOffset;
    this.write("CONTROL", 1 << CONTROL_BITS.clear);
    this.write("IRQ_ENABLE", 1);
    this.write("PROGRAM_LO", program);
    this.write("PROGRAM_HI", Math.floor(program / 2 ** 32));
    this.write("COMMANDS", launch.commands);
    this.write("BASE_LO", base);
    this.write("BASE_HI", Math.floor(base / 2 ** 32));
    this.write("LIMIT", launch.limitBytes);
    this.#engine.takeEvents();
    this.write("CONTROL", 1 << CONTROL_BITS.start);
  }

  #access(write: boolean, address: number, data: number): number {
    const result = this.#engine.access(write, address, data, ACCESS_CYCLES);
    if (result.stop !== "done" && result.stop !== "irq") {
      throw new SystoleError({
        code: "hardware-hang",
        message: `no answer to the ${write ? "write" : "read"} of register 0x${address.toString(16)} (${result.stop})`,
      });
    }
    return result.data;
  }

  #describe(launch: Launch): string {
    return describeEngines((name) => this.read(name), launch.semaphores, launch.operationOf);
  }

  #fault(launch: Launch): SystoleError {
    const code = this.read("FAULT_CODE");
    const command = this.read("FAULT_COMMAND");
    return new SystoleError({
      code: "hardware-fault",
      message: `the accelerator stopped with fault ${faultName(code)} at command ${command} (${launch.operationOf(command)})\n  ${this.#describe(launch)}`,
    });
  }

  #stopped(stop: StopReason, launch: Launch): SystoleError {
    if (stop === "violation") return violationError("the accelerator", this.#engine.takeViolations());
    if (stop === "quiet") {
      return new SystoleError({
        code: "hardware-hang",
        message: `the accelerator hangs: no memory traffic for ${QUIET_CYCLES} cycles\n  ${this.#describe(launch)}`,
      });
    }
    return new SystoleError({
      code: "simulation-stopped",
      message: `the simulation stopped at cycle ${this.cycle}: ${this.#engine.takeLog()}`,
    });
  }
}

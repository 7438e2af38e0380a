/** A simulated accelerator with its memory: registers by name, and programs run to their end. */
import { rmSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import { elaborateAccelerator } from "../generators/index.ts";
import { openAccelerator } from "../harness/index.ts";
import type {
  Accelerator,
  AcceleratorOptions,
  BuildProgress,
  InjectedFault,
  MemoryOptions,
  MemoryStatistics,
  SimulatorName,
  WaveOptions,
} from "../harness/index.ts";
import { CONTROL_BITS, ENGINES, ID_VALUE, STATUS_BITS } from "../isa/index.ts";
import type { ExecutionTrace } from "../isa/index.ts";
import { readCounters, registerAddress } from "./counters.ts";
import type { Counters } from "./counters.ts";
import { describeEngines, faultName } from "./hang.ts";

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
  /** Default: embedded. */
  readonly simulator?: SimulatorName | undefined;
  /** Of what memories and registers without reset hold at power-up. Default: 1. */
  readonly seed?: number;
  /** Where Verilator's models are kept; default: that of the harness. */
  readonly cacheFolder?: string;
  /** C++ optimisation level of the build; default: that of the harness. */
  readonly optimise?: 0 | 1 | 2 | 3;
  /** Error responses to give, for tests of the fault path. Addresses are bus addresses. */
  readonly faults?: readonly InjectedFault[];
  readonly onBuild?: (progress: BuildProgress) => void;
  /** Looks at the simulation while it runs; all nets can then be looked at by name. */
  readonly instrument?: AcceleratorOptions["instrument"];
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
  /** From 0 to the counted cycles; command indices count from the launch's first command. */
  readonly trace: ExecutionTrace;
  /** Wall time of the simulation. */
  readonly seconds: number;
  /** Cycles simulated, register accesses included. */
  readonly simulatedCycles: number;
}

/** A generated accelerator under simulation. */
export class Device {
  readonly params: Params;
  readonly #accelerator: Accelerator;
  readonly #options: DeviceOptions;

  private constructor(params: Params, accelerator: Accelerator, options: DeviceOptions) {
    this.params = params;
    this.#accelerator = accelerator;
    this.#options = options;
  }

  /** Elaborates, opens the simulation (for Verilator: builds it, or takes it from the cache), resets, and checks that the registers are those of `params`. */
  static async open(params: Params, options: DeviceOptions): Promise<Device> {
    const { memory, wave, signal, seed, optimise, cacheFolder, onBuild } = options;
    const p = memory.stallProbability;
    const accelerator = await openAccelerator(elaborateAccelerator(params), {
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
      wave,
      signal,
      simulator: options.simulator,
      instrument: options.instrument,
      ...(options.instrument !== undefined && { observe: true }),
      ...(seed === undefined ? {} : { seed }),
      ...(optimise === undefined ? {} : { optimise }),
      ...(cacheFolder === undefined ? {} : { cacheFolder }),
      ...(onBuild === undefined ? {} : { onProgress: onBuild }),
    });
    const device = new Device(params, accelerator, options);
    const [id, config] = [device.read("ID"), device.read("CONFIG")];
    if (id !== ID_VALUE || config !== params.fingerprint) {
      const values = `ID ${id.toString(16)}, CONFIG ${config.toString(16)}`;
      throw new Error(`registers read ${values}: not this configuration's hardware`);
    }
    return device;
  }

  /** The memory; shared with the simulation, not copied. */
  get image(): Uint8Array {
    return this.#accelerator.image;
  }

  get simulator(): string {
    return this.#accelerator.engine.simulator;
  }

  get buildSeconds(): number {
    return this.#accelerator.buildSeconds;
  }

  /** Clock cycles since the start of the simulation. */
  get cycle(): number {
    return this.#accelerator.cycle();
  }

  read(name: string): number {
    return this.#accelerator.readRegister(registerAddress(name));
  }

  write(name: string, value: number): void {
    this.#accelerator.writeRegister(registerAddress(name), value >>> 0);
  }

  statistics(): MemoryStatistics {
    return this.#accelerator.statistics();
  }

  /** Lets the clock run, whatever the accelerator does. */
  idle(cycles: number): void {
    this.#accelerator.step(cycles);
  }

  /**
   * Starts the commands and runs until done. Throws `hardware-fault` with the fault's name and the command's index,
   * `accelerator-hang` with what each engine waits for, or `interrupted`.
   */
  async launch(launch: Launch, { onProgress, signal }: LaunchOptions = {}): Promise<LaunchResult> {
    const firstCycle = this.cycle;
    this.#start(launch);
    // Once even in a short program, so that many of them in a row can be interrupted too.
    await setImmediate();
    const { seconds } = await this.#accelerator.runUntilInterrupt({
      signal,
      progress: () => this.#sum("BUSY_LO"),
      onHang: () => `  ${this.#describe(launch)}`,
      onProgress: (cycles) => onProgress?.(this.#sum("RETIRED"), cycles),
    });
    // The interrupt's register follows the end of the program by one cycle.
    const end = this.cycle - 1;
    if (((this.read("STATUS") >>> STATUS_BITS.fault) & 1) === 1) throw this.#fault(launch);
    const counters = readCounters((name) => this.read(name));
    return {
      counters,
      trace: this.#accelerator.takeTrace(end - counters.cycles, end),
      seconds,
      simulatedCycles: this.cycle - firstCycle,
    };
  }

  /** Ends the simulation and finishes its wave file; after an interruption the file is removed. */
  close(): void {
    this.#accelerator.close();
    const { signal, wave } = this.#options;
    if (signal?.aborted === true && wave !== undefined) rmSync(wave.file, { force: true });
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
    this.#accelerator.takeTrace(0);
    this.write("CONTROL", 1 << CONTROL_BITS.start);
  }

  /** Sum of a register over the engines. */
  #sum(register: string): number {
    return ENGINES.reduce((sum, engine) => sum + this.read(`${engine.toUpperCase()}_${register}`), 0);
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
}

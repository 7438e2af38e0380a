/** Programs on the whole accelerator and on the functional machine, side by side. */
import { expect } from "vitest";
import type { Params } from "../../src/config/index.ts";
import type { Design } from "../../src/hdl/index.ts";
import { elaborateAccelerator } from "../../src/generators/index.ts";
import { openAccelerator } from "../../src/harness/index.ts";
import type { Accelerator, MemoryOptions, MemoryStatistics, SimulatorName } from "../../src/harness/index.ts";
import { CONTROL_BITS, ENGINES, FAULTS, REGISTERS, STATUS_BITS } from "../../src/isa/index.ts";
import type { ExecutionTrace, FaultName } from "../../src/isa/index.ts";
import { Machine } from "../../src/machine/index.ts";
import type { TestProgram } from "./test-program.ts";

/** The image: commands first, then the DRAM that offsets count from. Not at 0, so that a forgotten base shows. */
const BUS = 0x2_8000_0000;
const COMMANDS_OFFSET = 0x1c0;
const DRAM_OFFSET = 0x20000;

export interface AcceleratorTestOptions {
  readonly memory?: Partial<MemoryOptions>;
  /** What registers without reset and memories hold at power-up. */
  readonly seed?: number;
  /** Bytes of DRAM behind BASE. */
  readonly dramBytes: number;
  /** Default: Verilator. */
  readonly simulator?: SimulatorName;
}

/** How a program ended. */
export interface Outcome {
  readonly fault: FaultName;
  /** Of the fault. */
  readonly command: number;
  readonly cycles: number;
  readonly statistics: MemoryStatistics;
}

/** All that a host can see of a run. */
export interface Observation {
  readonly registers: readonly number[];
  readonly trace: ExecutionTrace;
  /** Of the simulation so far. */
  readonly cycle: number;
}

/** An accelerator under test. */
export interface AcceleratorDriver {
  readonly accelerator: Accelerator;
  /** DRAM from BASE. */
  readonly dram: Uint8Array;
  read(name: string): number;
  write(name: string, value: number): void;
  /** Puts the commands into memory and starts them. */
  start(bytes: Uint8Array, limit?: number): void;
  /** Waits for the interrupt and tells how it went. */
  finish(maxCycles?: number): Promise<Outcome>;
  /** What the hardware and the bus tell of the run so far: registers, trace. */
  observe(): Observation;
  close(): void;
}

const addressOf = (name: string): number => REGISTERS.find((register) => register.name === name)!.address;

/** Elaborated once for all drivers of a configuration. */
const designs = new WeakMap<Params, Design>();

export async function openDriver(p: Params, options: AcceleratorTestOptions): Promise<AcceleratorDriver> {
  const design = designs.get(p) ?? elaborateAccelerator(p);
  designs.set(p, design);
  const image = new Uint8Array(DRAM_OFFSET + Math.ceil(options.dramBytes / 4096) * 4096);
  const accelerator = await openAccelerator(design, {
    simulator: options.simulator ?? "verilator",
    optimise: 1,
    seed: options.seed ?? 1,
    memory: { ...options.memory, image, baseAddress: BUS },
  });
  const dram = image.subarray(DRAM_OFFSET, DRAM_OFFSET + options.dramBytes);
  const read = (name: string): number => accelerator.readRegister(addressOf(name));
  const write = (name: string, value: number): void => {
    accelerator.writeRegister(addressOf(name), value >>> 0);
  };
  const address = (name: string, value: number): void => {
    write(`${name}_LO`, value);
    write(`${name}_HI`, Math.floor(value / 2 ** 32));
  };
  return {
    accelerator,
    dram,
    read,
    write,
    start: (bytes, limit = options.dramBytes) => {
      if (bytes.length > DRAM_OFFSET - COMMANDS_OFFSET) throw new Error(`${bytes.length} bytes of commands`);
      image.set(bytes, COMMANDS_OFFSET);
      write("CONTROL", 1 << CONTROL_BITS.clear);
      write("IRQ_ENABLE", 1);
      address("PROGRAM", BUS + COMMANDS_OFFSET);
      address("BASE", BUS + DRAM_OFFSET);
      write("COMMANDS", bytes.length / 64);
      write("LIMIT", limit);
      write("CONTROL", 1 << CONTROL_BITS.start);
    },
    finish: async (maxCycles = 2_000_000) => {
      const onHang = (): string =>
        ENGINES.map((engine) => {
          const prefix = engine.toUpperCase();
          const [state, index, wait] = ["STATE", "COMMAND", "WAIT"].map((name) => read(`${prefix}_${name}`));
          return `${engine}: state ${state}, command ${index}, missing ${wait!.toString(16)}`;
        }).join("\n");
      const { cycles } = await accelerator.runUntilInterrupt({ maxCycles, watchdogCycles: 50_000, onHang });
      const status = read("STATUS");
      const code = read("FAULT_CODE");
      const fault = (Object.keys(FAULTS) as FaultName[]).find((name) => FAULTS[name].code === code)!;
      expect((status >> STATUS_BITS.busy) & 1).toBe(0);
      expect((status >> STATUS_BITS.fault) & 1).toBe(fault === "none" ? 0 : 1);
      expect((status >> STATUS_BITS.done) & 1).toBe(fault === "none" ? 1 : 0);
      return { fault, command: read("FAULT_COMMAND"), cycles, statistics: accelerator.statistics() };
    },
    observe: () => ({
      // What an idle engine's next command is, nobody knows.
      registers: REGISTERS.filter(({ name }) => !name.endsWith("_COMMAND")).map(({ name }) => read(name)),
      trace: accelerator.takeTrace(0),
      cycle: accelerator.cycle(),
    }),
    close: () => {
      accelerator.close();
    },
  };
}

/** Runs a program on accelerator and functional machine; every byte of DRAM must agree. */
export async function runBoth(
  driver: AcceleratorDriver,
  p: Params,
  program: TestProgram,
  poison: number,
): Promise<Outcome> {
  const expected = program.dram.slice();
  new Machine(p, { poison }).run(program.bytes, expected);
  driver.dram.set(program.dram);
  driver.start(program.bytes);
  const outcome = await driver.finish();
  expect(outcome).toMatchObject({ fault: "none" });
  const differences = expected.reduce((count, byte, i) => count + (byte === driver.dram[i] ? 0 : 1), 0);
  const first = expected.findIndex((byte, i) => byte !== driver.dram[i]);
  expect(differences, `bytes that differ, the first at DRAM offset ${first}`).toBe(0);
  const retired = ENGINES.map((engine) => driver.read(`${engine.toUpperCase()}_RETIRED`));
  expect(retired).toEqual(ENGINES.map((engine) => program.commands.filter((c) => c.engine === engine).length));
  return outcome;
}

/** A compiled encoder on the accelerator, clock by clock, with something wrong in the memory or in its commands. */
import { setImmediate } from "node:timers/promises";
import { commandsOffset, compileEncoder, executeProgram, imageBytes } from "../../src/compiler/index.ts";
import type { Program } from "../../src/compiler/index.ts";
import type { Params } from "../../src/config/index.ts";
import { generateAccelerator } from "../../src/generators/index.ts";
import { openAccelerator } from "../../src/harness/index.ts";
import type { InjectedFault, MemoryOptions, MemoryStatistics } from "../../src/harness/index.ts";
import {
  COMMAND_BYTES,
  CONTROL_BITS,
  decodeCommand,
  LOAD_SPACES,
  REGISTERS,
  STATUS_BITS,
  STORE_SOURCES,
} from "../../src/isa/index.ts";
import type { Command } from "../../src/isa/index.ts";
import { randomBert } from "../../src/model/index.ts";
import { faultName } from "../../src/runtime/index.ts";
import { prepareImage } from "./encoder-case.ts";

const BUS = 0x1_c000_0000;
/** Cycles after which a program that neither ends nor faults counts as hung. */
const LONGEST = 400_000;
const YIELD_CYCLES = 4096;
/** Cycles that are watched after the end, in case something is still written. */
const AFTERMATH = 3000;

/** A program with its image before, and after it has run undisturbed. */
export interface Prepared {
  readonly params: Params;
  readonly program: Program;
  readonly commands: readonly Command[];
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** A small layer of five heads of 24. */
export function prepare(params: Params, seed: number): Prepared {
  const { bert, input } = randomBert({ hidden: 120, heads: 5, intermediate: 240, layers: 1, seed });
  const compiled = compileEncoder(params, bert, { seq: 33, valid: [29] });
  const { program } = compiled;
  const before = prepareImage(compiled, [input(33, { valid: 29 })]);
  const after = before.slice();
  executeProgram(params, program, after);
  return { params, program, commands: commandsOf(program.commands), before, after };
}

function commandsOf(bytes: Uint8Array): Command[] {
  return Array.from({ length: bytes.length / COMMAND_BYTES }, (_, i) => decodeCommand(bytes, i * COMMAND_BYTES)!);
}

/** DRAM offset of some beat of a LOAD's or STORE's run, counted from the command's first. */
export function dramOffsetOf(p: Params, { engine, fields }: Command, run: number, beat: number): number {
  if (engine !== "load" && engine !== "store") throw new RangeError(`${engine} has no DRAM addresses`);
  return fields.dramOffset + run * fields.dramStride + beat * p.beatBytes;
}

/** Beats of a run of a LOAD or STORE. */
export function runBeats(p: Params, command: Command): number {
  if (command.engine === "load") {
    const unit = command.fields.space === LOAD_SPACES.accumulator ? p.accumulatorRowBytes : p.wordBytes;
    return (command.fields.runLength * unit) / p.beatBytes;
  }
  if (command.engine !== "store") throw new RangeError(`${command.engine} has no runs`);
  return (command.fields.runLength * p.wordBytes) / p.beatBytes;
}

/** Index of the first command of `engine` that touches the beat at a DRAM offset. */
export function firstToTouch({ params, commands }: Prepared, engine: "load" | "store", offset: number): number {
  return commands.findIndex((c) => {
    if (c.engine !== engine) return false;
    const bytes = runBeats(params, c) * params.beatBytes;
    return Array.from({ length: c.fields.runs }, (_, run) => dramOffsetOf(params, c, run, 0)).some(
      (start) => offset >= start && offset < start + bytes,
    );
  });
}

/** Takes its words from the norm stream. */
export const isStreamStore = (c: Command): boolean => c.engine === "store" && c.fields.source === STORE_SOURCES.stream;

/** How a run ended. Cycles are the simulation's. */
export interface Ending {
  readonly fault: string;
  readonly command: number;
  readonly busy: boolean;
  readonly done: boolean;
  /** Cycle of the first error response's handshake, if there was one. */
  readonly errorCycle: number | undefined;
  readonly irqCycle: number;
  /** At the interrupt, and long after it. */
  readonly statistics: MemoryStatistics;
  readonly later: MemoryStatistics;
  /** Data and commands at the interrupt, and long after it. */
  readonly image: Uint8Array;
  readonly laterImage: Uint8Array;
}

/** What a run may change of the program. */
export interface Start {
  /** Which of the two copies of the image: a fault at an address of one leaves the other alone. Default: 0. */
  readonly copy?: 0 | 1;
  readonly commands?: Uint8Array;
  readonly limit?: number;
  readonly before?: Uint8Array;
  /** Clear first, or start at once. */
  readonly clear?: boolean;
}

export interface FaultBench {
  readonly run: (start?: Start) => Promise<Ending>;
  readonly close: () => void;
}

const address = (name: string): number => REGISTERS.find((register) => register.name === name)!.address;

/** Bus address of a byte of the first copy's data. */
export const busAddress = (offset: number): number => BUS + offset;

/** Opens the accelerator with two copies of the program's image. */
export async function openFaultBench(
  { params, program, before }: Prepared,
  options: {
    readonly memory: Partial<MemoryOptions>;
    readonly faults?: readonly InjectedFault[];
    readonly seed: number;
  },
): Promise<FaultBench> {
  const span = imageBytes(program);
  const image = new Uint8Array(2 * span);
  const { faults = [], seed } = options;
  const accelerator = await openAccelerator(generateAccelerator(params), {
    seed,
    memory: { ...options.memory, image, baseAddress: BUS, seed, faults },
  });
  const { engine } = accelerator;
  const read = (name: string): number => accelerator.readRegister(address(name));
  const write = (name: string, value: number): void => {
    accelerator.writeRegister(address(name), value >>> 0);
  };
  const writeWide = (name: string, value: number): void => {
    write(`${name}_LO`, value);
    write(`${name}_HI`, Math.floor(value / 2 ** 32));
  };

  const run = async (start: Start = {}): Promise<Ending> => {
    const { copy = 0, commands = program.commands, limit = program.dataBytes, clear = true } = start;
    const mine = image.subarray(copy * span, (copy + 1) * span);
    mine.set(start.before ?? before);
    mine.set(commands, commandsOffset(program));
    const base = BUS + copy * span;
    const errorsBefore = countErrors(accelerator.statistics());
    if (clear) write("CONTROL", 1 << CONTROL_BITS.clear);
    write("IRQ_ENABLE", 1);
    writeWide("PROGRAM", base + commandsOffset(program));
    writeWide("BASE", base);
    write("COMMANDS", commands.length / COMMAND_BYTES);
    write("LIMIT", limit);
    write("CONTROL", 1 << CONTROL_BITS.start);
    let errorCycle: number | undefined;
    let offered: number | undefined;
    const first = engine.cycle;
    for (;;) {
      // A test that never yields is taken for dead.
      if ((engine.cycle - first) % YIELD_CYCLES === 0) await setImmediate();
      const stop = engine.run(1, true, 0);
      if (stop === "irq") break;
      if (stop !== "done") throw new Error(`the simulation stopped: ${stop}`);
      if (engine.cycle - first > LONGEST) throw new Error(`neither done nor a fault after ${LONGEST} cycles`);
      if (errorCycle !== undefined) continue;
      const statistics = accelerator.statistics();
      // An error is counted when it is offered; it acts when it is taken.
      if (countErrors(statistics) > errorsBefore) offered ??= engine.cycle - 1;
      if (offered !== undefined && statistics.lastActivityCycle >= offered) errorCycle = statistics.lastActivityCycle;
    }
    const irqCycle = engine.cycle;
    const statistics = accelerator.statistics();
    const atEnd = mine.slice();
    accelerator.step(AFTERMATH);
    const violations = engine.takeViolations();
    if (violations.length > 0) throw new Error(violations.map(({ text }) => text).join("; "));
    const status = read("STATUS");
    const has = (bit: keyof typeof STATUS_BITS): boolean => ((status >>> STATUS_BITS[bit]) & 1) === 1;
    const code = read("FAULT_CODE");
    if (has("fault") !== (code !== 0)) throw new Error(`STATUS ${status} and FAULT_CODE ${code} disagree`);
    return {
      fault: faultName(code),
      command: read("FAULT_COMMAND"),
      busy: has("busy"),
      done: has("done"),
      errorCycle,
      irqCycle,
      statistics,
      later: accelerator.statistics(),
      image: atEnd,
      laterImage: mine.slice(),
    };
  };
  return { run, close: accelerator.close };
}

const countErrors = ({ readErrors, writeErrors }: MemoryStatistics): number => readErrors + writeErrors;

/** Runs LOAD and STORE commands on the bench, with random memories around it. */
import type { Params } from "../../src/config/index.ts";
import { commandShape } from "../../src/generators/common/index.ts";
import { idle, poke, send, simulate } from "../../src/harness/index.ts";
import type { MemoryOptions, MemoryStatistics, Process, Random, StreamPorts } from "../../src/harness/index.ts";
import { command, LOAD_SPACES, STORE_SOURCES } from "../../src/isa/index.ts";
import type { LoadFields, PartialFields, StoreFields } from "../../src/isa/index.ts";
import { DmaBench } from "./dma-bench.ts";

/** Where the image begins on the bus, and how large it is. */
const BASE = 0x1_4000_0000;
export const IMAGE_BYTES = 1 << 18;

export type DmaCommand =
  { readonly engine: "load"; readonly fields: LoadFields } | { readonly engine: "store"; readonly fields: StoreFields };
export const load = (fields: PartialFields<"load">): DmaCommand =>
  ({ engine: "load", fields: command("load", fields).fields }) as DmaCommand;
export const store = (fields: PartialFields<"store">): DmaCommand =>
  ({ engine: "store", fields: command("store", fields).fields }) as DmaCommand;

export interface DmaOptions {
  readonly memory?: Partial<MemoryOptions>;
  /** Probability that a memory port or the stream refuses in a cycle. */
  readonly denial?: number;
  /** The accumulator refuses every write once, and never twice, whatever `denial` says. */
  readonly refuseRowsOnce?: boolean;
  /** LIMIT; default the whole image. */
  readonly limit?: number;
}

/** One thing an engine reported. */
export interface DmaEvent {
  readonly engine: "load" | "store";
  readonly cycle: number;
  readonly index: number;
  /** Retire: the mask. Fault: the code. */
  readonly value: number;
}

/** The bench with its memories, ready for commands. */
export async function openDma(p: Params, random: Random, options: DmaOptions = {}) {
  const { denial = 0, refuseRowsOnce = false } = options;
  const image = randomBytes(IMAGE_BYTES, random);
  const scratchpad = randomBytes(p.scratchpadWords * p.wordBytes, random);
  const accumulator = randomBytes(p.accumulatorRows * p.accumulatorRowBytes, random);
  const bench = await simulate(DmaBench, p, {
    simulator: "verilator",
    optimise: 1,
    seed: random.word(),
    memory: { ...options.memory, image, baseAddress: BASE, seed: random.word() },
  });
  const { dut, spawn, cycle } = bench;
  const retired: DmaEvent[] = [];
  const faults: DmaEvent[] = [];
  /** Words that NORM would give, in order. */
  const words: Uint8Array[] = [];
  let lastWrite = -1;

  poke(dut.base, BigInt(BASE));
  poke(dut.limit, options.limit ?? IMAGE_BYTES);

  const background = (name: string, process: () => Process): void => {
    spawn(process, { name, background: true });
  };
  background("scratchpad writes", function* () {
    const port = dut.spadWrite;
    for (;;) {
      port.ready.poke(!random.chance(denial));
      yield;
      if (port.valid.sampled() === 0 || port.ready.sampled() === 0) continue;
      lastWrite = cycle();
      scratchpad.set(bytesOf(port.data.sampledWords(), p.wordBytes), port.address.sampled() * p.wordBytes);
    }
  });
  background("accumulator writes", function* () {
    const port = dut.accWrite;
    let refused = false;
    for (;;) {
      port.ready.poke(refuseRowsOnce ? refused : !random.chance(denial));
      yield;
      refused = port.valid.sampled() === 1 && port.ready.sampled() === 0;
      if (port.valid.sampled() === 0 || refused) continue;
      lastWrite = cycle();
      const row = Int32Array.from(port.data, (element) => element.sampled());
      accumulator.set(new Uint8Array(row.buffer), port.address.sampled() * p.accumulatorRowBytes);
    }
  });
  background("scratchpad reads", function* () {
    const port = dut.spadRead;
    const due: (number | undefined)[] = [undefined];
    for (;;) {
      port.ready.poke(!random.chance(denial));
      const address = due.shift();
      port.dataValid.poke(address !== undefined);
      port.data.poke(address === undefined ? random.bits(8 * p.wordBytes) : wordAt(scratchpad, address, p.wordBytes));
      yield;
      due.push(port.valid.sampled() === 1 && port.ready.sampled() === 1 ? port.address.sampled() : undefined);
    }
  });
  background("norm stream", function* () {
    for (;;) {
      while (words.length === 0 || random.chance(denial)) yield;
      yield* send(dut.stream, { data: wordAt(words.shift()!, 0, p.wordBytes) });
    }
  });
  background("monitor", function* () {
    for (;;) {
      yield;
      for (const engine of ["load", "store"] as const) {
        const { retire, fault } = dut[engine];
        if (retire.valid.sampled() === 1) {
          retired.push({ engine, cycle: cycle(), index: retire.index.sampled(), value: retire.post.sampled() });
        }
        if (fault.valid.sampled() === 1 && !faults.some((f) => f.engine === engine)) {
          faults.push({ engine, cycle: cycle(), index: fault.index.sampled(), value: fault.code.sampled() });
        }
      }
    }
  });

  /** Gives the commands to their engines in order, as fast as they take them; indices count over both, from `first`. */
  const give = (commands: readonly DmaCommand[], first = 0): void => {
    for (const engine of ["load", "store"] as const) {
      const names = Object.keys(commandShape(engine));
      const port = dut[engine].command as StreamPorts;
      spawn(
        function* () {
          for (const [i, c] of commands.entries()) {
            if (c.engine !== engine) continue;
            const fields: Readonly<Record<string, number>> = { ...c.fields, index: first + i };
            yield* send(port, Object.fromEntries(names.map((name) => [name, fields[name]!])));
          }
        },
        { name: `${engine} commands`, background: true },
      );
    }
  };
  /** Runs until so many commands have retired; gives the cycles that took. */
  const runAll = (count: number, timeout = 200_000): number => {
    const before = retired.length;
    spawn(
      function* () {
        while (retired.length < before + count) yield "commands to retire";
      },
      { name: "end" },
    );
    return bench.run({ timeout });
  };
  /** Runs until an engine faults, and then until AXI is quiet; what the memory had counted when the fault showed. */
  const runToFault = (timeout = 200_000): MemoryStatistics => {
    spawn(
      function* () {
        while (faults.length === 0) yield "a fault";
      },
      { name: "fault" },
    );
    bench.run({ timeout });
    const atFault = bench.engine.memoryStatistics();
    dut.load.halt.poke(1);
    dut.store.halt.poke(1);
    spawn(
      function* () {
        do yield "AXI to be quiet";
        while (dut.quiet.sampled() === 0);
      },
      { name: "quiet" },
    );
    bench.run({ timeout });
    return atFault;
  };
  /** Runs some cycles, the memories included. */
  const idleFor = (cycles: number): void => {
    spawn(idle(cycles));
    bench.run();
  };
  return {
    ...bench,
    image,
    scratchpad,
    accumulator,
    words,
    retired,
    faults,
    give,
    runAll,
    runToFault,
    idleFor,
    lastWrite: () => lastWrite,
    statistics: (): MemoryStatistics => bench.engine.memoryStatistics(),
  };
}

export type DmaDriver = Awaited<ReturnType<typeof openDma>>;

/** What a command does to the memories. */
export function execute(
  p: Params,
  c: DmaCommand,
  state: Pick<DmaDriver, "image" | "scratchpad" | "accumulator" | "words">,
): void {
  const { fields } = c;
  let from = 0;
  for (let run = 0; run < fields.runs; run++) {
    const dram = fields.dramOffset + run * fields.dramStride;
    const place = fields.localAddress + run * fields.localStride;
    if (c.engine === "load") {
      const toRows = c.fields.space === LOAD_SPACES.accumulator;
      const unit = toRows ? p.accumulatorRowBytes : p.wordBytes;
      const target = toRows ? state.accumulator : state.scratchpad;
      target.set(state.image.subarray(dram, dram + fields.runLength * unit), place * unit);
    } else if (c.fields.source === STORE_SOURCES.stream) {
      for (let i = 0; i < fields.runLength; i++) state.image.set(state.words[from++]!, dram + i * p.wordBytes);
    } else {
      const bytes = state.scratchpad.subarray(place * p.wordBytes, (place + fields.runLength) * p.wordBytes);
      state.image.set(bytes, dram);
    }
  }
  if (c.engine === "store" && c.fields.source === STORE_SOURCES.stream) state.words.splice(0, from);
}

export function randomBytes(count: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.integer(0, 255));
}

function bytesOf(words: Uint32Array, count: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, count).slice();
}

function wordAt(bytes: Uint8Array, address: number, size: number): bigint {
  let word = 0n;
  for (let i = size - 1; i >= 0; i--) word = (word << 8n) | BigInt(bytes[address * size + i]!);
  return word;
}

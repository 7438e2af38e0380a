/**
 * Hazards: which earlier commands of other engines a command must wait for. Found from addresses alone, so that no one who
 * writes a schedule has to think of semaphores. Commands of one engine keep their order by themselves.
 */
import type { Params } from "../config/index.ts";
import { ENGINES } from "../isa/index.ts";
import type { Command } from "../isa/index.ts";
import { streamedBytes, visitAccesses } from "./accesses.ts";
import type { Space } from "./accesses.ts";

/** Dependencies of a list of commands, by position in the list. */
export interface Dependencies {
  /** [command][engine]: the last command of that engine that must have retired before the command starts, or -1. */
  readonly last: Int32Array;
  /** For a STORE from the stream: first and last NORM command that supplies it; else -1. */
  readonly streamFirst: Int32Array;
  readonly streamLast: Int32Array;
}

/** Index of each command's engine in `ENGINES`. */
export const engineIndex = (command: Command): number => ENGINES.indexOf(command.engine);

/** The last writer and, for each engine, the last reader of every granule of one space. */
class SpaceHistory {
  readonly #writer: Int32Array;
  readonly #writerEngine: Uint8Array;
  readonly #readers: readonly Int32Array[];
  /** Engines that have read the space at all. */
  readonly #reads = ENGINES.map(() => false);

  constructor(granules: number) {
    this.#writer = new Int32Array(granules).fill(-1);
    this.#writerEngine = new Uint8Array(granules);
    this.#readers = ENGINES.map(() => new Int32Array(granules).fill(-1));
  }

  access(write: boolean, from: number, to: number, id: number, engine: number, deps: Int32Array): void {
    const writer = this.#writer;
    for (let g = from; g < to; g++) {
      const w = writer[g]!;
      const e = this.#writerEngine[g]!;
      if (w >= 0 && e !== engine && w > deps[e]!) deps[e] = w;
    }
    if (!write) {
      this.#readers[engine]!.fill(id, from, to);
      this.#reads[engine] = true;
      return;
    }
    for (let e = 0; e < ENGINES.length; e++) {
      if (e === engine || !this.#reads[e]!) continue;
      const readers = this.#readers[e]!;
      for (let g = from; g < to; g++) if (readers[g]! > deps[e]!) deps[e] = readers[g]!;
    }
    writer.fill(id, from, to);
    this.#writerEngine.fill(engine, from, to);
  }
}

/** The part of DRAM that the program writes; the rest needs no watching. */
export interface DramWindow {
  readonly start: number;
  readonly end: number;
}

/** Granules of a window are at least a beat, and few enough to keep the arrays small. */
const maxGranules = 2 ** 21;

/** Finds the dependencies of `commands`, which are in an order that is right when executed one by one. */
export function findDependencies(params: Params, commands: readonly Command[], window: DramWindow): Dependencies {
  let granule = params.beatBytes;
  while ((window.end - window.start) / granule > maxGranules) granule *= 2;
  const histories: Record<Space, SpaceHistory> = {
    scratchpad: new SpaceHistory(params.scratchpadWords),
    accumulator: new SpaceHistory(params.accumulatorRows),
    rowMax: new SpaceHistory(params.rowSlots),
    dram: new SpaceHistory(Math.ceil(Math.max(0, window.end - window.start) / granule) + 1),
  };
  const last = new Int32Array(commands.length * ENGINES.length).fill(-1);
  const stream = new StreamHistory(commands.length);
  commands.forEach((command, id) => {
    const engine = engineIndex(command);
    const deps = last.subarray(id * ENGINES.length, (id + 1) * ENGINES.length);
    visitAccesses(params, command, (space, write, start, length) => {
      let [from, to] = [start, start + length];
      if (space === "dram") {
        from = Math.floor((Math.max(start, window.start) - window.start) / granule);
        to = Math.ceil((Math.min(start + length, window.end) - window.start) / granule);
      }
      if (to > from) histories[space].access(write, from, to, id, engine, deps);
    });
    stream.visit(params, command, id);
  });
  return { last, streamFirst: stream.first, streamLast: stream.last };
}

/** Which NORM commands supply which STORE. */
class StreamHistory {
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly #waiting: { readonly id: number; bytes: number }[] = [];

  constructor(commands: number) {
    this.first = new Int32Array(commands).fill(-1);
    this.last = new Int32Array(commands).fill(-1);
  }

  visit(params: Params, command: Command, id: number): void {
    if (command.engine === "norm") {
      const bytes = streamedBytes(params, command.fields);
      if (bytes > 0) this.#waiting.push({ id, bytes });
    } else if (command.engine === "store" && command.fields.source === 1) {
      let missing = command.fields.runs * command.fields.runLength * params.wordBytes;
      while (missing > 0) {
        const chunk = this.#waiting[0];
        if (chunk === undefined) throw new Error(`command ${id}: STORE takes more from the stream than NORM supplies`);
        const taken = Math.min(missing, chunk.bytes);
        if (this.first[id] === -1) this.first[id] = chunk.id;
        this.last[id] = chunk.id;
        chunk.bytes -= taken;
        missing -= taken;
        if (chunk.bytes === 0) this.#waiting.shift();
      }
    }
  }
}

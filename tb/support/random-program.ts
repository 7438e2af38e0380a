/** Random programs for the whole accelerator: legal commands of every kind in a random order, semaphores by the compiler's own hazard analysis. */
import type { Params } from "../../src/config/index.ts";
import type { Random } from "../../src/harness/index.ts";
import {
  command,
  GEMM_INITS,
  LOAD_SPACES,
  meanScale,
  NORM_FUNCTIONS,
  NORM_OUTPUTS,
  STORE_SOURCES,
} from "../../src/isa/index.ts";
import type { Command, EngineName, NormFunction, PartialFields } from "../../src/isa/index.ts";
import { meanReciprocal } from "../../src/reference/index.ts";
import { lastAmount, parameterWord, randomAmount, randomMultiplier } from "./norm-commands.ts";
import { assemble, withSemaphores, type TestProgram } from "./test-program.ts";

/** A block of `count` pieces of `length` rows or words, a stride apart. */
interface Block {
  readonly address: number;
  readonly stride: number;
}

/** Parameter rows at the end of the accumulator; every one of them serves as scale, gain and offset. */
const PARAMETER_ROWS = 64;

/** Makes one random program. */
export class ProgramMaker {
  readonly #p: Params;
  readonly #random: Random;
  readonly #commands: Command[] = [];
  /** Words and rows that the program uses: all of them loaded first and stored last. */
  readonly #words: readonly [number, number];
  readonly #rows: readonly [number, number];
  readonly #parameterBytes: number;
  readonly #dramBytes: number;
  readonly #slots = new Set<number>();
  #lastGemm: PartialFields<"gemm"> | undefined;

  constructor(p: Params, random: Random) {
    this.#p = p;
    this.#random = random;
    const words = Math.min(p.scratchpadWords, 384);
    const firstWord = random.pick([0, p.scratchpadWords - words, random.integer(0, p.scratchpadWords - words)]);
    this.#words = [firstWord, firstWord + words];
    const available = p.accumulatorRows - PARAMETER_ROWS;
    const rows = Math.min(available, 256);
    const firstRow = random.pick([0, available - rows, random.integer(0, available - rows)]);
    this.#rows = [firstRow, firstRow + rows];
    this.#parameterBytes = PARAMETER_ROWS * p.accumulatorRowBytes;
    this.#dramBytes = this.#parameterBytes + 2 * (words * p.wordBytes + rows * p.accumulatorRowBytes) + 4 * p.beatBytes;
  }

  /** A program of about `count` commands between loading and storing everything. */
  make(count: number): TestProgram {
    const p = this.#p;
    const [dumpWords, dumpRows] = this.#dumpPlaces();
    const [firstWord, endWord] = this.#words;
    const [firstRow, endRow] = this.#rows;
    const data = this.#parameterBytes;
    this.#load({
      dramOffset: 0,
      runLength: PARAMETER_ROWS,
      localAddress: p.accumulatorRows - PARAMETER_ROWS,
      space: 1,
    });
    this.#load({ dramOffset: data, runLength: endWord - firstWord, localAddress: firstWord });
    this.#load({ dramOffset: data, runLength: endRow - firstRow, localAddress: firstRow, space: 1 });
    while (this.#commands.length < count) this.#random.pick(this.#kinds())();
    this.#add("store", { dramOffset: dumpWords, runs: 1, runLength: endWord - firstWord, localAddress: firstWord });
    this.#add("norm", {
      function: NORM_FUNCTIONS.raw,
      rows: endRow - firstRow,
      slices: p.tileSlices,
      accAddress: firstRow,
      accStride: 0,
    });
    const streamWords = ((endRow - firstRow) * p.accumulatorRowBytes) / p.wordBytes;
    this.#add("store", { dramOffset: dumpRows, runs: 1, runLength: streamWords, source: STORE_SOURCES.stream });
    const commands = withSemaphores(p, this.#commands, this.#dramBytes);
    return { commands, bytes: assemble(commands), dram: this.#image() };
  }

  #kinds(): (() => void)[] {
    const { features } = this.#p;
    const kinds: (() => void)[] = [
      () => {
        this.#randomLoad();
      },
      () => {
        this.#randomStore();
      },
      () => {
        this.#gemm();
      },
      () => {
        this.#gemm();
      },
      () => {
        this.#requantise("requantise");
      },
      () => {
        this.#preload();
      },
      () => {
        this.#raw();
      },
    ];
    if (features.has("gelu"))
      kinds.push(() => {
        this.#requantise("gelu");
      });
    if (features.has("softmax"))
      kinds.push(() => {
        this.#softmax();
      });
    if (features.has("layernorm"))
      kinds.push(() => {
        this.#layerNorm();
      });
    return kinds;
  }

  #add<E extends EngineName>(engine: E, fields: PartialFields<E>): void {
    this.#commands.push(command(engine, fields));
  }

  #load(fields: PartialFields<"load">): void {
    this.#add("load", { runs: 1, ...fields });
  }

  #dumpPlaces(): [number, number] {
    const p = this.#p;
    const words = (this.#words[1] - this.#words[0]) * p.wordBytes;
    const rows = this.#dramBytes - (this.#rows[1] - this.#rows[0]) * p.accumulatorRowBytes;
    return [rows - words, rows];
  }

  #image(): Uint8Array {
    const random = this.#random;
    const dram = new Uint8Array(this.#dramBytes);
    const words = new Int32Array(dram.buffer);
    for (let i = 0; i < words.length; i++) words[i] = random.word() >> (random.chance(0.5) ? random.integer(0, 24) : 0);
    for (let i = 0; i < this.#parameterBytes / 4; i++) {
      words[i] = parameterWord(random);
    }
    return dram;
  }

  /** `count` pieces of `length` inside [first, end); undefined when they do not fit. Pieces do not overlap. */
  #block([first, end]: readonly [number, number], count: number, length: number): Block | undefined {
    const stride = length + (this.#random.chance(0.5) ? 0 : this.#random.integer(0, 6));
    const span = (count - 1) * stride + length;
    if (first + span > end) return undefined;
    return { address: this.#random.integer(first, end - span), stride };
  }

  /** Runs of a DMA command: lengths in words or rows of `unit` bytes, and their place in DRAM between `first` and `end`. */
  #runs(unit: number, most: number, first: number, end: number) {
    const p = this.#p;
    const random = this.#random;
    const align = Math.max(1, p.beatBytes / unit);
    const runs = random.pick([1, 1, 2, random.integer(1, 8)]);
    const runLength = align * random.integer(1, Math.max(1, Math.floor(most / (align * runs))));
    const dramStride = runLength * unit + p.beatBytes * random.pick([0, 1, random.integer(0, 20)]);
    const span = (runs - 1) * dramStride + runLength * unit;
    if (first + span > end) return undefined;
    const dramOffset = first + p.beatBytes * random.integer(0, Math.floor((end - first - span) / p.beatBytes));
    return { runs, runLength, dramStride, dramOffset };
  }

  #randomLoad(space: number = this.#random.integer(0, 1)): void {
    const p = this.#p;
    const toRows = space === LOAD_SPACES.accumulator;
    const runs = this.#runs(
      toRows ? p.accumulatorRowBytes : p.wordBytes,
      toRows ? 24 : 60,
      this.#parameterBytes,
      this.#dramBytes,
    );
    if (runs === undefined) return;
    const place = this.#block(toRows ? this.#rows : this.#words, runs.runs, runs.runLength);
    if (place === undefined) return;
    this.#load({ ...runs, localAddress: place.address, localStride: place.stride, space });
  }

  #randomStore(): void {
    const runs = this.#runs(this.#p.wordBytes, 60, this.#parameterBytes, this.#dramBytes);
    if (runs === undefined) return;
    const place = this.#block(this.#words, runs.runs, runs.runLength);
    if (place === undefined) return;
    this.#add("store", { ...runs, localAddress: place.address, localStride: place.stride });
  }

  /** Commands that leave the accumulator alone, to come between those that belong together. */
  #between(): void {
    if (this.#random.chance(0.3)) this.#randomLoad(LOAD_SPACES.scratchpad);
    if (this.#random.chance(0.3)) this.#randomStore();
  }

  #gemm(fixed: PartialFields<"gemm"> = {}) {
    const p = this.#p;
    const random = this.#random;
    const rows = fixed.rows ?? random.pick([1, 2, random.integer(1, 24)]);
    const nTiles = fixed.nTiles ?? random.integer(1, 3);
    const kTiles = random.integer(1, 4);
    const transpose = random.integer(0, 1);
    const aSub = random.integer(0, p.wordKSteps - 1);
    const wSub = random.integer(0, (transpose === 1 ? p.wordKSteps : p.wordTiles) - 1);
    const slices = (sub: number, count: number, per: number): number => Math.floor((sub + count - 1) / per) + 1;
    const a = this.#block(this.#words, slices(aSub, kTiles, p.wordKSteps), rows);
    const w =
      transpose === 1
        ? this.#block(this.#words, slices(wSub, kTiles, p.wordKSteps), nTiles * p.cols)
        : this.#block(this.#words, slices(wSub, nTiles, p.wordTiles), kTiles * p.rows);
    const acc = this.#block(this.#rows, nTiles, rows);
    if (a === undefined || w === undefined || acc === undefined || rows > p.rowSlots) return undefined;
    const rowSlot = fixed.rowSlot ?? random.integer(0, p.rowSlots - rows);
    const slots = Array.from({ length: rows }, (_, i) => rowSlot + i);
    const trackMax = fixed.trackMax ?? (p.features.has("softmax") ? random.integer(0, 1) : 0);
    const startMax = fixed.startMax ?? (slots.every((slot) => this.#slots.has(slot)) ? random.integer(0, 1) : 1);
    if (trackMax === 1) for (const slot of slots) this.#slots.add(slot);
    const gemm = {
      rows,
      nTiles,
      kTiles,
      transpose,
      aSub,
      wSub,
      aAddress: a.address,
      aStride: a.stride,
      wAddress: w.address,
      wStride: w.stride,
      accAddress: acc.address,
      accStride: acc.stride,
      init: random.pick(Object.values(GEMM_INITS)),
      biasAddress: p.accumulatorRows - PARAMETER_ROWS + random.integer(0, PARAMETER_ROWS - nTiles),
      unsignedA: random.integer(0, 1),
      trackMax,
      startMax,
      validColumns: random.integer(1, nTiles * p.cols + 3),
      rowSlot,
      ...fixed,
    };
    // Rows of the product before may still be on their way: the same rows in the same order, or others.
    const last = this.#lastGemm;
    if (last !== undefined && overlaps(last, gemm)) {
      const same = last.rows === rows && last.nTiles === nTiles && fixed.init === undefined;
      if (!same) return undefined;
      Object.assign(gemm, { accAddress: last.accAddress, accStride: last.accStride });
    }
    this.#lastGemm = gemm;
    this.#add("gemm", gemm);
    return gemm;
  }

  /** Scales of a pass: per tensor, or per channel from the parameter rows. */
  #scales(slices: number): PartialFields<"norm"> {
    const p = this.#p;
    const random = this.#random;
    const tiles = Math.ceil(slices / p.tileSlices);
    const paramStride = random.integer(0, Math.min(15, Math.floor((PARAMETER_ROWS - 3) / Math.max(1, tiles - 1))));
    const span = (tiles - 1) * paramStride + 3;
    return {
      perChannel: random.integer(0, 1),
      paramAddress: p.accumulatorRows - PARAMETER_ROWS + random.integer(0, PARAMETER_ROWS - span),
      paramStride,
      scaleM: randomMultiplier(random),
      scaleE: randomAmount(random),
      finalM: randomMultiplier(random),
      finalE: lastAmount(random),
      relu: random.integer(0, 1),
    };
  }

  /** A random block of accumulator rows for a pass. */
  #source(rows = this.#random.integer(1, 24), slices = this.#random.integer(1, 4)) {
    const tiles = Math.ceil(slices / this.#p.tileSlices);
    const acc = this.#block(this.#rows, tiles, rows);
    if (acc === undefined) return undefined;
    const validColumns = this.#random.integer(1, slices * this.#p.lanes + 2);
    return { rows, slices, accAddress: acc.address, accStride: acc.stride, validColumns };
  }

  /** Adds a pass that writes int8 to the scratchpad, or to the stream and on to DRAM; false when there is no room for it. */
  #int8(name: NormFunction, fields: PartialFields<"norm">): boolean {
    const p = this.#p;
    const { rows = 1, slices = 1 } = fields;
    const words = rows * slices;
    const streams = p.lanes === p.wordBytes && (words * p.wordBytes) % p.beatBytes === 0 && this.#random.chance(0.4);
    if (streams) {
      this.#add("norm", { ...fields, function: NORM_FUNCTIONS[name], output: NORM_OUTPUTS.stream });
      this.#storeStream(words);
      return true;
    }
    const spadSub = this.#random.integer(0, p.wordSlices - 1);
    const spad = this.#block(this.#words, Math.floor((spadSub + slices - 1) / p.wordSlices) + 1, rows);
    if (spad === undefined) return false;
    this.#add("norm", {
      ...fields,
      function: NORM_FUNCTIONS[name],
      spadAddress: spad.address,
      spadStride: spad.stride,
      spadSub,
    });
    return true;
  }

  /** One or two stores for the words of the stream. */
  #storeStream(words: number): void {
    const p = this.#p;
    const random = this.#random;
    const align = Math.max(1, p.beatBytes / p.wordBytes);
    const first = align * random.integer(1, Math.max(1, words / align));
    for (const runLength of first < words && random.chance(0.5) ? [first, words - first] : [words]) {
      const room = this.#dramBytes - this.#parameterBytes - runLength * p.wordBytes;
      const dramOffset = this.#parameterBytes + p.beatBytes * random.integer(0, Math.floor(room / p.beatBytes));
      this.#add("store", { dramOffset, runs: 1, runLength, source: STORE_SOURCES.stream });
    }
  }

  #requantise(name: "requantise" | "gelu"): void {
    const source = this.#source();
    if (source !== undefined) this.#int8(name, { ...source, ...this.#scales(source.slices) });
  }

  #preload(): void {
    const p = this.#p;
    const target = this.#source();
    if (target === undefined) return;
    const spadSub = this.#random.integer(0, p.wordSlices - 1);
    const spad = this.#block(this.#words, Math.floor((spadSub + target.slices - 1) / p.wordSlices) + 1, target.rows);
    if (spad === undefined) return;
    this.#add("norm", {
      ...target,
      ...this.#scales(target.slices),
      function: NORM_FUNCTIONS.preload,
      spadAddress: spad.address,
      spadStride: spad.stride,
      spadSub,
    });
  }

  #raw(): void {
    const p = this.#p;
    const source = this.#source();
    if (source === undefined) return;
    const bytes = source.rows * source.slices * p.lanes * 4;
    if (bytes % p.wordBytes !== 0 || bytes % p.beatBytes !== 0) return;
    this.#add("norm", { ...source, function: NORM_FUNCTIONS.raw });
    this.#storeStream(bytes / p.wordBytes);
  }

  /** Scores with their maxima, exp, and what may follow: probabilities, or a product divided by the row sums. */
  #softmax(): void {
    const p = this.#p;
    const random = this.#random;
    const scores = this.#gemm({ trackMax: 1, startMax: 1, init: GEMM_INITS.zero });
    if (scores === undefined) return;
    this.#between();
    const { rows, nTiles, accAddress, accStride, validColumns, rowSlot } = scores;
    const slices = nTiles * p.tileSlices;
    const scales = { ...this.#scales(slices), perChannel: 0, relu: 0, scaleE: random.integer(16, 30) };
    const pass = { rows, slices, accAddress, accStride, validColumns, rowSlot, ...scales };
    if (random.chance(0.5)) this.#add("norm", { ...pass, function: NORM_FUNCTIONS.exp });
    else if (!this.#int8("exp", { ...pass, deferred: 1 })) return;
    this.#between();
    if (random.chance(0.5)) this.#int8("probability", pass);
    const values = this.#source(rows);
    if (values === undefined) return;
    this.#int8("requantise", { ...values, ...this.#scales(values.slices), rowScale: 1, rowSlot });
  }

  #layerNorm(): void {
    const p = this.#p;
    const source = this.#source();
    if (source === undefined) return;
    const mean = meanScale(meanReciprocal(Math.min(source.validColumns, source.slices * p.lanes)));
    const pass = {
      ...source,
      ...this.#scales(source.slices),
      rowSlot: this.#random.integer(0, p.rowSlots - source.rows),
    };
    this.#add("norm", { ...pass, function: NORM_FUNCTIONS.statistics, ...mean });
    this.#between();
    this.#int8("normalise", pass);
  }
}

function overlaps(a: PartialFields<"gemm">, b: PartialFields<"gemm">): boolean {
  const rowsOf = (g: PartialFields<"gemm">): number[] =>
    Array.from(
      { length: g.nTiles! * g.rows! },
      (_, i) => g.accAddress! + Math.floor(i / g.rows!) * g.accStride! + (i % g.rows!),
    );
  const taken = new Set(rowsOf(a));
  return rowsOf(b).some((row) => taken.has(row));
}

import { SystoleError } from "../errors.ts";
import type { Inspection, SignalPlace } from "../hdl/simulate/index.ts";
import { VcdWriter } from "./vcd-writer.ts";

/** A window of a run to record as waves. */
export interface WaveWindow {
  readonly file: string;
  /** First recorded cycle. Default: 0. */
  readonly fromCycle?: number | undefined;
  /** First cycle not recorded. Default: none. */
  readonly toCycle?: number | undefined;
  /** Instance path below the top, dots between its parts (`"gemm.array"`); only what is in it is recorded. Default: all. */
  readonly scope?: string | undefined;
  /** Levels of hierarchy recorded below the scope. Default: all. */
  readonly depth?: number | undefined;
}

/** Units of time of a cycle; the rising edge lies in its middle. */
const CYCLE = 10;
const CLOCK = 0;

/**
 * Records a simulation inside this process as VCD. The words in which signals lie are compared with what they were; a
 * change costs some 50 ns, a word without a change 1 or 2.
 */
export class WaveRecorder {
  readonly fromCycle: number;
  readonly toCycle: number;
  readonly #writer: VcdWriter;
  readonly #words: Uint32Array;
  /** Words looked at, and what they were. */
  readonly #looked: Int32Array;
  readonly #before: Uint32Array;
  /** The codes that touch word i are `touching[first[i]]` to before `touching[first[i + 1]]`. */
  readonly #first: Int32Array;
  readonly #touching: Int32Array;
  readonly #places: readonly Place[];
  /** Bits of its word that a code of up to 32 bits has. */
  readonly #mask: Uint32Array;
  /** Scan in which a code was written last. */
  readonly #written: Int32Array;
  #scan = 0;

  /** Throws SystoleError for a scope that the design does not have and for a file that cannot be written. */
  constructor({ top, memory, signals }: Inspection, window: WaveWindow) {
    this.fromCycle = window.fromCycle ?? 0;
    this.toCycle = window.toCycle ?? Infinity;
    const { variables, places } = choose(top, signals, window);
    this.#words = new Uint32Array(memory, 0, memory.byteLength >>> 2);
    this.#places = places;
    const touched = new Map<number, number[]>();
    places.forEach(({ word, words, constant }, code) => {
      for (let i = 0; i < (code === CLOCK || constant !== undefined ? 0 : words); i++) {
        const codes = touched.get(word + i);
        if (codes === undefined) touched.set(word + i, [code]);
        else codes.push(code);
      }
    });
    const sorted = [...touched].sort(([a], [b]) => a - b);
    this.#looked = Int32Array.from(sorted, ([word]) => word);
    this.#before = new Uint32Array(sorted.length);
    this.#touching = Int32Array.from(sorted.flatMap(([, codes]) => codes));
    this.#first = new Int32Array(sorted.length + 1);
    sorted.forEach(([, codes], i) => (this.#first[i + 1] = this.#first[i]! + codes.length));
    this.#mask = Uint32Array.from(places, ({ width, shift }) => (width >= 32 ? -1 : (2 ** width - 1) << shift));
    this.#written = new Int32Array(places.length);
    this.#writer = new VcdWriter(window.file, top, variables);
  }

  /** Changes written so far. */
  get changes(): number {
    return this.#writer.changes;
  }

  /** Whether a cycle lies in the window. */
  records(cycle: number): boolean {
    return cycle >= this.fromCycle && cycle < this.toCycle;
  }

  /** Records the values before the clock edge of a cycle; the simulation has settled. */
  before(cycle: number): void {
    this.#record(cycle, cycle * CYCLE, 0);
  }

  /** Records the values after the clock edge of a cycle. */
  after(cycle: number): void {
    this.#record(cycle, cycle * CYCLE + CYCLE / 2, 1);
  }

  /** Finishes the file. */
  close(): void {
    this.#writer.close();
  }

  #record(cycle: number, time: number, clock: number): void {
    if (!this.records(cycle)) return;
    this.#writer.time(time);
    this.#writer.bit(CLOCK, clock);
    const scan = ++this.#scan;
    if (scan === 1) this.#recordAll();
    const [words, looked, before] = [this.#words, this.#looked, this.#before];
    for (let i = 0; i < looked.length; i++) {
      const value = words[looked[i]!]!;
      const difference = value ^ before[i]!;
      if (difference === 0) continue;
      before[i] = value;
      for (let at = this.#first[i]!; at < this.#first[i + 1]!; at++) {
        const code = this.#touching[at]!;
        if (this.#written[code] === scan) continue;
        const place = this.#places[code]!;
        if (place.words > 1) this.#writer.words(code, place.width, words, place.word);
        else if ((difference & this.#mask[code]!) === 0) continue;
        else this.#writeNumber(code, place, value);
        this.#written[code] = scan;
      }
    }
  }

  /** Every value, as the file begins. */
  #recordAll(): void {
    for (let i = 0; i < this.#looked.length; i++) this.#before[i] = this.#words[this.#looked[i]!]!;
    this.#places.forEach((place, code) => {
      if (code === CLOCK) return;
      const { constant, width, word, words } = place;
      if (constant !== undefined) this.#writer.words(code, width, bitsOf(constant, width), 0);
      else if (words > 1) this.#writer.words(code, width, this.#words, word);
      else this.#writeNumber(code, place, this.#words[word]!);
    });
  }

  #writeNumber(code: number, { width, shift }: Place, value: number): void {
    const bits = (value & this.#mask[code]!) >>> shift;
    if (width === 1) this.#writer.bit(code, bits);
    else this.#writer.number(code, bits);
  }
}

/** Where the value of a code lies. */
interface Place {
  readonly width: number;
  readonly word: number;
  readonly words: number;
  /** Bits of its word below it. */
  readonly shift: number;
  readonly constant: bigint | undefined;
}

/** The signals of a window as variables; signals at one address share a code. Code 0 is the clock. */
function choose(top: string, signals: readonly SignalPlace[], { scope = "", depth = Infinity }: WaveWindow) {
  const levels = scope === "" ? 0 : scope.split(".").length;
  const isInside = (path: string): boolean => scope === "" || path === scope || path.startsWith(`${scope}.`);
  const isShallow = (path: string): boolean => (path === "" ? 0 : path.split(".").length) - levels < depth;
  const inside = signals.filter(({ path }) => isInside(path));
  if (inside.length === 0) {
    const paths = [...new Set(signals.map(({ path }) => path))].filter((path) => path !== "");
    throw new SystoleError({
      code: "waves-no-scope",
      message: `${top} has no instance ${scope} to record; its instances are ${paths.slice(0, 20).join(", ")}${paths.length > 20 ? ", …" : ""}`,
    });
  }
  const places: Place[] = [{ width: 1, word: 0, words: 0, shift: 0, constant: undefined }];
  const codes = new Map<string, number>();
  const variables = inside
    .filter(({ path }) => isShallow(path))
    .map(({ path, name, kind, width, address, constant }) => {
      const key = address === undefined ? `constant ${width} ${constant}` : `${address} ${width}`;
      let code = kind === "clock" ? CLOCK : codes.get(key);
      if (code === undefined) {
        const at = address ?? 0;
        code = places.length;
        codes.set(key, code);
        places.push({ width, word: at >>> 2, words: Math.ceil(width / 32), shift: 8 * (at & 3), constant });
      }
      return { path, name, width, isRegister: kind === "reg", code };
    });
  return { variables, places };
}

function bitsOf(value: bigint, width: number): Uint32Array {
  return Uint32Array.from({ length: Math.ceil(width / 32) }, (_, i) =>
    Number(BigInt.asUintN(32, BigInt.asUintN(width, value) >> BigInt(32 * i))),
  );
}

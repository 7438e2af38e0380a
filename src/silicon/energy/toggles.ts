import type { Inspection, SignalPlace } from "../../hdl/simulate/index.ts";

/** Bits of one 32-bit word of the simulation's memory that belong to equal nets of one group. */
interface Entry {
  /** Index of the word among those that are looked at. */
  readonly word: number;
  mask: number;
  readonly group: number;
  /** Bits of each register in the word, 0 for other nets; a register has a byte, two or four of the word. */
  readonly registerBits: number;
  readonly bytes: number;
  /** Nets of the group that have this very place. */
  times: number;
}

/**
 * Counts the bits that change from one look at a simulation to the next. `groupOf` gives each instance, by its path, the
 * number of its group, -1 to leave it out. Values must be settled when they are looked at.
 */
export class ToggleCounter {
  /** By group: bits of the nets that its instances see, registers, wires and ports, that differ between the last two looks. */
  readonly toggles: Float64Array;
  /** By group: those of registers alone. */
  readonly registerToggles: Float64Array;
  /** By group: bits of the registers of which any bit differs: what ideal clock gates would have clocked. */
  readonly clockedBits: Float64Array;
  /** By group: bits of all nets that its instances see, under every name that it has. */
  readonly bits: Float64Array;
  readonly registerBits: Float64Array;
  readonly #memory: Uint32Array;
  /** Words of the memory that are looked at, and what they held. */
  readonly #places: Int32Array;
  readonly #held: Int32Array;
  readonly #words: Int32Array;
  readonly #masks: Int32Array;
  readonly #groups: Int32Array;
  readonly #registers: Int32Array;
  readonly #bytes: Int32Array;
  readonly #times: Int32Array;

  constructor({ memory, signals }: Inspection, groups: number, groupOf: (path: string) => number) {
    this.#memory = new Uint32Array(memory, 0, memory.byteLength >>> 2);
    this.toggles = new Float64Array(groups);
    this.registerToggles = new Float64Array(groups);
    this.clockedBits = new Float64Array(groups);
    this.bits = new Float64Array(groups);
    this.registerBits = new Float64Array(groups);
    const places = new Map<number, number>();
    const entries = this.#collect(signals, groupOf, places);
    this.#places = Int32Array.from(places.keys());
    this.#held = new Int32Array(this.#places.length);
    this.#words = Int32Array.from(entries, ({ word }) => word);
    this.#masks = Int32Array.from(entries, ({ mask }) => mask);
    this.#groups = Int32Array.from(entries, ({ group }) => group);
    this.#registers = Int32Array.from(entries, ({ registerBits }) => registerBits);
    this.#bytes = Int32Array.from(entries, ({ bytes }) => bytes);
    this.#times = Int32Array.from(entries, ({ times }) => times);
  }

  /** Remembers the values as they are. */
  look(): void {
    const memory = this.#memory;
    const places = this.#places;
    const held = this.#held;
    for (let i = 0; i < places.length; i++) held[i] = memory[places[i]!]!;
  }

  /** Sets the counts to what has changed since the last look. */
  compare(): void {
    for (const counts of [this.toggles, this.registerToggles, this.clockedBits]) counts.fill(0);
    const held = this.#held;
    const memory = this.#memory;
    const places = this.#places;
    for (let i = 0; i < held.length; i++) held[i] = held[i]! ^ memory[places[i]!]!;
    const words = this.#words;
    for (let i = 0; i < words.length; i++) {
      const changed = held[words[i]!]! & this.#masks[i]!;
      if (changed === 0) continue;
      const group = this.#groups[i]!;
      const count = this.#times[i]! * ones(changed);
      this.toggles[group]! += count;
      const register = this.#registers[i]!;
      if (register === 0) continue;
      this.registerToggles[group]! += count;
      this.clockedBits[group]! += register * parts(changed, this.#bytes[i]!);
    }
  }

  #collect(signals: readonly SignalPlace[], groupOf: (path: string) => number, places: Map<number, number>): Entry[] {
    // Equal nets that share their place, as ports do that are wired through, are counted together.
    const single = new Map<string, Entry>();
    for (const { path, kind, width, address } of signals) {
      const group = groupOf(path);
      if (group < 0 || kind === "clock") continue;
      const isRegister = kind === "reg";
      this.bits[group]! += width;
      if (isRegister) this.registerBits[group]! += width;
      if (address === undefined) continue;
      const bytes = width <= 8 ? 1 : width <= 16 ? 2 : 4;
      for (let bit = 0; bit < width; bit += 32) {
        const place = (address + bit / 8) >>> 2;
        const bitsHere = Math.min(32, width - bit);
        const mask = (bitsHere === 32 ? -1 : (1 << bitsHere) - 1) << (8 * (address & 3));
        const registerBits = isRegister ? bitsHere : 0;
        if (!places.has(place)) places.set(place, places.size);
        const key = `${place} ${group} ${registerBits} ${bytes} ${mask}`;
        const entry = single.get(key);
        if (entry !== undefined) entry.times++;
        else single.set(key, { word: places.get(place)!, mask, group, registerBits, bytes, times: 1 });
      }
    }
    // Neighbours in a word: the lanes of one net.
    const merged = new Map<string, Entry>();
    for (const entry of single.values()) {
      const { word, mask, group, registerBits, bytes, times } = entry;
      const key = `${word} ${group} ${registerBits} ${bytes} ${times}`;
      const first = merged.get(key);
      if (first === undefined) merged.set(key, entry);
      else if ((first.mask & mask) === 0) first.mask |= mask;
      else merged.set(`${key} ${mask}`, entry);
    }
    return [...merged.values()];
  }
}

/** Bits set in a 32-bit word. */
function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x5555_5555);
  n = (n & 0x3333_3333) + ((n >>> 2) & 0x3333_3333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** How many of a word's parts of 1, 2 or 4 bytes are not 0. */
function parts(word: number, bytes: number): number {
  if (bytes === 4) return 1;
  if (bytes === 2) return Number((word & 0xffff) !== 0) + Number(word >>> 16 !== 0);
  return (
    Number((word & 0xff) !== 0) +
    Number((word & 0xff00) !== 0) +
    Number((word & 0xff_0000) !== 0) +
    Number(word >>> 24 !== 0)
  );
}

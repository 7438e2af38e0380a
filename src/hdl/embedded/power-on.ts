import type { Net } from "../ir.ts";
import type { CompiledDesign } from "./compile.ts";
import { bytesOf, roomOf } from "./layout.ts";
import type { Pack } from "./network.ts";
import { WORD_BITS } from "./trees.ts";

/**
 * Fills registers and memories: with reset values, contents and zeros for seed 0, else with random values where nothing is said.
 * Each has random numbers of its own: an observed design starts as one that is not.
 */
export function powerOn(bytes: Uint8Array, { layout, network }: CompiledDesign, seed: number): void {
  const memory = new Words(bytes);
  for (const [signal, address] of layout.placed()) {
    if (signal.kind !== "reg" && signal.kind !== "read") continue;
    const { pack, net } = signal;
    const { width, signed, reset } = net;
    const isExtended = signed && width <= WORD_BITS;
    if (seed === 0) {
      if (reset === undefined) continue;
      for (let lane = 0; lane < signal.lanes; lane++) {
        memory.put(address + lane * bytesOf(width), width, reset);
      }
      continue;
    }
    const { whole, low } = pack.lowered.parts.get(net) ?? { whole: net, low: 0 };
    const random = randomWords(seed, numberOf(pack, whole));
    for (let lane = 0; lane < signal.lanes; lane++) {
      const place = address + lane * bytesOf(width);
      if (whole === net && width <= 32) memory.putWord(place, width, signed, random());
      else {
        let value = 0n;
        for (let bit = 0; bit < whole.width; bit += 32) value |= BigInt(random()) << BigInt(bit);
        value >>= BigInt(low);
        memory.put(place, width, isExtended ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value));
      }
    }
  }
  let memories = 0;
  for (const pack of network.packs) {
    for (const { memory: declared } of pack.lowered.memories) {
      const { width, depth, init } = declared;
      const size = bytesOf(width);
      pack.lanes.forEach((_, lane) => {
        const base = layout.words(pack, declared, lane);
        const random = randomWords(seed, -1 - memories++);
        if (base + size * roomOf(declared) > bytes.length) return;
        if (init !== undefined) {
          init.slice(0, depth).forEach((word, index) => {
            memory.put(base + index * size, width, word);
          });
        } else if (seed !== 0) memory.fill(base, width, depth, random);
      });
    }
  }
}

/** A number of its own for every register and every data of a read in a design, however it is compiled. */
function numberOf(pack: Pack, net: Net): number {
  return Math.imul(pack.index + 1, 65_537) + pack.lowered.module.nets.indexOf(net);
}

/** Writes values as the simulation keeps them. */
class Words {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  /** Puts a value in its range in its `bytesOf(width)` bytes. */
  put(address: number, width: number, value: bigint): void {
    const size = bytesOf(width);
    if (size <= 4) {
      this.#putSmall(address, size, Number(BigInt.asIntN(32, value)));
      return;
    }
    const bits = width > WORD_BITS ? BigInt.asUintN(width, value) : value;
    for (let offset = 0; offset < size; offset += 8) {
      this.#view.setBigUint64(address + offset, BigInt.asUintN(64, bits >> BigInt(8 * offset)), true);
    }
  }

  /** Puts the low bits of a 32-bit word. */
  putWord(address: number, width: number, signed: boolean, word: number): void {
    const unused = 32 - width;
    this.#putSmall(address, bytesOf(width), signed ? (word << unused) >> unused : (word << unused) >>> unused);
  }

  /** Fills `count` words of a memory. */
  fill(address: number, width: number, count: number, random: () => number): void {
    const size = bytesOf(width);
    for (let word = 0; word < count; word++) {
      const at = address + word * size;
      if (width <= 32) {
        this.putWord(at, width, false, random());
        continue;
      }
      for (let bit = 0; bit < width; bit += 32) {
        const unused = Math.max(0, 32 - (width - bit));
        this.#view.setUint32(at + bit / 8, (random() << unused) >>> unused, true);
      }
    }
  }

  #putSmall(address: number, size: number, value: number): void {
    if (size === 1) this.#bytes[address] = value;
    else if (size === 2) this.#view.setInt16(address, value, true);
    else this.#view.setInt32(address, value, true);
  }
}

/** 32 random bits at a call, the same for the same seed and index (xorshift32). */
function randomWords(seed: number, index: number): () => number {
  let state = Math.imul(Math.imul(seed, 0x9e3779b9) + Math.imul(index, 0x27d4eb2f), 0x85ebca6b) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  // The states of neighbours differ in few bits at first.
  for (let i = 0; i < 4; i++) next();
  return next;
}

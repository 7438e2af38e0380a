import type { CompiledDesign } from "./compile.ts";
import { bytesOf, roomOf } from "./layout.ts";

/**
 * Fills registers and memories: with reset values, contents and zeros for seed 0, else with random values where nothing is said.
 * Each has random numbers of its own: an observed design starts as one that is not.
 */
export function powerOn(bytes: Uint8Array, { layout, network }: CompiledDesign, seed: number): void {
  const view = new DataView(bytes.buffer);
  const put = (address: number, width: number, value: bigint): void => {
    let rest = value;
    for (let offset = 0; offset < bytesOf(width); offset++) {
      view.setUint8(address + offset, Number(rest & 0xffn));
      rest >>= 8n;
    }
  };
  const anything = (random: () => number, width: number, signed: boolean): bigint => {
    if (seed === 0) return 0n;
    let value = 0n;
    for (let bits = 0; bits < width; bits += 32) value = (value << 32n) | BigInt(random());
    return signed && width <= 64 ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
  };
  for (const [signal, address] of layout.placed()) {
    if (signal.kind !== "reg" && signal.kind !== "read") continue;
    const { width, signed, reset } = signal.net;
    const random = randomWords(seed, signal.index);
    for (let lane = 0; lane < signal.lanes; lane++) {
      const start = seed === 0 && reset !== undefined ? reset : anything(random, width, signed);
      put(address + lane * bytesOf(width), width, width > 64 ? BigInt.asUintN(width, start) : start);
    }
  }
  let memories = 0;
  for (const pack of network.packs) {
    for (const { memory } of pack.lowered.memories) {
      const { width, depth, init } = memory;
      pack.lanes.forEach((_, lane) => {
        const base = layout.words(pack, memory, lane);
        const size = bytesOf(width);
        const random = randomWords(seed, -1 - memories++);
        if (base + size * roomOf(memory) > bytes.length) return;
        for (let word = 0; word < depth; word++) {
          if (seed === 0 && init?.[word] === undefined) continue;
          put(base + word * size, width, init === undefined ? anything(random, width, false) : (init[word] ?? 0n));
        }
      });
    }
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

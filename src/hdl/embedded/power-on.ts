import type { CompiledDesign } from "./compile.ts";
import { bytesOf, roomOf } from "./layout.ts";

/** Fills registers and memories: with reset values, contents and zeros for seed 0, else with random values where nothing is said. */
export function powerOn(bytes: Uint8Array, { layout, network }: CompiledDesign, seed: number): void {
  const view = new DataView(bytes.buffer);
  const random = randomWords(seed);
  const put = (address: number, width: number, value: bigint): void => {
    let rest = value;
    for (let offset = 0; offset < bytesOf(width); offset++) {
      view.setUint8(address + offset, Number(rest & 0xffn));
      rest >>= 8n;
    }
  };
  const anything = (width: number, signed: boolean): bigint => {
    if (seed === 0) return 0n;
    let value = 0n;
    for (let bits = 0; bits < width; bits += 32) value = (value << 32n) | BigInt(random());
    return signed && width <= 64 ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
  };
  for (const [signal, address] of layout.placed()) {
    if (signal.kind !== "reg" && signal.kind !== "read") continue;
    const { width, signed, reset } = signal.net;
    for (let lane = 0; lane < signal.lanes; lane++) {
      const start = seed === 0 && reset !== undefined ? reset : anything(width, signed);
      put(address + lane * bytesOf(width), width, width > 64 ? BigInt.asUintN(width, start) : start);
    }
  }
  for (const pack of network.packs) {
    for (const { memory } of pack.lowered.memories) {
      const { width, depth, init } = memory;
      pack.lanes.forEach((_, lane) => {
        const base = layout.words(pack, memory, lane);
        const size = bytesOf(width);
        if (base + size * roomOf(memory) > bytes.length) return;
        for (let word = 0; word < depth; word++) {
          if (seed === 0 && init?.[word] === undefined) continue;
          put(base + word * size, width, init === undefined ? anything(width, false) : (init[word] ?? 0n));
        }
      });
    }
  }
}

/** 32 random bits at a call, the same for the same seed (xorshift32). */
function randomWords(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

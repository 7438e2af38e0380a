/** What the channels of the memory model share: its settings, its image, its random numbers, its counts and findings. */
import {
  violation,
  type MemoryStatistics,
  type ResolvedMemory,
  type Violation,
  type ViolationCode,
} from "../memory-model.ts";
import type { BurstRequest } from "./address-channel.ts";
import { StallRandom } from "./stall-random.ts";

/** The counts while they grow; the same names as when they are read. */
export type Counts = { -readonly [K in keyof Omit<MemoryStatistics, "busy">]: number };

const MAX_VIOLATIONS = 16;

export class MemoryState {
  readonly settings: ResolvedMemory;
  readonly image: Uint8Array;
  /** The image in words; undefined when it does not begin and end at a word. */
  readonly words: Uint32Array | undefined;
  readonly beatBytes: number;
  /** Tokens that a beat costs: bytes with 16 fraction bits. */
  readonly beatTokens: number;
  readonly random: StallRandom;
  /** Stall probabilities with 32 fraction bits. */
  readonly stalls: ResolvedMemory["stalls"];
  readonly counts: Counts = {
    readBytes: 0,
    writeBytes: 0,
    readBeats: 0,
    writeBeats: 0,
    readBursts: 0,
    writeBursts: 0,
    readHeldCycles: 0,
    readAddressHeldCycles: 0,
    writeDataHeldCycles: 0,
    mostOutstandingReads: 0,
    mostOutstandingWrites: 0,
    readErrors: 0,
    writeErrors: 0,
    lastReadCycle: -1,
    lastWriteCycle: -1,
    lastActivityCycle: -1,
  };
  readonly violations: Violation[] = [];

  constructor(settings: ResolvedMemory, image: Uint8Array, beatBytes: number) {
    this.settings = settings;
    this.image = image;
    this.beatBytes = beatBytes;
    this.beatTokens = beatBytes * 65536;
    const threshold = (probability: number): number => Math.trunc(probability * (2 ** 32 - 1));
    const { ar, r, aw, w, b } = settings.stalls;
    this.stalls = { ar: threshold(ar), r: threshold(r), aw: threshold(aw), w: threshold(w), b: threshold(b) };
    this.random = new StallRandom(settings.seed);
    const aligned = image.byteOffset % 4 === 0 && image.byteLength % 4 === 0;
    this.words = aligned ? new Uint32Array(image.buffer, image.byteOffset, image.byteLength / 4) : undefined;
  }

  violate(code: ViolationCode, cycle: number, address: number, detail = 0): void {
    if (this.violations.length < MAX_VIOLATIONS) this.violations.push(violation(code, cycle, address, detail));
  }

  inside(address: number, bytes: number): boolean {
    const { base } = this.settings;
    const size = this.image.length;
    return address >= base && bytes <= size && address - base <= size - bytes;
  }

  /** The error response that beat number `beat` is to get: 0 none, 2 SLVERR, 3 DECERR. */
  injected(write: boolean, beat: number, address: number): number {
    const { faults } = this.settings;
    if (faults.length === 0) return 0;
    for (const fault of faults) {
      if ((fault.channel === "write") !== write) continue;
      const hit = "beat" in fault ? fault.beat === beat : address >= fault.fromAddress && address < fault.toAddress;
      if (hit) return fault.response === "SLVERR" ? 2 : 3;
    }
    return 0;
  }

  /** The rules for the address of a burst. */
  check(kind: "read" | "write", { address, beats, size, burst }: BurstRequest, cycle: number): void {
    const bytes = beats * 2 ** size;
    if (2 ** size > this.beatBytes) this.violate(`${kind}-size`, cycle, address, size);
    if (burst !== 1) this.violate(`${kind}-burst-type`, cycle, address, burst);
    if (address % 2 ** size !== 0) this.violate(`${kind}-unaligned`, cycle, address, size);
    if ((address % 4096) + bytes > 4096) this.violate(`${kind}-crosses-4k`, cycle, address, bytes);
    if (!this.settings.respondOutside && !this.inside(address, bytes))
      this.violate(`${kind}-outside`, cycle, address, bytes);
  }

  /** Index of a burst that is ready to answer, or -1: its first of the same id, picked as the configured order says. */
  pick(bursts: readonly { readonly id: number; readonly ready: number }[], cycle: number): number {
    const { order } = this.settings;
    if (bursts.length === 0) return -1;
    if (order === "in-order") return bursts[0]!.ready <= cycle ? 0 : -1;
    let chosen = -1;
    let candidates = 0;
    bursts.forEach((burst, index) => {
      const first = bursts.findIndex(({ id }) => id === burst.id) === index;
      // Reservoir sampling: each candidate is chosen with the same probability.
      if (first && burst.ready <= cycle && this.random.modulo(++candidates) === 0) chosen = index;
    });
    return chosen;
  }
}

/** Tokens of a bandwidth: each cycle brings some, each beat costs some, and one beat more than a cycle's can be saved. */
export class Bandwidth {
  readonly #rate: number;
  readonly #beat: number;
  #tokens = 0;

  /** Bytes a cycle, 0 for no limit; what a beat costs. */
  constructor(rate: number, beat: number) {
    this.#rate = Math.trunc(rate * 65536);
    this.#beat = beat;
  }

  refill(): void {
    if (this.#rate !== 0) this.#tokens = Math.min(this.#tokens + this.#rate, this.#rate + this.#beat);
  }

  enough(): boolean {
    return this.#rate === 0 || this.#tokens >= this.#beat;
  }

  spend(): void {
    this.#tokens = Math.max(0, this.#tokens - this.#beat);
  }
}

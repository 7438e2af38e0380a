/** The read half of the memory model: addresses taken, data offered. */
import { AddressChannel } from "./address-channel.ts";
import { Bandwidth, type MemoryState } from "./memory-state.ts";
import type { BusPins } from "./pins.ts";

interface ReadBurst {
  /** First cycle in which it may answer. */
  readonly ready: number;
  readonly id: number;
  /** Bytes of a beat. */
  readonly size: number;
  /** The bus words of all its beats lie in the image. */
  readonly inside: boolean;
  /** Its beats are whole bus words. */
  readonly whole: boolean;
  /** Bus address of the next beat, and beats to come. */
  address: number;
  left: number;
}

/** What the bus shows between beats, and what an erroneous read returns. */
const IDLE_BYTE = 0xa5;
const ERROR_BYTE = 0xee;

export class ReadChannels {
  readonly #state: MemoryState;
  readonly #now: Uint32Array;
  readonly #sampled: Uint32Array;
  readonly #address: AddressChannel;
  readonly #bandwidth: Bandwidth;
  readonly #arready: number;
  readonly #rvalid: number;
  readonly #rready: number;
  readonly #rid: number;
  readonly #rresp: number;
  readonly #rlast: number;
  readonly #rdata: number;
  readonly #beatWords: number;
  /** The bytes of `rdata`. */
  readonly #bytes: Uint8Array;
  /** False when the design has no read channels; their random numbers are drawn nevertheless. */
  readonly #present: boolean;
  readonly #bursts: ReadBurst[] = [];
  #ready = false;
  #valid = false;
  #last = false;
  #held = false;
  #midBurst = false;
  /** Index of the burst whose beat is on the bus. */
  #offered = 0;
  #beatsOffered = 0;

  constructor(state: MemoryState, pins: BusPins) {
    this.#state = state;
    this.#now = pins.now;
    this.#sampled = pins.sampled;
    this.#address = new AddressChannel(pins, "ar");
    this.#bandwidth = new Bandwidth(state.settings.readRate, state.beatTokens);
    this.#arready = pins.at("arready");
    this.#rvalid = pins.at("rvalid");
    this.#rready = pins.at("rready");
    this.#rid = pins.at("rid");
    this.#rresp = pins.at("rresp");
    this.#rlast = pins.at("rlast");
    this.#rdata = pins.at("rdata");
    this.#beatWords = state.beatBytes / 4;
    this.#present = this.#rvalid >= 0;
    const { buffer, byteOffset } = pins.now;
    this.#bytes = new Uint8Array(buffer, byteOffset + 4 * this.#rdata, this.#present ? state.beatBytes : 0);
  }

  get busy(): boolean {
    return this.#bursts.length > 0;
  }

  reset(): void {
    this.#bursts.length = 0;
    this.#midBurst = this.#held = false;
    this.#address.forget();
  }

  driveAddress(): void {
    this.#bandwidth.refill();
    const { settings, random, stalls } = this.#state;
    this.#ready = this.#bursts.length < settings.outstandingReads && !random.stalled(stalls.ar);
    if (this.#present) this.#now[this.#arready] = this.#ready ? 1 : 0;
  }

  driveData(cycle: number): void {
    if (!this.#held && (this.#valid || this.#bursts.length > 0)) this.#offer(cycle);
    if (this.#present) this.#now[this.#rvalid] = this.#valid ? 1 : 0;
  }

  #offer(cycle: number): void {
    const wasValid = this.#valid;
    const { settings, random, stalls } = this.#state;
    this.#valid = false;
    if (this.#bursts.length > 0 && this.#bandwidth.enough() && !random.stalled(stalls.r)) {
      const stay = this.#midBurst && settings.order !== "interleave";
      const index = stay ? this.#offered : this.#state.pick(this.#bursts, cycle);
      if (index >= 0) {
        this.#offered = index;
        this.#putBeat(this.#bursts[index]!);
        return;
      }
    }
    if (!wasValid) return;
    // Between beats the bus shows neither the old beat nor its flags, so that a design that looks is caught.
    this.#bytes.fill(IDLE_BYTE);
    this.#last = true;
    this.#put(this.#rlast, 1);
    this.#put(this.#rresp, 3);
  }

  #putBeat(burst: ReadBurst): void {
    const state = this.#state;
    const { address, size } = burst;
    let response = state.injected(false, this.#beatsOffered++, address);
    if (response === 0 && !burst.inside && !state.inside(address, size)) response = 3;
    if (response !== 0) {
      this.#bytes.fill(ERROR_BYTE);
      state.counts.readErrors++;
    } else this.#copyWord(burst.whole ? address : address - (address % state.beatBytes), burst.inside);
    burst.address = address + size;
    this.#valid = true;
    this.#last = --burst.left === 0;
    this.#midBurst = !this.#last;
    this.#put(this.#rid, burst.id);
    this.#put(this.#rresp, response);
    this.#put(this.#rlast, this.#last ? 1 : 0);
    this.#bandwidth.spend();
  }

  #put(at: number, value: number): void {
    if (at >= 0) this.#now[at] = value;
  }

  /** The bus word at an address; bytes of it that lie outside the image read as idle data. */
  #copyWord(address: number, sure: boolean): void {
    const { beatBytes, words, image, settings } = this.#state;
    const from = address - settings.base;
    if (words !== undefined && (from & 3) === 0 && (sure || this.#state.inside(address, beatBytes))) {
      const now = this.#now;
      const first = from / 4;
      const to = this.#rdata;
      for (let i = 0; i < this.#beatWords; i++) now[to + i] = words[first + i]!;
      return;
    }
    for (let i = 0; i < beatBytes; i++) {
      this.#bytes[i] = this.#state.inside(address + i, 1) ? image[from + i]! : IDLE_BYTE;
    }
  }

  sample(cycle: number): void {
    if (!this.#present) return;
    const state = this.#state;
    const { counts } = state;
    const asking = this.#address.valid;
    if (!this.#address.steady(asking)) {
      state.violate("read-address-unstable", cycle, this.#address.addressBefore);
    }
    const waiting = asking && !this.#ready;
    this.#address.wait(waiting);
    if (waiting) counts.readAddressHeldCycles++;
    this.#held = false;
    if (this.#valid) {
      this.#held = this.#sampled[this.#rready] === 0;
      if (this.#held) counts.readHeldCycles++;
      else this.#taken(cycle);
    }
    if (asking && this.#ready) this.#accept(cycle);
  }

  #taken(cycle: number): void {
    const { counts } = this.#state;
    counts.readBeats++;
    counts.readBytes += this.#bursts[this.#offered]!.size;
    counts.lastReadCycle = counts.lastActivityCycle = cycle;
    if (this.#last) this.#bursts.splice(this.#offered, 1);
  }

  #accept(cycle: number): void {
    const { counts, settings } = this.#state;
    const request = this.#address.request();
    this.#state.check("read", request, cycle);
    const { address, id, beats, size } = request;
    const { beatBytes } = this.#state;
    const bytes = 2 ** size;
    const lane = address % beatBytes;
    const inside = this.#state.inside(address - lane, Math.ceil((lane + beats * bytes) / beatBytes) * beatBytes);
    const whole = lane === 0 && bytes === beatBytes;
    const ready = cycle + 1 + settings.readLatency;
    this.#bursts.push({ ready, id, size: bytes, inside, whole, address, left: beats });
    counts.readBursts++;
    counts.mostOutstandingReads = Math.max(counts.mostOutstandingReads, this.#bursts.length);
    counts.lastActivityCycle = cycle;
  }
}

/** The write half of the memory model: addresses and data taken, responses offered. */
import { AddressChannel } from "./address-channel.ts";
import { Bandwidth, type MemoryState } from "./memory-state.ts";
import { copyWords, readPin, sameWords, wordsOf, type BusPins } from "./pins.ts";

interface WriteBurst {
  readonly address: number;
  readonly id: number;
  readonly beats: number;
  /** Bytes of a beat. */
  readonly size: number;
  /** The bus words of its beats, and two words of strobes for each. */
  readonly data: Uint32Array;
  readonly strobes: Uint32Array;
  /** First cycle in which it may be answered; never, until all beats are there. */
  ready: number;
  done: number;
  response: number;
}

export class WriteChannels {
  readonly #state: MemoryState;
  readonly #now: Uint32Array;
  readonly #sampled: Uint32Array;
  readonly #address: AddressChannel;
  readonly #bandwidth: Bandwidth;
  readonly #awready: number;
  readonly #wready: number;
  readonly #bvalid: number;
  readonly #bready: number;
  readonly #bid: number;
  readonly #bresp: number;
  readonly #wvalid: number;
  readonly #wlast: number;
  readonly #wstrb: number;
  readonly #strobeWords: number;
  readonly #wdata: number;
  readonly #beatWords: number;
  /** The words that offered data must keep until they are taken. */
  readonly #kept: Int32Array;
  readonly #before: Uint32Array;
  readonly #present: boolean;
  readonly #bursts: WriteBurst[] = [];
  #waiting = false;
  #addressReady = false;
  #dataReady = false;
  #valid = false;
  #held = false;
  /** Index of the burst that takes the next beat: those before it are complete. */
  #filling = 0;
  /** Index of the burst whose response is on the bus. */
  #answered = 0;
  #beatsTaken = 0;

  constructor(state: MemoryState, pins: BusPins) {
    this.#state = state;
    this.#now = pins.now;
    this.#sampled = pins.sampled;
    this.#address = new AddressChannel(pins, "aw");
    this.#bandwidth = new Bandwidth(state.settings.writeRate, state.beatTokens);
    this.#awready = pins.at("awready");
    this.#wready = pins.at("wready");
    this.#bvalid = pins.at("bvalid");
    this.#bready = pins.at("bready");
    this.#bid = pins.at("bid");
    this.#bresp = pins.at("bresp");
    this.#wvalid = pins.at("wvalid");
    this.#wlast = pins.at("wlast");
    this.#wstrb = pins.at("wstrb");
    this.#strobeWords = pins.words("wstrb");
    this.#wdata = pins.at("wdata");
    this.#beatWords = state.beatBytes / 4;
    this.#present = this.#bvalid >= 0;
    this.#kept = wordsOf(pins, ["wdata", "wstrb", "wlast"]);
    this.#before = new Uint32Array(this.#kept.length);
  }

  get busy(): boolean {
    return this.#bursts.length > 0;
  }

  reset(): void {
    this.#bursts.length = 0;
    this.#filling = 0;
    this.#held = this.#waiting = false;
    this.#address.forget();
  }

  driveReady(): void {
    this.#bandwidth.refill();
    const { settings, random, stalls } = this.#state;
    this.#addressReady = this.#bursts.length < settings.outstandingWrites && !random.stalled(stalls.aw);
    this.#dataReady = this.#filling < this.#bursts.length && this.#bandwidth.enough() && !random.stalled(stalls.w);
    if (!this.#present) return;
    this.#now[this.#awready] = this.#addressReady ? 1 : 0;
    this.#now[this.#wready] = this.#dataReady ? 1 : 0;
  }

  driveResponse(cycle: number): void {
    if (!this.#held) {
      this.#valid = false;
      if (this.#filling > 0) this.#offer(cycle);
    }
    if (this.#present) this.#now[this.#bvalid] = this.#valid ? 1 : 0;
  }

  #offer(cycle: number): void {
    const { random, stalls, counts } = this.#state;
    if (random.stalled(stalls.b)) return;
    const index = this.#state.pick(this.#bursts, cycle);
    if (index < 0) return;
    this.#answered = index;
    const burst = this.#bursts[index]!;
    if (burst.response === 0) this.#apply(burst);
    else counts.writeErrors++;
    this.#valid = true;
    if (this.#bid >= 0) this.#now[this.#bid] = burst.id;
    if (this.#bresp >= 0) this.#now[this.#bresp] = burst.response;
  }

  /** Writes a burst to the image. */
  #apply({ address, beats, size, data, strobes }: WriteBurst): void {
    const { beatBytes, image, words, settings } = this.#state;
    const full = [maskWord(0, beatBytes, 0), maskWord(0, beatBytes, 1)];
    for (let beat = 0; beat < beats; beat++) {
      const at = address + beat * size;
      const to = at - (at % beatBytes) - settings.base;
      const first = beat * this.#beatWords;
      if (words !== undefined && to % 4 === 0 && strobes[2 * beat] === full[0] && strobes[2 * beat + 1] === full[1]) {
        for (let i = 0; i < this.#beatWords; i++) words[to / 4 + i] = data[first + i]!;
        continue;
      }
      for (let i = 0; i < beatBytes; i++) {
        if (((strobes[2 * beat + (i >> 5)]! >>> (i & 31)) & 1) === 0) continue;
        image[to + i] = data[first + (i >> 2)]! >>> (8 * (i & 3));
      }
    }
  }

  sample(cycle: number): void {
    if (!this.#present) return;
    const state = this.#state;
    const asking = this.#address.valid;
    if (!this.#address.steady(asking)) {
      state.violate("write-address-unstable", cycle, this.#address.addressBefore);
    }
    this.#address.wait(asking && !this.#addressReady);
    const sending = this.#sampled[this.#wvalid] !== 0;
    if (this.#waiting && !(sending && sameWords(this.#sampled, this.#kept, this.#before))) {
      state.violate("write-data-unstable", cycle, this.#bursts.at(-1)?.address ?? 0);
    }
    this.#waiting = sending && !this.#dataReady;
    if (this.#waiting) {
      state.counts.writeDataHeldCycles++;
      copyWords(this.#sampled, this.#kept, this.#before);
    }
    this.#held = false;
    if (this.#valid) {
      this.#held = this.#sampled[this.#bready] === 0;
      if (!this.#held) {
        this.#bursts.splice(this.#answered, 1);
        this.#filling--;
        state.counts.lastActivityCycle = cycle;
      }
    }
    if (sending && this.#dataReady) this.#takeBeat(this.#bursts[this.#filling]!, cycle);
    if (asking && this.#addressReady) this.#accept(cycle);
  }

  #takeBeat(burst: WriteBurst, cycle: number): void {
    const state = this.#state;
    const { counts } = state;
    const address = burst.address + burst.done * burst.size;
    const last = this.#store(burst, address, cycle);
    const response = state.injected(true, this.#beatsTaken++, address);
    if (response !== 0) burst.response = response;
    else if (!state.inside(address, burst.size)) burst.response = 3;
    const marked = this.#wlast >= 0 && this.#sampled[this.#wlast] !== 0;
    if (last && !marked) state.violate("last-missing", cycle, address, burst.beats);
    if (!last && marked) state.violate("last-early", cycle, address, burst.done);
    counts.writeBeats++;
    let bytes = 0;
    for (let i = 0; i < this.#strobeWords; i++) bytes += ones(this.#sampled[this.#wstrb + i]!);
    counts.writeBytes += bytes;
    counts.lastActivityCycle = cycle;
    if (bytes !== 0) counts.lastWriteCycle = cycle;
    this.#bandwidth.spend();
    if (!last) return;
    burst.ready = cycle + 1 + state.settings.writeLatency;
    this.#filling++;
  }

  /** Keeps the data on the bus; says whether they were the burst's last. */
  #store(burst: WriteBurst, address: number, cycle: number): boolean {
    const { beatBytes } = this.#state;
    const beat = burst.done++;
    const from = address % beatBytes;
    let outside = false;
    for (let i = 0; i < this.#strobeWords; i++) {
      const strobe = this.#sampled[this.#wstrb + i]!;
      const window = maskWord(from, from + burst.size, i);
      if ((strobe & ~window) !== 0) outside = true;
      burst.strobes[2 * beat + i] = strobe & window;
    }
    if (outside) {
      const strobes = readPin(this.#sampled, this.#wstrb, this.#strobeWords);
      this.#state.violate("strobe-outside-beat", cycle, address, strobes);
    }
    const first = beat * this.#beatWords;
    for (let i = 0; i < this.#beatWords; i++) burst.data[first + i] = this.#sampled[this.#wdata + i]!;
    return burst.done === burst.beats;
  }

  #accept(cycle: number): void {
    const { counts } = this.#state;
    const request = this.#address.request();
    this.#state.check("write", request, cycle);
    const { address, id, beats, size } = request;
    this.#bursts.push({
      address,
      id,
      beats,
      size: 2 ** size,
      data: new Uint32Array(beats * this.#beatWords),
      strobes: new Uint32Array(2 * beats),
      ready: Infinity,
      done: 0,
      response: 0,
    });
    counts.writeBursts++;
    counts.mostOutstandingWrites = Math.max(counts.mostOutstandingWrites, this.#bursts.length);
    counts.lastActivityCycle = cycle;
  }
}

/** Word `index` of a mask whose bits `from` to `to` (not included) are set, unsigned. */
function maskWord(from: number, to: number, index: number): number {
  return (bitsBelow(to - 32 * index) & ~bitsBelow(from - 32 * index)) >>> 0;
}

function bitsBelow(bit: number): number {
  return bit <= 0 ? 0 : bit >= 32 ? -1 : (1 << bit) - 1;
}

/** Bits set in a word. */
function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * The memory behind an AXI4 master, for simulations whose ports are words of this process: cycle for cycle what
 * templates/native/axi-memory.h does in native code, random numbers included.
 *
 * Each clock cycle has two calls: `drive` sets what the slave offers, from registered state only; `sample` looks at both sides
 * as the clock edge saw them and takes the handshakes. A write reaches the image when its response is offered, and a read
 * looks at the image when its beat is offered.
 */
import { resolveMemory, type MemoryOptions, type MemoryStatistics, type Violation } from "../memory-model.ts";
import { MemoryState } from "./memory-state.ts";
import type { BusPins } from "./pins.ts";
import { ReadChannels } from "./read-channels.ts";
import { WriteChannels } from "./write-channels.ts";

export class AxiMemory {
  readonly #state: MemoryState;
  readonly #reads: ReadChannels;
  readonly #writes: WriteChannels;

  constructor(options: MemoryOptions, image: Uint8Array, beatBytes: number, pins: BusPins) {
    this.#state = new MemoryState(resolveMemory(options, beatBytes), image, beatBytes);
    this.#reads = new ReadChannels(this.#state, pins);
    this.#writes = new WriteChannels(this.#state, pins);
  }

  /** Cycle of the last handshake on any channel, -1 before the first. */
  get lastActivityCycle(): number {
    return this.#state.counts.lastActivityCycle;
  }

  get violated(): boolean {
    return this.#state.violations.length > 0;
  }

  drive(cycle: number): void {
    // In the order in which the native model draws its random numbers.
    this.#reads.driveAddress();
    this.#writes.driveReady();
    this.#reads.driveData(cycle);
    this.#writes.driveResponse(cycle);
  }

  sample(cycle: number): void {
    this.#reads.sample(cycle);
    this.#writes.sample(cycle);
  }

  /** Forgets what is under way; the counts and the image stay. */
  reset(): void {
    this.#reads.reset();
    this.#writes.reset();
  }

  statistics(): MemoryStatistics {
    return { ...this.#state.counts, busy: this.#reads.busy || this.#writes.busy };
  }

  takeViolations(): Violation[] {
    return this.#state.violations.splice(0);
  }
}

import type { Engine, EngineEvent, HostAccess, StopReason } from "../../harness/index.ts";

/** What is told of the simulation while it runs. */
export interface Sampler {
  /** Before a cycle that is looked at, all values settled. */
  readonly before: () => void;
  /** After that cycle. */
  readonly after: () => void;
  /** The events of one program run, when it is over. */
  readonly events: (events: readonly EngineEvent[]) => void;
}

/**
 * An engine that stops before and after one cycle, chosen at random with equal chance, of every `window` cycles of its runs,
 * so that sums over the looks times `window` are unbiased estimates of sums over all cycles. Everything else goes through.
 */
export class SamplingEngine implements Engine {
  readonly #inner: Engine;
  readonly #sampler: Sampler;
  readonly #window: number;
  #state: number;
  /** Cycles to the next look, and behind it to the end of its window. */
  #toLook = 0;
  #behind = 0;

  constructor(inner: Engine, window: number, sampler: Sampler, seed = 1) {
    this.#inner = inner;
    this.#window = window;
    this.#sampler = sampler;
    this.#state = seed;
    this.#choose();
  }

  /** A look somewhere in the next window. */
  #choose(): void {
    // A linear congruential generator of 32 bits; its high bits are good enough to choose by.
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    this.#toLook = Math.floor((this.#state / 2 ** 32) * this.#window);
    this.#behind = this.#window - 1 - this.#toLook;
  }

  run(cycles: number, untilIrq: boolean, quietCycles: number): StopReason {
    const end = this.cycle + cycles;
    let stop: StopReason = "done";
    while (stop === "done" && this.cycle < end) {
      const from = this.cycle;
      if (this.#toLook > 0) {
        stop = this.#inner.run(Math.min(this.#toLook, end - from), untilIrq, quietCycles);
        this.#toLook -= this.cycle - from;
      } else if (this.#toLook === 0) {
        this.#sampler.before();
        stop = this.#inner.run(1, untilIrq, quietCycles);
        this.#sampler.after();
        this.#toLook = -1;
      } else {
        const rest = Math.min(this.#behind, end - from);
        if (rest > 0) stop = this.#inner.run(rest, untilIrq, quietCycles);
        this.#behind -= this.cycle - from;
        if (this.#behind === 0) this.#choose();
      }
    }
    return stop;
  }

  takeEvents(): EngineEvent[] {
    const events = this.#inner.takeEvents();
    this.#sampler.events(events);
    return events;
  }

  get simulator(): string {
    return this.#inner.simulator;
  }
  get layout(): Engine["layout"] {
    return this.#inner.layout;
  }
  get now(): Uint32Array {
    return this.#inner.now;
  }
  get sampled(): Uint32Array {
    return this.#inner.sampled;
  }
  get cycle(): number {
    return this.#inner.cycle;
  }
  settle(): StopReason {
    return this.#inner.settle();
  }
  step(cycles: number): StopReason {
    return this.#inner.step(cycles);
  }
  attachMemory(options: Parameters<Engine["attachMemory"]>[0]): ReturnType<Engine["attachMemory"]> {
    return this.#inner.attachMemory(options);
  }
  memoryStatistics(): ReturnType<Engine["memoryStatistics"]> {
    return this.#inner.memoryStatistics();
  }
  attachHost(options: Parameters<Engine["attachHost"]>[0]): void {
    this.#inner.attachHost(options);
  }
  access(write: boolean, address: number, data: number, cycles: number): HostAccess {
    return this.#inner.access(write, address, data, cycles);
  }
  takeActivity(): ReturnType<Engine["takeActivity"]> {
    return this.#inner.takeActivity();
  }
  openWave(window: Parameters<Engine["openWave"]>[0]): void {
    this.#inner.openWave(window);
  }
  closeWave(): void {
    this.#inner.closeWave();
  }
  takeViolations(): ReturnType<Engine["takeViolations"]> {
    return this.#inner.takeViolations();
  }
  takeLog(): string {
    return this.#inner.takeLog();
  }
  close(): void {
    this.#inner.close();
  }
}

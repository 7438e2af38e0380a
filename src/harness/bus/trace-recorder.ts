/** What the trace ports of an accelerator's engines tell, kept as events: as templates/native/trace.h does it. */
import { TRACE_SIGNALS, type ActivityTrace, type TraceSignalName } from "../../isa/index.ts";
import type { EngineEvent } from "../engine.ts";
import type { BusPins } from "./pins.ts";

const WINDOW_CYCLES = 64;

/** One engine's trace port, watched cycle by cycle. */
class Watch {
  readonly #engine: string;
  readonly #sampled: Uint32Array;
  readonly #pin: Readonly<Record<TraceSignalName, number>>;
  readonly #events: EngineEvent[];
  #busy = 0;
  #head = 0;
  #missing = 0;
  #retired = false;
  /** It started and was not active since. */
  #awaited = false;
  #memoryWait = 0;
  #active = 0;
  #lastActive = -1;
  /** Active cycles of the present window. */
  window = 0;

  constructor(engine: string, pins: BusPins, events: EngineEvent[]) {
    this.#engine = engine;
    this.#sampled = pins.sampled;
    const places = TRACE_SIGNALS.map(({ name }) => [name, pins.at(`${engine}_${name}`)]);
    this.#pin = Object.fromEntries(places) as Readonly<Record<TraceSignalName, number>>;
    this.#events = events;
  }

  sample(cycle: number): void {
    const words = this.#sampled;
    const pin = this.#pin;
    const busy = words[pin.busy]!;
    const head = words[pin.head]!;
    const missing = words[pin.missing]!;
    const active = words[pin.active]!;
    const pulse = words[pin.enqueue]! | words[pin.start]! | words[pin.retire]!;
    const changed = (busy ^ this.#busy) | (head ^ this.#head) | (missing ^ this.#missing);
    // The cycle after a retirement begins the next command's time, and the first activity after a start is told too.
    if ((pulse | changed) !== 0 || this.#retired || (this.#awaited && active !== 0)) this.#keep(cycle, active);
    this.#memoryWait += words[pin.memory_wait]!;
    if (active === 0) return;
    this.#active++;
    this.window++;
    this.#lastActive = cycle;
  }

  #keep(cycle: number, active: number): void {
    const words = this.#sampled;
    const pin = this.#pin;
    this.#busy = words[pin.busy]!;
    this.#head = words[pin.head]!;
    this.#missing = words[pin.missing]!;
    const start = words[pin.start] !== 0;
    const retire = words[pin.retire] !== 0;
    this.#retired = retire;
    this.#awaited = (this.#awaited && active === 0) || start;
    this.#events.push({
      engine: this.#engine,
      cycle,
      busy: this.#busy !== 0,
      head: this.#head !== 0,
      missing: this.#missing,
      enqueue: words[pin.enqueue] !== 0,
      start,
      startIndex: words[pin.start_index]!,
      retire,
      retireIndex: words[pin.retire_index]!,
      memoryWait: this.#memoryWait,
      active: this.#active,
      lastActive: this.#lastActive,
    });
  }
}

export class TraceRecorder {
  readonly #engines: readonly string[];
  readonly #watches: readonly Watch[];
  readonly #events: EngineEvent[] = [];
  #windows: number[] = [];
  #windowAge = 0;
  #activityStart = 0;

  /** `engines` in the order of their ports, whose common prefix `pins` knows. */
  constructor(engines: readonly string[], pins: BusPins) {
    this.#engines = engines;
    this.#watches = engines.map((engine) => new Watch(engine, pins, this.#events));
  }

  /** To be called once a cycle, outside reset. */
  sample(cycle: number): void {
    for (const watch of this.#watches) watch.sample(cycle);
    if (++this.#windowAge < WINDOW_CYCLES) return;
    this.#windowAge = 0;
    for (const watch of this.#watches) {
      this.#windows.push(watch.window);
      watch.window = 0;
    }
  }

  takeEvents(): EngineEvent[] {
    return this.#events.splice(0);
  }

  /** The full windows; a new one begins with `cycle`, the next. */
  takeActivity(cycle: number): ActivityTrace {
    const start = this.#activityStart;
    this.#activityStart = cycle;
    const counts = Uint8Array.from(this.#windows);
    this.#windows = [];
    this.#windowAge = 0;
    for (const watch of this.#watches) watch.window = 0;
    return { engines: this.#engines, start, windowCycles: WINDOW_CYCLES, counts };
  }
}

/** Pairs the starts and retirements that the trace port showed into the lives of commands. */
import type { EngineEvent } from "../harness/index.ts";
import type { CommandTrace, EngineName } from "../isa/index.ts";

/** Collects events of one program run; cycles are counted from `startCycle`. Engines start and retire in order. */
export class TraceCollector {
  readonly #startCycle: number;
  readonly #open = new Map<string, EngineEvent[]>();
  readonly #memoryWait = new Map<string, number>();
  readonly #traces: CommandTrace[] = [];

  constructor(startCycle: number) {
    this.#startCycle = startCycle;
  }

  /** Commands whose start and retirement were seen, in order of retirement. */
  get traces(): readonly CommandTrace[] {
    return this.#traces;
  }

  add(events: readonly EngineEvent[]): void {
    for (const event of events) {
      const open = this.#open.get(event.engine) ?? [];
      this.#open.set(event.engine, open);
      if (event.kind === "start") {
        open.push(event);
        continue;
      }
      const start = open.shift();
      if (start?.index !== event.index) {
        throw new Error(
          `trace of ${event.engine}: command ${event.index} retired, but ${start?.index ?? "none"} was next`,
        );
      }
      const before = this.#memoryWait.get(event.engine) ?? 0;
      this.#memoryWait.set(event.engine, event.memoryWaitCycles);
      this.#traces.push({
        engine: event.engine as EngineName,
        index: event.index,
        start: start.cycle - this.#startCycle,
        retire: event.cycle - this.#startCycle,
        wait: start.waitCycles,
        waitSemaphore: start.waitSemaphore,
        memoryWait: (event.memoryWaitCycles - before) >>> 0,
      });
    }
  }
}

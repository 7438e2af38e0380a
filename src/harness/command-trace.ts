/** Commands' lives on their engines, from the start and retire events of the trace ports. */
import { ENGINES, type CommandTrace, type EngineName } from "../isa/index.ts";
import type { EngineEvent } from "./engine.ts";

/**
 * Pairs the events of one program run, in order of start. `origin` is the simulation's cycle that counts as 0. A command that did not
 * retire (a fault stopped the program) is left out.
 */
export function pairEvents(events: readonly EngineEvent[], origin: number): CommandTrace[] {
  const traces = ENGINES.flatMap((engine) =>
    pairEngine(
      engine,
      events.filter((event) => event.engine === engine),
      origin,
    ),
  );
  return traces.sort((a, b) => a.start - b.start || a.index - b.index);
}

/** An engine starts and retires its commands in the same order, though a start may come before the retirement before it. */
function pairEngine(engine: EngineName, events: readonly EngineEvent[], origin: number): CommandTrace[] {
  const starts = events.filter((event) => event.kind === "start");
  let waited = 0;
  return events
    .filter((event) => event.kind === "retire")
    .map((retire, i): CommandTrace => {
      const start = starts[i]!;
      const memoryWait = retire.memoryWaitCycles - waited;
      waited = retire.memoryWaitCycles;
      return {
        engine,
        index: start.index,
        start: start.cycle - origin,
        retire: retire.cycle - origin,
        wait: start.waitCycles,
        waitSemaphore: start.waitSemaphore,
        memoryWait,
      };
    });
}

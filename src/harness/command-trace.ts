/** Commands' lives on their engines, and what each engine did all the time, from the events of the trace ports. */
import { ENGINES, type ActivityTrace, type CommandTrace, type EngineName, type EnginePhase } from "../isa/index.ts";
import type { ExecutionTrace } from "../isa/index.ts";
import type { EngineEvent } from "./engine.ts";

/** Events and activity of one program run. `origin` is the simulation's cycle that counts as 0, `end` the one it ends with. */
export function executionTrace(
  events: readonly EngineEvent[],
  activity: ActivityTrace,
  origin: number,
  end: number,
): ExecutionTrace {
  const perEngine = ENGINES.map((engine) => ({ engine, events: events.filter((event) => event.engine === engine) }));
  return {
    commands: perEngine
      .flatMap((e) => commandLives(e.engine, e.events, origin))
      .sort((a, b) => a.start - b.start || a.index - b.index),
    phases: perEngine.flatMap((e) => enginePhases(e.engine, e.events, origin, end)),
    activity: { ...activity, start: activity.start - origin },
  };
}

/**
 * An engine takes, starts and retires its commands in the same order, though a start may come before the retirement before it. A
 * command that did not retire (a fault stopped the program) is left out.
 */
function commandLives(engine: EngineName, events: readonly EngineEvent[], origin: number): CommandTrace[] {
  const enqueued = events.filter((event) => event.enqueue).map((event) => event.cycle - origin);
  const starts = events.filter((event) => event.start);
  const waits = semaphoreWaits(events);
  let waited = events[0]?.memoryWait ?? 0;
  const lives: CommandTrace[] = [];
  for (const [i, event] of events.entries()) {
    if (!event.retire) continue;
    const start = starts[lives.length]!;
    // The cycle of the retirement is still this command's; the next event is in the cycle after it.
    const after = events[i + 1]?.memoryWait ?? event.memoryWait;
    lives.push({
      engine,
      index: start.startIndex,
      enqueue: enqueued[lives.length] ?? start.cycle - origin,
      start: start.cycle - origin,
      retire: event.cycle - origin,
      wait: waits[lives.length]!.cycles,
      waitSemaphore: waits[lives.length]!.semaphore,
      memoryWait: after - waited,
    });
    waited = after;
  }
  return lives;
}

/** For each command in order of start: how long it waited for semaphores while nothing was in execution, and for which at last. */
function semaphoreWaits(events: readonly EngineEvent[]): { cycles: number; semaphore: number }[] {
  const waits: { cycles: number; semaphore: number }[] = [];
  let current = { cycles: 0, semaphore: 0 };
  events.forEach((event, i) => {
    if (event.start) {
      waits.push(current);
      current = { cycles: 0, semaphore: 0 };
    } else if (!event.busy && event.missing !== 0) {
      const until = events[i + 1]?.cycle ?? event.cycle;
      current = { cycles: current.cycles + until - event.cycle, semaphore: lowestBit(event.missing) };
    }
  });
  return waits;
}

/** Number of the lowest bit set in a 32-bit mask that is not 0. */
const lowestBit = (mask: number): number => 31 - Math.clz32(mask & -mask);

/** From event to event; idle before the first. */
function enginePhases(engine: EngineName, events: readonly EngineEvent[], origin: number, end: number): EnginePhase[] {
  const phases: EnginePhase[] = [];
  const first = events[0];
  const idle = { busy: false, head: false, missing: 0, memoryWait: 0, active: 0, lastActive: -1 };
  const firstCycle = Math.min(end, first?.cycle ?? end);
  if (firstCycle > origin) phases.push({ engine, start: 0, end: firstCycle - origin, ...idle });
  events.forEach((event, i) => {
    const next = events[i + 1];
    const start = Math.max(origin, event.cycle);
    const stop = Math.min(end, next?.cycle ?? end);
    if (stop <= start) return;
    phases.push({
      engine,
      start: start - origin,
      end: stop - origin,
      busy: event.busy,
      head: event.head,
      missing: event.missing,
      memoryWait: (next?.memoryWait ?? event.memoryWait) - event.memoryWait,
      active: (next?.active ?? event.active) - event.active,
      lastActive: (next?.lastActive ?? event.lastActive) - origin,
    });
  });
  return phases;
}

/** When commands were held up on their way to the engines: they are handed over in program order, and a full queue stops them all. */
import { ENGINES } from "../isa/index.ts";
import type { CommandTrace, EngineName } from "../isa/index.ts";

/**
 * Cycles `start` to `end` (not included) in which the next command to be handed over found its engine's queue full; the cycle in which
 * it is handed over counts with them when that is the first one with room.
 */
export interface Blockage {
  readonly start: number;
  readonly end: number;
  readonly engine: EngineName;
}

/** All blockages of a launch, in order. `queueDepths` commands fit into the queues of the engines. */
export function blockages(
  commands: readonly CommandTrace[],
  queueDepths: Readonly<Record<EngineName, number>>,
): Blockage[] {
  const starts = Object.fromEntries(ENGINES.map((e) => [e, [] as number[]])) as Record<EngineName, number[]>;
  const found: Blockage[] = [];
  let from = 0;
  for (const { engine, enqueue, start } of [...commands].sort((a, b) => a.index - b.index)) {
    // There is room when the command so many places before has started, from the next cycle on.
    const room = (starts[engine].at(-queueDepths[engine]) ?? -1) + 1;
    const end = room === enqueue ? room + 1 : Math.min(room, enqueue);
    if (room > from && end > from) found.push({ start: from, end, engine });
    starts[engine].push(start);
    from = Math.max(from, enqueue + 1);
  }
  return found;
}

/** Cuts [start, end) at the ends of blockages: each part with the engine whose full queue was in the way, if one was. */
export function cut(
  blocked: readonly Blockage[],
  start: number,
  end: number,
): { readonly start: number; readonly end: number; readonly behind: EngineName | undefined }[] {
  let low = 0;
  let high = blocked.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (blocked[middle]!.end <= start) low = middle + 1;
    else high = middle;
  }
  const parts = [];
  let at = start;
  for (let i = low; i < blocked.length && blocked[i]!.start < end; i++) {
    const b = blocked[i]!;
    if (b.start > at) parts.push({ start: at, end: b.start, behind: undefined });
    at = Math.max(at, b.start);
    parts.push({ start: at, end: Math.min(end, b.end), behind: b.engine });
    at = Math.min(end, b.end);
  }
  if (at < end) parts.push({ start: at, end, behind: undefined });
  return parts;
}

import type { Command } from "../isa/index.ts";
import { command } from "../isa/index.ts";
import { queuesRowJob, readsRowFactors } from "./accesses.ts";

/** Largest value of the field. */
const MAX_PENDING = 3;

/**
 * Sets `pendingRowJobs` of every pass that reads row factors: it must wait for the jobs of its own rows, but not for those
 * queued after them. `commands` are in the order of the NORM engine.
 */
export function assignRowJobs(commands: readonly Command[]): Command[] {
  /** Number of the last row job of each slot, from 1. */
  const jobs = new Map<number, number>();
  let queued = 0;
  return commands.map((c) => {
    if (c.engine !== "norm") return c;
    const { rowSlot, rows } = c.fields;
    if (queuesRowJob(c.fields)) {
      queued++;
      for (let slot = rowSlot; slot < rowSlot + rows; slot++) jobs.set(slot, queued);
      return c;
    }
    if (!readsRowFactors(c.fields)) return c;
    let last = 0;
    for (let slot = rowSlot; slot < rowSlot + rows; slot++) last = Math.max(last, jobs.get(slot) ?? 0);
    return command("norm", { ...c.fields, pendingRowJobs: Math.min(MAX_PENDING, queued - last) });
  });
}

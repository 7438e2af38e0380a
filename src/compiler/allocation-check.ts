import type { Params } from "../config/index.ts";
import type { BufferUse } from "./emit.ts";
import type { LocalSpace } from "./steps.ts";

/**
 * Checks an allocation independently of how it was made: every buffer inside its memory, and no two buffers at the same
 * place at the same time. Throws an Error, for a violation is a fault of the compiler.
 */
export function checkAllocation(params: Params, uses: readonly BufferUse[]): void {
  const capacities: Record<LocalSpace, number> = {
    scratchpad: params.scratchpadWords,
    accumulator: params.accumulatorRows,
    rowSlots: params.rowSlots,
  };
  for (const space of ["scratchpad", "accumulator", "rowSlots"] as const) {
    const sorted = uses.filter((use) => use.buffer.space === space).sort((a, b) => a.first - b.first);
    let active: BufferUse[] = [];
    for (const use of sorted) {
      const end = use.address + use.buffer.size;
      if (use.address < 0 || use.buffer.size < 1 || end > capacities[space]) {
        throw new Error(`${use.buffer.name} at ${use.address}..${end - 1} is not inside the ${space}`);
      }
      active = active.filter((other) => other.last >= use.first);
      const clash = active.find((other) => other.address < end && use.address < other.address + other.buffer.size);
      if (clash !== undefined) {
        throw new Error(`${use.buffer.name} and ${clash.buffer.name} share ${space} address ${use.address}`);
      }
      active.push(use);
    }
  }
}

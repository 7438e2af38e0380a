/** The bursts of a LOAD or STORE, as `BurstSplitter` cuts them. */
import type { Params } from "../../config/index.ts";
import { BURST_BEATS, BURST_BOUNDARY_BYTES } from "../../generators/common/index.ts";
import type { LoadFields, StoreFields } from "../../isa/index.ts";

/** Beats of each burst of a command, `unitBytes` a word or row. */
export function burstsOf(params: Params, fields: LoadFields | StoreFields, unitBytes: number): number[] {
  const { beatBytes } = params;
  const runBeats = (fields.runLength * unitBytes) / beatBytes;
  const bursts: number[] = [];
  for (let run = 0; run < fields.runs; run++) {
    let offset = fields.dramOffset + run * fields.dramStride;
    let left = runBeats;
    while (left > 0) {
      const toBoundary = (BURST_BOUNDARY_BYTES - (offset % BURST_BOUNDARY_BYTES)) / beatBytes;
      const beats = Math.min(left, toBoundary, BURST_BEATS);
      bursts.push(beats);
      offset += beats * beatBytes;
      left -= beats;
    }
  }
  return bursts;
}

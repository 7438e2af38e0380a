import { boolLit } from "../../hdl/index.ts";
import type { Bool, Uint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";

/** How words or rows (*units*) fit beats: `beats` beats a unit, or `units` units a beat; one of the two is 1. */
export interface UnitFit {
  readonly beats: number;
  readonly units: number;
}

/** The fit of units of `unitBytes` bytes. */
export function unitFit(p: Params, unitBytes: number): UnitFit {
  return { beats: Math.max(1, unitBytes / p.beatBytes), units: Math.max(1, p.beatBytes / unitBytes) };
}

/** A number of units as a number of beats, exact when {@link isWholeBeats}. */
export function unitsToBeats(units: Uint, fit: UnitFit): Uint {
  return fit.beats > 1 ? units.shl(Math.log2(fit.beats)) : units.shr(Math.log2(fit.units));
}

/** A number of units fills whole beats. */
export function isWholeBeats(units: Uint, fit: UnitFit): Bool {
  return fit.units === 1 ? boolLit(true) : units.bits(Math.log2(fit.units) - 1, 0).eq(0);
}

/** The fields of a LOAD or STORE that must not be zero are not, and its addresses are multiples of a beat. */
export function isWellFormed(
  p: Params,
  command: { readonly dramOffset: Uint; readonly dramStride: Uint; readonly runs: Uint; readonly runLength: Uint },
): Bool {
  const low = Math.log2(p.beatBytes) - 1;
  return command.runs
    .ne(0)
    .and(command.runLength.ne(0))
    .and(command.dramOffset.bits(low, 0).eq(0))
    .and(command.dramStride.bits(low, 0).eq(0));
}

/** The closed form's ranking of tilings, and which of them are worth a prediction besides its best. */
import type { Params } from "../config/index.ts";
import { fits, SERIAL_PENALTY } from "./tiling.ts";
import type { DetailedCandidate, Need } from "./tiling.ts";

/** A candidate that fits. */
export interface Ranked<T> extends DetailedCandidate<T> {
  /** Cycles by the closed form, more where buffers do not fit twice. */
  readonly estimate: number;
  readonly double: boolean;
}

export interface Ranking<T> {
  /** The least estimate first. */
  readonly ranked: readonly Ranked<T>[];
  /** All candidates, whether or not they fit. */
  readonly enumerated: number;
  /** The least need of all; undefined without candidates. */
  readonly smallest: Need | undefined;
}

/** Smaller memories, as parts of scratchpad and accumulator. */
const SMALLER = [
  [0.5, 1],
  [0.25, 1],
  [1, 0.5],
  [0.5, 0.5],
] as const;

/** Ranks those candidates that fit `fraction` of the memories. */
export function rank<T>(
  params: Params,
  candidates: Iterable<DetailedCandidate<T>>,
  setting: { readonly fraction: number },
): Ranking<T> {
  const ranked: Ranked<T>[] = [];
  let smallest: Need | undefined;
  let enumerated = 0;
  for (const candidate of candidates) {
    enumerated++;
    if (smallest === undefined || share(params, candidate.minimal) < share(params, smallest)) {
      smallest = candidate.minimal;
    }
    if (!fits(params, candidate.minimal, setting)) continue;
    const double = fits(params, candidate.comfortable, setting);
    const estimate = double ? candidate.cycles : candidate.cycles * SERIAL_PENALTY;
    ranked.push({ ...candidate, double, estimate });
  }
  // The sort is stable: of equals the first enumerated wins.
  return { ranked: ranked.sort((a, b) => a.estimate - b.estimate), enumerated, smallest };
}

/**
 * What the closed form may be wrong about: the best candidate if it overlapped as well as any, and the best ones for smaller
 * memories, for a larger memory must not make things worse.
 */
export function nominees<T>(params: Params, ranked: readonly Ranked<T>[]): ReadonlySet<Ranked<T>> {
  const nominated = new Set<Ranked<T>>();
  const nominate = (cycles: (candidate: Ranked<T>) => number): void => {
    const least = ranked.reduce((a, b) => (cycles(b) < cycles(a) ? b : a));
    if (cycles(least) < Infinity) nominated.add(least);
  };
  nominate((candidate) => candidate.cycles);
  for (const [scratchpad, accumulator] of SMALLER) {
    const words = params.scratchpadWords * scratchpad;
    const rows = params.accumulatorRows * accumulator;
    const within = (need: Need): boolean => need.scratchpadWords <= words && need.accumulatorRows <= rows;
    nominate(({ minimal, comfortable, cycles }) =>
      within(comfortable) ? cycles : within(minimal) ? cycles * SERIAL_PENALTY : Infinity,
    );
  }
  return nominated;
}

/** How far a need is from fitting: the largest share of a memory. */
function share(params: Params, need: Need): number {
  return Math.max(
    need.scratchpadWords / params.scratchpadWords,
    need.accumulatorRows / params.accumulatorRows,
    need.rowSlots / params.rowSlots,
  );
}

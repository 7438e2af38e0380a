/** What all tiling searches share: candidates, budgets, and the error for a memory that is too small. */
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import { roundUp, rowUnit } from "./builder.ts";
import { partsCycles } from "./mapping.ts";
import type { Parts } from "./mapping.ts";

/** How much of the local memories a tiling may plan with: 0 to 1. */
export interface Share {
  readonly fraction: number;
}

/** Local memory that a tiling needs. */
export interface Need {
  readonly scratchpadWords: number;
  readonly accumulatorRows: number;
  readonly rowSlots: number;
}

/** A tiling with its needs when buffers are doubled and when every buffer exists once, and its expected cycles. */
export interface Candidate<T> {
  readonly tiling: T;
  /** Enough to overlap fetching, computing and storing. */
  readonly comfortable: Need;
  /** Enough to run at all. */
  readonly minimal: Need;
  readonly cycles: number;
}

/** A candidate that says what its cycles are made of, for the mapper. */
export interface DetailedCandidate<T> extends Candidate<T> {
  readonly parts: Parts;
}

/** The candidate whose time is made of `parts`. */
export const detailed = <T>(candidate: Omit<DetailedCandidate<T>, "cycles">): DetailedCandidate<T> => ({
  ...candidate,
  cycles: partsCycles(candidate.parts),
});

export function fits(params: Params, need: Need, { fraction }: Share): boolean {
  return (
    need.scratchpadWords <= params.scratchpadWords * fraction &&
    need.accumulatorRows <= params.accumulatorRows * fraction &&
    need.rowSlots <= params.rowSlots
  );
}

/** Factor for what is not overlapped: such tilings are for memories in which nothing better fits. */
export const SERIAL_PENALTY = 1.5;

/**
 * The cheapest candidate that fits, by the closed form alone; deterministic, the first of equals. Candidates that fit only without double buffering
 * count as slower. Error: `compile-capacity`.
 */
export function chooseTiling<T>(
  params: Params,
  operation: string,
  candidates: Iterable<Candidate<T>>,
  share: Share,
): T {
  let best: { readonly tiling: T; readonly cycles: number } | undefined;
  let smallest: Need | undefined;
  for (const { tiling, comfortable, minimal, cycles } of candidates) {
    if (smallest === undefined || size(params, minimal) < size(params, smallest)) smallest = minimal;
    if (!fits(params, minimal, share)) continue;
    const expected = fits(params, comfortable, share) ? cycles : cycles * SERIAL_PENALTY;
    if (best === undefined || expected < best.cycles) best = { tiling, cycles: expected };
  }
  if (best === undefined) throw tooSmall(params, operation, smallest!);
  return best.tiling;
}

/** How far a need is from fitting: the largest share of a memory. */
function size(params: Params, need: Need): number {
  return Math.max(
    need.scratchpadWords / params.scratchpadWords,
    need.accumulatorRows / params.accumulatorRows,
    need.rowSlots / params.rowSlots,
  );
}

/** The error when not even the tiling that needs least fits. */
export function tooSmall(params: Params, operation: string, need: Need): SystoleError {
  const { config } = params;
  // Rounded up, so that what is needed never reads as what there is.
  const kib = (bytes: number): string => `${Math.ceil(bytes / 102.4) / 10} KiB`;
  const memory = (name: "scratchpad" | "accumulator", bytes: number, unitBytes: number) => {
    const wholeBanks = (unitBytes * config[name].banks) / 1024;
    const enough = Math.ceil(roundUp(bytes / 1024, wholeBanks));
    return {
      path: `${name}.kib`,
      share: bytes / (config[name].kib * 1024),
      text: `${kib(bytes)} of ${name}, of which there are ${config[name].kib} KiB`,
      remedy: `Set ${name}.kib to at least ${enough}.`,
    };
  };
  const findings = [
    memory("scratchpad", need.scratchpadWords * params.wordBytes, params.wordBytes),
    memory("accumulator", need.accumulatorRows * params.accumulatorRowBytes, params.accumulatorRowBytes),
    {
      path: "norm.rowSlots",
      share: need.rowSlots / params.rowSlots,
      text: `${need.rowSlots} row slots, of which there are ${params.rowSlots}`,
      remedy: `Set norm.rowSlots to at least ${need.rowSlots}.`,
    },
  ].sort((a, b) => b.share - a.share);
  const worst = findings[0]!;
  return new SystoleError({
    code: "compile-capacity",
    message: `${operation}: no tiling fits the configuration ${params.name}: the smallest needs ${worst.text}`,
    location: { path: worst.path },
    remedy: worst.remedy,
  });
}

/** Numbers of rows that a block may have: powers of two and three quarters of them, multiples of the row unit, up to `rows`. */
export function rowBlockSizes(params: Params, rows: number, largest = 512): number[] {
  const unit = rowUnit(params);
  const whole = roundUp(rows, unit);
  const sizes = new Set<number>();
  if (whole <= largest) sizes.add(whole);
  for (let n = 1; n <= largest; n *= 2) {
    sizes.add(Math.min(whole, roundUp(n, unit)));
    sizes.add(Math.min(whole, roundUp(n * 0.75, unit)));
  }
  return [...sizes].sort((a, b) => b - a);
}

/** Sizes that cut `total` into equal parts, as far as they can be equal. */
export function evenParts(total: number): number[] {
  const sizes = new Set<number>();
  for (let parts = 1; parts <= total; parts++) sizes.add(Math.ceil(total / parts));
  return [...sizes];
}

/** unit, 2 · unit, 4 · unit, ... as long as they are below `total`, then `total`. */
export function doublings(unit: number, total: number): number[] {
  const sizes: number[] = [];
  for (let n = unit; n < total; n *= 2) sizes.push(n);
  return [...sizes, total];
}

/** [first, size] of the parts of `total`, each `size` except the last. */
export function* parts(total: number, size: number): Generator<readonly [first: number, size: number]> {
  for (let first = 0; first < total; first += size) yield [first, Math.min(size, total - first)];
}

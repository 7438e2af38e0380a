/** What the mapper found, for people and for JSON: every operation's candidates, the one taken, and why. */

/** What an operation's time is made of: the engine that is busy longest, or what nothing overlaps. */
const BOUNDS = ["compute", "load", "store", "norm", "latency"] as const;
export type Bound = (typeof BOUNDS)[number];

/** Cycles of each part: four engines that work at the same time, and what comes before and after. */
export type Parts = Readonly<Record<Bound, number>>;

/** Do the buffers fit: twice, so that fetching, computing and storing overlap; once; or not at all? */
export type Buffering = "double" | "single" | "none";

/** One tiling of an operation. */
export interface MappingCandidate {
  /** The tiling in words. */
  readonly label: string;
  readonly tiling: Readonly<Record<string, number | string | boolean>>;
  /** Cycles by the closed form that all candidates are ranked by. */
  readonly estimatedCycles: number;
  /** Cycles by the event model, which the best few are checked with; null for the others. */
  readonly predictedCycles: number | null;
  /** MACs over PEs and the best known cycles. */
  readonly utilization: number;
  readonly scratchpadBytes: number;
  readonly accumulatorBytes: number;
  readonly rowSlots: number;
  readonly buffering: Buffering;
  /** Why it cannot be taken, null when it can. */
  readonly problem: string | null;
  readonly bound: Bound;
  readonly parts: Parts;
}

/** The search for one operation's tiling. */
export interface OperationMapping {
  /** Operations of the program that use the result: those of equal shape share one search. */
  readonly operations: readonly string[];
  /** The loop nest that was searched: `linear`, `attention`, ... */
  readonly kind: string;
  /** MACs / PEs. */
  readonly floorCycles: number;
  /** Tilings enumerated, and those of them that fit. */
  readonly enumerated: number;
  readonly fitting: number;
  /** The best, best first: element 0 was taken. */
  readonly candidates: readonly MappingCandidate[];
  /** Why element 0 was taken. */
  readonly reason: string;
}

/** The choice between fused and through DRAM for one operation. */
export interface FusionMapping {
  /** `softmax`, `attention-output` or `output`. */
  readonly operation: string;
  readonly fused: boolean;
  /** Expected cycles; null when nothing fits or it was not looked at. */
  readonly fusedCycles: number | null;
  readonly unfusedCycles: number | null;
  readonly reason: string;
}

export interface Mapping {
  readonly operations: readonly OperationMapping[];
  readonly fusions: readonly FusionMapping[];
}

/** The part that decides: the longest. */
export const boundOf = (parts: Parts): Bound => BOUNDS.reduce((a, b) => (parts[b] > parts[a] ? b : a));

/** Cycles of an operation whose parts are these. */
export const partsCycles = ({ compute, load, store, norm, latency }: Parts): number =>
  Math.max(compute, load, store, norm) + latency;

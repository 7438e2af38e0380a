/** Sentences that say why a tiling was taken. */
import type { Bound, MappingCandidate } from "./mapping.ts";

/** What a bound is called when it takes less time. */
const NOUNS: Readonly<Record<Bound, string>> = {
  compute: "the array",
  load: "loading",
  store: "storing",
  norm: "the norm unit",
  latency: "what comes before the first product and after the last",
};

const count = (value: number): string => Math.round(value).toLocaleString("en-US");

/** `candidates` as remembered, the one taken first. */
export function explain(candidates: readonly MappingCandidate[], enumerated: number, fitting: number): string {
  const [winner, ...others] = candidates;
  if (winner === undefined) return "";
  if (winner.problem !== null) return `${winner.label}: the closed form's best; its buffers need room of others`;
  if (fitting === 1) return `${winner.label}: the only one of ${enumerated} that fits`;
  const second = others.find(({ problem }) => problem === null);
  if (second === undefined) return `${winner.label}: the only one whose buffers can be placed`;
  const cycles = ({ predictedCycles }: MappingCandidate): number | null => predictedCycles;
  const [one, two] = [cycles(winner), cycles(second)];
  const gain = one === null || two === null ? second.estimatedCycles - winner.estimatedCycles : two - one;
  if (gain < 1) {
    return winner.estimatedCycles === second.estimatedCycles
      ? `${winner.label}: as fast as ${second.label}, and found first`
      : `${winner.label}: ahead of ${second.label} by the closed form, ${because(winner, second)}; command by command they are within half a percent`;
  }
  const share = (100 * gain) / (gain + (one ?? winner.estimatedCycles));
  const less = share >= 0.1 ? `${share.toFixed(1)} % fewer cycles` : `${count(gain)} cycles fewer`;
  return `${winner.label}: ${less} than ${second.label}, ${because(winner, second)}`;
}

function because(winner: MappingCandidate, second: MappingCandidate): string {
  if (winner.buffering === "double" && second.buffering === "single") {
    return "whose buffers fit only once, so that nothing overlaps";
  }
  // What decides about the slower one comes first, then what differs most.
  const saved = (bound: Bound): number => second.parts[bound] - winner.parts[bound];
  const busiest = second.bound;
  const bounds: Bound[] = ["compute", "load", "store", "norm", "latency"];
  const most = bounds.reduce((a, b) => (saved(b) > saved(a) ? b : a));
  const bound = saved(busiest) >= 1 ? busiest : most;
  if (saved(bound) < 1) return "by how its commands overlap";
  return `because ${NOUNS[bound]} takes ${count(winner.parts[bound])} cycles, not ${count(second.parts[bound])}`;
}

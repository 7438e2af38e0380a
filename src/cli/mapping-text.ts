/** What the mapper found, as text for a terminal. */
import pc from "picocolors";
import type { FusionMapping, MappingCandidate, OperationMapping } from "../compiler/index.ts";
import { bytes, formatTable, grouped, percent } from "../report/index.ts";

/** Candidates shown of an operation when not all are asked for. */
const SHOWN = 3;

/** `layer 0 attention-output` as `attention-output`. */
const shortName = (operation: string): string => operation.replace(/^layer \d+ /, "");

/** The names of a search's operations, each once. */
export const shortNames = ({ operations }: Pick<OperationMapping, "operations">): string[] => [
  ...new Set(operations.map(shortName)),
];

const BUFFERS = { double: "double", single: "single", none: "none" } as const;

function candidateTable(candidates: readonly MappingCandidate[]): string {
  return formatTable(
    [
      { head: "  tiling", align: "left" },
      { head: "predicted" },
      { head: "closed form" },
      { head: "array used" },
      { head: "scratchpad" },
      { head: "accumulator" },
      { head: "row slots" },
      { head: "buffers", align: "left" },
      { head: "bound", align: "left" },
    ],
    candidates.map((c, i) => [
      i === 0 ? pc.bold(`> ${c.label}`) : `  ${c.label}`,
      c.predictedCycles === null ? "" : grouped(c.predictedCycles),
      grouped(c.estimatedCycles),
      c.utilization === 0 ? "" : percent(c.utilization),
      bytes(c.scratchpadBytes),
      bytes(c.accumulatorBytes),
      c.rowSlots === 0 ? "" : String(c.rowSlots),
      c.problem === null ? BUFFERS[c.buffering] : `none: ${c.problem}`,
      c.bound,
    ]),
  );
}

/** One search: its operations, the best candidates, and why the first was taken. */
export function operationText(mapping: OperationMapping, all: boolean): string {
  const { kind, floorCycles, enumerated, fitting, candidates, reason } = mapping;
  const names = shortNames(mapping);
  // Attention's operations are searched together; others that share a search are alike.
  const each = kind.startsWith("linear") && names.length > 1 ? " each" : "";
  const floor = floorCycles === 0 ? "" : `, floor ${grouped(floorCycles)} cycles${each}`;
  return [
    pc.bold(names.join(", ")) + ` (${kind}${floor}): ${grouped(fitting)} of ${grouped(enumerated)} tilings fit`,
    candidateTable(all ? candidates : candidates.slice(0, SHOWN)),
    `  ${reason}`,
  ].join("\n");
}

/** The choices between on chip and through DRAM. */
export function fusionText(fusions: readonly FusionMapping[]): string {
  const cycles = (n: number | null): string => (n === null ? "" : grouped(n));
  return formatTable(
    [
      { head: "ends in", align: "left" },
      { head: "where", align: "left" },
      { head: "on chip" },
      { head: "through DRAM" },
      { head: "", align: "left" },
    ],
    fusions.map((f) => [
      f.operation === "softmax" ? "Softmax (attention)" : `LayerNorm (${f.operation})`,
      f.fused ? "on chip" : "through DRAM",
      cycles(f.fusedCycles),
      cycles(f.unfusedCycles),
      f.reason,
    ]),
  );
}

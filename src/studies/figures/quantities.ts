/** What is read off a run and held against a bar, and how it is written. */
import { duration, grouped, percent, rate } from "../../report/index.ts";
import type { Report } from "../../report/index.ts";

/** A finished run: its report, and its wall time from preparing the data to the last comparison. */
export interface Observed {
  readonly report: Report;
  readonly wallSeconds: number;
}

interface QuantityKind {
  readonly label: string;
  readonly read: (observed: Observed) => number | null;
  readonly format: (value: number) => string;
}

const ratio = (value: number): string => value.toFixed(4);

/** The quantities. `read` gives null where a run has none. */
export const QUANTITIES = {
  cycles: { label: "cycles", read: ({ report }) => report.cycles, format: grouped },
  floorRatio: { label: "cycles / floor", read: ({ report }) => report.floorRatio, format: ratio },
  utilization: {
    label: "floor / cycles",
    read: ({ report }) => report.utilization,
    format: (value) => percent(value, 2),
  },
  weightRatio: {
    label: "cycles / (weight bytes / bytes per cycle)",
    read: ({ report }) => report.weightRatio,
    format: ratio,
  },
  sustainedElementsPerCycle: {
    label: "elements per cycle, sustained",
    read: ({ report }) => report.sustainedElementsPerCycle,
    format: (value) => value.toFixed(2),
  },
  rowsInFlight: { label: "rows in flight", read: ({ report }) => report.rowsInFlight, format: grouped },
  modelError: {
    label: "error of the cost model",
    read: ({ report: { cycles, expectedCycles } }) =>
      expectedCycles === null ? null : Math.abs(expectedCycles / cycles - 1),
    format: (value) => percent(value, 2),
  },
  simulationRate: {
    label: "simulated cycles per second, one core",
    read: ({ report }) => report.simulatedCyclesPerSecond,
    format: rate,
  },
  wallSeconds: { label: "wall time, all included", read: ({ wallSeconds }) => wallSeconds, format: duration },
} as const satisfies Record<string, QuantityKind>;

export type Quantity = keyof typeof QUANTITIES;

/** What is read off a run and held against a bar, and how it is written. */
import { duration, grouped, percent, rate } from "../../report/index.ts";
import type { SimulatorSpeeds, WaveSpeed } from "../../bench/index.ts";
import type { FlattenedReport } from "../../silicon/index.ts";
import { fpgaTotals } from "../area/fpga.ts";
import type { FpgaTotals } from "../area/result.ts";
import type { MeasuredReport } from "./cost.ts";
import type { Report } from "../../report/index.ts";

/** A finished run: its report, or what else was measured, and its wall time from preparing the data to the last comparison. */
export interface Observed {
  readonly report?: Report | undefined;
  readonly speeds?: SimulatorSpeeds | undefined;
  readonly generateSeconds?: number | undefined;
  readonly processNanoseconds?: number | undefined;
  readonly waves?: WaveSpeed | undefined;
  readonly cost?: MeasuredReport | undefined;
  readonly parts?: FlattenedReport | undefined;
  readonly wallSeconds: number;
}

interface QuantityKind {
  readonly label: string;
  readonly read: (observed: Observed) => number | null;
  readonly format: (value: number) => string;
}

const ratio = (value: number): string => value.toFixed(4);
const speedup = (value: number): string => value.toFixed(2);

const seventhSeries = (cost: MeasuredReport | undefined): FpgaTotals | undefined =>
  cost?.report.fpga?.xc7 === undefined ? undefined : fpgaTotals("xc7", cost.report);

/** The quantities. `read` gives null where a run has none. */
export const QUANTITIES = {
  cycles: { label: "cycles", read: ({ report }) => report?.cycles ?? null, format: grouped },
  floorRatio: { label: "cycles / floor", read: ({ report }) => report?.floorRatio ?? null, format: ratio },
  utilization: {
    label: "floor / cycles",
    read: ({ report }) => report?.utilization ?? null,
    format: (value) => percent(value, 2),
  },
  weightRatio: {
    label: "cycles / (weight bytes / bytes per cycle)",
    read: ({ report }) => report?.weightRatio ?? null,
    format: ratio,
  },
  sustainedElementsPerCycle: {
    label: "elements per cycle, sustained",
    read: ({ report }) => report?.sustainedElementsPerCycle ?? null,
    format: (value) => value.toFixed(2),
  },
  rowsInFlight: { label: "rows in flight", read: ({ report }) => report?.rowsInFlight ?? null, format: grouped },
  modelError: {
    label: "error of the cost model",
    read: ({ report }) => {
      const { cycles = 0, expectedCycles = null } = report ?? {};
      return expectedCycles === null ? null : Math.abs(expectedCycles / cycles - 1);
    },
    format: (value) => percent(value, 2),
  },
  simulationRate: {
    label: "simulated cycles per second, one core",
    read: ({ report }) => report?.simulatedCyclesPerSecond ?? null,
    format: rate,
  },
  arraySpeedup: {
    label: "array alone, embedded simulator / Verilator",
    read: ({ speeds }) => (speeds === undefined ? null : speeds.array.embedded / speeds.array.verilator),
    format: speedup,
  },
  acceleratorSpeedup: {
    label: "accelerator, embedded simulator / Verilator",
    read: ({ speeds }) => (speeds === undefined ? null : speeds.accelerator.embedded / speeds.accelerator.verilator),
    format: speedup,
  },
  startupSeconds: {
    label: "start of the embedded simulator",
    read: ({ speeds }) => speeds?.startup.embedded ?? null,
    format: duration,
  },
  generateSeconds: {
    label: "time of systole generate",
    read: ({ generateSeconds }) => generateSeconds ?? null,
    format: duration,
  },
  processNanoseconds: {
    label: "time of a cycle and process",
    read: ({ processNanoseconds }) => processNanoseconds ?? null,
    format: (value) => `${value.toFixed(0)} ns`,
  },
  waveChangesPerSecond: {
    label: "changes recorded per second",
    read: ({ waves }) => waves?.changesPerSecond ?? null,
    format: rate,
  },
  reportSeconds: {
    label: "time of systole report, empty cache",
    read: ({ cost }) => cost?.emptySeconds ?? null,
    format: duration,
  },
  cachedReportSeconds: {
    label: "time of systole report, full cache",
    read: ({ cost }) => cost?.cachedSeconds ?? null,
    format: duration,
  },
  elementDsp: {
    label: "DSP in PEs, 7-series",
    read: ({ cost }) => seventhSeries(cost)?.elementDsp ?? null,
    format: grouped,
  },
  macroLuts: {
    label: "LUT in memories that are macros on a chip, 7-series",
    read: ({ cost }) => seventhSeries(cost)?.macroLut ?? null,
    format: grouped,
  },
  peGe: { label: "GE of a PE", read: ({ cost }) => cost?.report.blocks["pe"] ?? null, format: grouped },
  requantiserGe: {
    label: "GE of a requantiser, per lane",
    read: ({ cost }) => cost?.report.blocks["requantiserPerLane"] ?? null,
    format: grouped,
  },
  normShare: {
    label: "norm unit's share of the area",
    read: ({ cost }) => cost?.report.normShare ?? null,
    format: (value) => percent(value, 1),
  },
  partsError: {
    label: "|sum of the modules / flattened - 1|",
    read: ({ parts }) => (parts === undefined ? null : Math.abs(parts.difference)),
    format: (value) => percent(value, 2),
  },
  wallSeconds: { label: "wall time, all included", read: ({ wallSeconds }) => wallSeconds, format: duration },
} as const satisfies Record<string, QuantityKind>;

export type Quantity = keyof typeof QUANTITIES;

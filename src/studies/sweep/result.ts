/** The result of a sweep: one point for every pair of memory sizes and every fusion. */
import { z } from "zod";
import { FUSIONS } from "../../compiler/index.ts";
import type { Fusion } from "../../compiler/index.ts";

const count = z.number().int().nonnegative();

const operation = z.strictObject({
  kind: z.string().describe("kind of operation, all layers together"),
  cycles: count.describe("the array's time, as in docs/report.md"),
  floorCycles: z.number(),
  normCycles: count.describe("cycles in which NORM executed for it, hidden or not"),
});

const place = {
  scratchpadKib: z.number(),
  accumulatorKib: z.number(),
  fusion: z.enum(FUSIONS as [Fusion, ...Fusion[]]),
};

const measured = z.strictObject({
  ...place,
  how: z.literal("measured").describe("cycles counted by the RTL"),
  cycles: count,
  floorCycles: z.number(),
  utilization: z.number(),
  expectedCycles: z.number().describe("what the compiler's cost model expected"),
  differences: count.nullable().describe("values that differ from the integer reference; null when not checked"),
  readBytes: count,
  writeBytes: count,
  simulatedCyclesPerSecond: z.number(),
  operations: z.array(operation),
});

const predicted = z.strictObject({
  ...place,
  how: z.literal("predicted").describe("cycles by the compiler's cost model alone"),
  cycles: count,
  floorCycles: z.number(),
  utilization: z.number(),
});

const impossible = z.strictObject({
  ...place,
  how: z.literal("does not fit"),
  reason: z.string().describe("what the compiler says"),
});

/** Schema of a measured point, as kept for `--resume`. */
export const measuredPointSchema = measured;
const point = z.discriminatedUnion("how", [measured, predicted, impossible]);

/** Schema of `systole sweep --json`. */
export const sweepSchema = z.strictObject({
  command: z.string(),
  date: z.iso.datetime(),
  commit: z.string(),
  config: z.string().describe("configuration that the points are derived from"),
  rows: z.number().int(),
  cols: z.number().int(),
  shape: z.record(z.string(), z.number()),
  memory: z.strictObject({ latencyCycles: z.number(), bytesPerCycle: z.number() }),
  points: z.array(point),
  notRun: count.describe("points that are missing because the sweep was interrupted"),
});

export type Sweep = z.infer<typeof sweepSchema>;
export type SweepPoint = Sweep["points"][number];
export type MeasuredPoint = z.infer<typeof measured>;
export type PredictedPoint = z.infer<typeof predicted>;

/** A point that has cycles. */
export const hasCycles = (p: SweepPoint | undefined): p is MeasuredPoint | PredictedPoint =>
  p !== undefined && p.how !== "does not fit";

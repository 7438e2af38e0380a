/** The result of measuring the figures: one object, written after every run, so that an interrupted session keeps what it has. */
import { z } from "zod";
import { QUANTITIES } from "./quantities.ts";
import type { Quantity } from "./quantities.ts";

const quantity = z.enum(Object.keys(QUANTITIES) as [Quantity, ...Quantity[]]);

const bar = z.strictObject({
  quantity,
  relation: z.enum(["<=", "<", ">="]),
  value: z.number(),
  measured: z.number().nullable().describe("null when the run failed or has no such quantity"),
  met: z.boolean(),
});

const row = z.strictObject({
  name: z.string(),
  what: z.string(),
  kernel: z.string(),
  config: z.string(),
  latencyCycles: z.number(),
  bytesPerCycle: z.number(),
  cycles: z.number().int().nullable(),
  floorCycles: z.number().nullable(),
  expectedCycles: z.number().nullable().describe("what the compiler's cost model expected"),
  differences: z.number().int().nullable().describe("values that differ from the integer reference"),
  comparedValues: z.number().int(),
  simulatedCyclesPerSecond: z.number().nullable(),
  wallSeconds: z.number().describe("preparation, build where the cache had none, simulation, reference and comparison"),
  failure: z.string().nullable().describe("why the run has no result"),
  bars: z.array(bar),
});

/** Schema of `out/bench/<date>.json`. */
export const figuresSchema = z.strictObject({
  date: z.iso.datetime(),
  commit: z.string().describe("with `+ changes` when files differ from it; `unknown` outside a repository"),
  machine: z.strictObject({ cpu: z.string(), cores: z.number().int(), memoryGib: z.number(), system: z.string() }),
  versions: z.strictObject({ systole: z.string(), node: z.string(), verilator: z.string(), compiler: z.string() }),
  rows: z.array(row),
  notRun: z
    .array(z.string())
    .describe("names of chosen figures that have not run: the session goes on, or was interrupted"),
});

export type FiguresResult = z.infer<typeof figuresSchema>;
export type FigureRow = z.infer<typeof row>;
export type BarResult = z.infer<typeof bar>;

/** True when every bar of every row is met without a difference to the reference. */
export const allMet = ({ rows }: FiguresResult): boolean => rows.every((r) => r.bars.every((b) => b.met));

/** Values that differ from the reference, in all rows. */
export const allDifferences = ({ rows }: FiguresResult): number =>
  rows.reduce((sum, r) => sum + (r.differences ?? 0), 0);

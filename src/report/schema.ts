/**
 * The machine-readable result of `systole run --json` and `systole bench --json`: one object of this type on standard
 * output. The terminal tables and the HTML report are drawn from the same object. Cycles are the hardware's own: its
 * counters for totals, its trace port for operations. docs/report.md is generated from the descriptions below.
 */
import { z } from "zod";

const cycles = z.number().int().nonnegative();
const engineName = z.enum(["load", "store", "gemm", "norm"]);

/** What a stretch of array idleness was waiting for: the engine whose post the GEMM engine lacked. */
const waiting = z
  .strictObject({ load: cycles, store: cycles, norm: cycles })
  .describe(
    "cycles in which the GEMM engine had no work in execution and waited for a semaphore, by the engine that posted it",
  );

const operation = z.strictObject({
  name: z.string().describe("operation, with its layer: `layer 0 scores`"),
  kind: z.string().describe("kind of operation, the same in every layer"),
  where: z.enum(["accelerator", "host"]).describe("where it ran; host operations take no accelerator cycles"),
  cycles: cycles.describe(
    "the array's time: between two retirements of GEMM commands the time belongs to the later one's operation; what runs hidden behind another operation's products owns none",
  ),
  share: z.number().describe("cycles / total cycles"),
  floorCycles: z.number().describe("MACs / PEs"),
  utilization: z.number().describe("floorCycles / cycles; 0 when the operation has no MACs"),
  macs: z.number().int().nonnegative(),
  waiting,
  engines: z
    .strictObject({ load: cycles, store: cycles, gemm: cycles, norm: cycles })
    .describe("cycles in which each engine had a command of this operation in execution, hidden or not"),
  commands: z.number().int().nonnegative(),
});

const engine = z.strictObject({
  name: engineName,
  busy: cycles.describe("cycles in execution and not held up"),
  semaphoreWait: cycles.describe("cycles with nothing in execution, waiting for a semaphore"),
  memoryWait: cycles.describe("cycles in execution, held up by AXI or a memory bank"),
  idle: cycles.describe("the remaining cycles"),
  commands: z.number().int().nonnegative().describe("commands retired"),
});

const tensor = z.strictObject({
  name: z.string(),
  values: z.number().int().nonnegative().describe("values compared"),
  differences: z.number().int().nonnegative(),
});

const prediction = z.strictObject({
  name: z.string().describe("name of the input: a file name or a number"),
  text: z.string(),
  tokens: z.number().int(),
  label: z.string(),
  probability: z.number(),
  expected: z.string().optional().describe("the label that the input's file name or the sample list gives"),
  floatLabel: z.string().optional().describe("the float model's label, with --check"),
});

/** Schema of a result; see {@link Report}. */
export const reportSchema = z.strictObject({
  command: z.string().describe("the command line that produced the result"),
  kind: z.string().describe("`run`, or the kernel of `bench`"),
  shape: z.record(z.string(), z.number()).describe("dimensions of the workload"),
  config: z.strictObject({
    name: z.string(),
    rows: z.number(),
    cols: z.number(),
    scratchpadKib: z.number(),
    accumulatorKib: z.number(),
    functions: z.array(z.string()),
    fingerprint: z.number(),
  }),
  memory: z.strictObject({
    latencyCycles: z.number(),
    bytesPerCycle: z.number(),
    stallProbability: z.number(),
    seed: z.number(),
  }),
  cycles: cycles.describe("from the write of the start register to done, summed over programs: the CYCLES counter"),
  floorCycles: z.number().describe("MACs / PEs"),
  utilization: z.number().describe("floorCycles / cycles"),
  floorRatio: z.number().nullable().describe("cycles / floorCycles; null without MACs"),
  expectedCycles: z
    .number()
    .nullable()
    .describe("what the compiler's cost model expects of the cycles; null when unknown"),
  weightCycles: z
    .number()
    .nullable()
    .describe(
      "single products: weight bytes / memory bytes per cycle, what a product of few rows is bound by; else null",
    ),
  weightRatio: z.number().nullable().describe("single products: cycles / weightCycles; else null"),
  macs: z.number().int(),
  elementsPerCycle: z
    .number()
    .nullable()
    .describe("benchmarks of the norm unit: elements through all passes / cycles in which NORM executes; else null"),
  sustainedElementsPerCycle: z
    .number()
    .nullable()
    .describe("the same elements / cycles from NORM's first start to its last retirement, all its waiting included"),
  rowsInFlight: z
    .number()
    .int()
    .nullable()
    .describe("benchmarks of the norm unit: rows that a pass has in flight at a time; else null"),
  arrayCycles: cycles.describe("cycles in which an activation row entered the array: the ARRAY_CYCLES counter"),
  readBytes: z.number().int(),
  writeBytes: z.number().int(),
  differences: z
    .number()
    .int()
    .nullable()
    .describe("values that differ from the integer reference; null when not checked"),
  comparedValues: z.number().int(),
  tensors: z.array(tensor),
  simulator: z.string().describe("simulator and compiler"),
  simulatedCyclesPerSecond: z.number(),
  simulationSeconds: z.number(),
  buildSeconds: z.number().describe("time to build the simulation; near 0 when cached"),
  engines: z.array(engine),
  operations: z.array(operation),
  predictions: z.array(prediction),
  timeline: z
    .array(z.strictObject({ engine: engineName, operation: z.number().int(), start: cycles, end: cycles }))
    .describe(
      "stretches of commands of one operation on one engine in the first program; operation indexes `operations`",
    ),
});

/** A result: see the schema's descriptions for the meaning and unit of every key. */
export type Report = z.infer<typeof reportSchema>;
export type OperationRow = Report["operations"][number];
export type EngineRow = Report["engines"][number];
export type TensorRow = Report["tensors"][number];
export type PredictionRow = Report["predictions"][number];
export type EngineSpan = Report["timeline"][number];

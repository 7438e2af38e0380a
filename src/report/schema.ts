/**
 * The machine-readable result of `systole run --json` and `systole bench --json`: one object of this type on standard
 * output. The terminal tables and the HTML report are drawn from the same object. Cycles are the hardware's own: its
 * counters for totals, its trace port for operations. docs/report.md is generated from the descriptions below.
 */
import { z } from "zod";

const cycles = z.number().int().nonnegative();
const engineName = z.enum(["load", "store", "gemm", "norm"]);

/** Cycles by the engine whose post was missing. */
const byOwner = z.record(engineName, cycles);

const losses = z
  .strictObject({
    padding: z
      .number()
      .nonnegative()
      .describe(
        "rows entered the array that are not of the workload: dimensions that do not fill rows, columns or tiles",
      ),
    start: cycles.describe("before the first activation row enters the array, whatever the cause"),
    fill: cycles.describe("the next row's command has started, but its weights or activations are still on their way"),
    load: cycles.describe("the next GEMM command waits for a post of LOAD: operands that are not there yet"),
    norm: cycles.describe("the same for NORM"),
    store: cycles.describe("the same for STORE: a buffer that is not free yet"),
    gemm: cycles.describe("the same for a post of GEMM itself"),
    memory: cycles.describe("a scratchpad bank is taken by another engine"),
    dispatch: cycles.describe(
      "the next GEMM command has not reached its engine: fetch, or a full queue of another engine",
    ),
    end: cycles.describe("after the last activation row has entered: drain, last passes and stores"),
  })
  .describe(
    "cycles in which no row of the workload entered the array, by cause; with floorCycles they add up to cycles",
  );

const engineTime = z.strictObject({
  busy: cycles.describe("in execution and not held up; of several commands in execution the oldest counts"),
  memory: cycles.describe("in execution, held up by AXI or a memory bank"),
  waiting: byOwner.describe("nothing in execution, the next command waits for a post of this engine"),
  dispatch: cycles.describe("nothing in execution, the next command has not reached the engine"),
  behind: byOwner.describe(
    "of dispatch: commands are handed over in program order, and one before it found the queue of this engine full",
  ),
});

const operation = z.strictObject({
  name: z.string().describe("operation, with its layer: `layer 0 scores`"),
  kind: z.string().describe("kind of operation, the same in every layer"),
  where: z.enum(["accelerator", "host"]).describe("where it ran; host operations take no accelerator cycles"),
  cycles: cycles.describe(
    "the array's time: cycles in which its rows entered the array, and cycles lost before its next row; what runs hidden behind another operation's products owns none",
  ),
  share: z.number().describe("cycles / total cycles"),
  floorCycles: z.number().describe("MACs / PEs"),
  utilization: z.number().describe("floorCycles / cycles; 0 when the operation has no MACs"),
  macs: z.number().int().nonnegative(),
  losses,
  engines: z
    .record(engineName, engineTime)
    .describe("each engine's time that is put down to this operation, hidden or not"),
  commands: z.number().int().nonnegative(),
});

const engine = z.strictObject({
  name: engineName,
  busy: cycles.describe("cycles in execution and not held up"),
  semaphoreWait: cycles.describe("cycles with nothing in execution, waiting for a semaphore"),
  memoryWait: cycles.describe("cycles in execution, held up by AXI or a memory bank"),
  waiting: byOwner.describe("semaphoreWait by the engine whose post was missing"),
  dispatch: cycles.describe("cycles with nothing in execution, the next command not there yet"),
  idle: cycles.describe("cycles after its last command"),
  commands: z.number().int().nonnegative().describe("commands retired"),
});

const wait = z.strictObject({
  engine: engineName.describe("who waited"),
  operation: z.number().int().describe("for which operation; indexes `operations`"),
  owner: engineName.describe("whose post was missing"),
  ownerOperation: z
    .number()
    .int()
    .nullable()
    .describe("operation of the command that posts; null when it is open which one"),
  cycles,
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

const STRETCH_STATES = [
  "busy",
  "load",
  "store",
  "gemm",
  "norm",
  "behind-load",
  "behind-store",
  "behind-gemm",
  "behind-norm",
  "dispatch",
] as const;

const lane = z
  .strictObject({
    engine: engineName,
    start: z.array(cycles),
    end: z.array(cycles).describe("not included"),
    state: z
      .array(z.enum(STRETCH_STATES))
      .describe(
        "in execution; waiting for a post of that engine; waiting for a command that is behind the full queue of that engine, or on its way",
      ),
    operation: z.array(z.number().int()).describe("whose time it is; indexes `operations`"),
    from: z.array(z.number().int()).describe("operation of the command whose post is missing; -1 when there is none"),
    memory: z.array(cycles).describe("cycles of the stretch in which the engine was held up by memory"),
  })
  .describe(
    "stretches in order of time, arrays of equal length; where there is none the engine had nothing left to do",
  );

const timeline = z.strictObject({
  cycles,
  lanes: z.array(lane),
  activity: z
    .strictObject({
      windowCycles: cycles,
      array: z.array(cycles).describe("cycles of each window in which an activation row entered the array"),
      read: z.array(cycles).describe("in which a beat was read, command fetch included"),
      written: z.array(cycles).describe("in which a beat was written"),
    })
    .describe("how busy array and memory were, over windows of equal length"),
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
    variants: z
      .record(z.string(), z.string())
      .describe('how each of them is computed: "systole", or "ibert" as I-BERT has it'),
    fingerprint: z.number(),
    beatBytes: z.number().describe("bytes of a beat on the memory bus"),
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
  losses: losses.nullable().describe("where the cycles went: the sum over `operations`; null without MACs"),
  engines: z.array(engine).describe("busy + memoryWait + semaphoreWait + dispatch + idle = cycles, for each"),
  waits: z.array(wait).describe("waiting for semaphores, by the operations at both ends"),
  operations: z.array(operation),
  predictions: z.array(prediction),
  timeline: timeline
    .nullable()
    .describe("what every engine did in the first program, for drawing; null when nothing ran"),
});

/** A result: see the schema's descriptions for the meaning and unit of every key. */
export type Report = z.infer<typeof reportSchema>;
export type OperationRow = Report["operations"][number];
export type EngineRow = Report["engines"][number];
export type TensorRow = Report["tensors"][number];
export type PredictionRow = Report["predictions"][number];
export type WaitRow = Report["waits"][number];
export type Losses = OperationRow["losses"];
export type EngineTime = OperationRow["engines"]["load"];
export type Timeline = NonNullable<Report["timeline"]>;
export type TimelineLane = Timeline["lanes"][number];

/**
 * The result of `systole report --json`: one object of this type on standard output. The terminal tables and the HTML page
 * are drawn from the same object. docs/area.md is generated from the descriptions below.
 */
import { z } from "zod";

const ge = z.number().nonnegative().describe("gate equivalents: area / area of a two-input NAND");
const count = z.number().int().nonnegative();
const share = z.number().describe("0 to 1");
const um2 = z.number().nonnegative().optional().describe("µm²; with a technology or a Liberty file");

const moduleRow = z.strictObject({
  path: z
    .string()
    .describe("from the top module, instances joined by dots: `gemm.array.mesh`; equal siblings are one row: `lane_*`"),
  module: z.string().describe("name of the Verilog module"),
  depth: count.describe("0 for the top module"),
  instances: z.number().int().positive().describe("how often this row is built in the whole design"),
  ge: ge.describe("all instances of the row with everything inside them, memories too"),
  ownGe: ge.describe("of `ge`: logic and flip-flops of the module itself, all instances"),
  sramGe: ge.describe("of `ge`: memory macros"),
  um2,
  flipFlops: count.describe("in all instances with everything inside them"),
  share: share.describe("ge / totalGe"),
});

const memoryRow = z.strictObject({
  path: z.string(),
  module: z.string().describe("name of the Verilog module of the memory"),
  words: z.number().int().positive(),
  bits: z.number().int().positive().describe("of a word"),
  ports: z.enum(["1rw", "1r1w"]),
  instances: z.number().int().positive(),
  built: z.enum(["macro", "flip-flops"]),
  ge: ge.describe("all instances"),
  um2,
});

const pathEnd = z.strictObject({
  kind: z.enum(["input", "output", "register", "memory"]),
  name: z.string().describe("with the instances it lies in: `norm.pipeline.lane_0.product`"),
});

const flattened = z.strictObject({
  logicGe: ge.describe("gate equivalents of the logic when the whole design is synthesised as one piece"),
  flipFlops: count.describe("in it"),
  difference: z.number().describe("report's logicGe / this - 1: what module by module counts too much"),
});

const path = z.strictObject({
  block: z.string().describe("the path of the row of `modules` in which the timing path ends"),
  from: pathEnd,
  to: pathEnd,
  through: z.array(z.string()).describe("instances it passes, in order"),
  levels: count.describe("logic cells"),
  picoseconds: z.number().nonnegative(),
  fmaxMhz: z.number().positive(),
});

const fpgaUse = {
  lut: count,
  ff: count,
  dsp: count,
  bram: z
    .number()
    .nonnegative()
    .describe("block RAMs of the family's largest kind: RAMB36 (a RAMB18 is half), DP16KD, SB_RAM40"),
  lutRam: count.describe("of `lut`: used as memory"),
  lutShift: count.describe("of `lut`: used as shift registers"),
};

const fpga = z.strictObject({
  ...fpgaUse,
  largestDevice: z
    .strictObject({ name: z.string(), lut: count, ff: count, dsp: count, bram: count })
    .describe("the family's device with the most logic, and what it has"),
  exceeds: z
    .array(z.enum(["lut", "ff", "dsp", "bram"]))
    .describe("what the largest device has less of; empty: it fits"),
  modules: z.array(
    z.strictObject({ path: z.string(), module: z.string(), instances: z.number().int().positive(), ...fpgaUse }),
  ),
});

const energy = z.strictObject({
  workload: z.string(),
  node: z.string(),
  cycles: count,
  operations: z.array(z.strictObject({ name: z.string(), picojoules: z.number(), cycles: count })),
  parts: z.array(
    z.strictObject({
      name: z.string().describe("array, norm unit, scratchpad, accumulator, DRAM, …"),
      picojoules: z.number(),
      share,
    }),
  ),
  totalPicojoules: z.number(),
  perMacPicojoules: z.number(),
  energyDelayProduct: z.number().describe("joules × seconds at fmaxMhz"),
  inference: z
    .strictObject({ layers: count, picojoules: z.number(), cycles: count, seconds: z.number().describe("at fmaxMhz") })
    .optional()
    .describe("all layers of a well-known encoder, each taken as the one that ran: they take equal commands"),
  ungatedClockPicojoules: z
    .number()
    .describe(
      "what the clock of all flip-flops takes without clock gates; in the total are only registers that change",
    ),
});

export const costReportSchema = z.strictObject({
  kind: z.literal("cost"),
  config: z.record(z.string(), z.unknown()).describe("the configuration, all keys"),
  library: z.string().describe("`generic` or the name of the Liberty library"),
  node: z.string().optional().describe("technology of the areas in µm²"),
  totalGe: ge,
  logicGe: ge,
  sramGe: ge,
  sramBits: count,
  totalUm2: um2,
  normShare: share.describe("the norm unit's share of totalGe, memories included"),
  fmaxMhz: z.number().positive().describe("of the slowest path, by the delay model of `timing`"),
  blocks: z
    .record(z.string(), z.number())
    .describe("GE of what other designs publish too: pe, requantiserPerLane, normUnit, dma, control"),
  published: z
    .record(z.string(), z.strictObject({ ge, what: z.string(), source: z.string() }))
    .optional()
    .describe("by the keys of `blocks`: the figure of another design, mapped to the same cells as the generic library"),
  modules: z.array(moduleRow).describe("the tree of modules, parents first"),
  memories: z.array(memoryRow),
  timing: z.strictObject({
    model: z.string().describe("how delays were estimated"),
    paths: z.array(path).describe("the worst of each block, worst first"),
  }),
  flattened: flattened.optional().describe("with `--flatten`"),
  fpga: z.partialRecord(z.enum(["xc7", "xcup", "ecp5", "ice40"]), fpga).optional(),
  energy: energy.optional(),
});

/** The cost of a generated accelerator. */
export type CostReport = z.infer<typeof costReportSchema>;
export type ModuleRow = z.infer<typeof moduleRow>;
export type MemoryRow = z.infer<typeof memoryRow>;
export type TimingPath = z.infer<typeof path>;
export type FlattenedReport = z.infer<typeof flattened>;
export type FpgaReport = z.infer<typeof fpga>;
export type EnergyReport = z.infer<typeof energy>;

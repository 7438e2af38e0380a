/** A cost report put together from unit figures, the way a synthesised one is: sums over a tree of instances. */
import { costReportSchema } from "../../src/silicon/report/schema.ts";
import type { CostReport, MemoryRow, ModuleRow } from "../../src/silicon/report/schema.ts";

interface Unit {
  readonly name: string;
  readonly module?: string;
  readonly times?: number;
  /** Gate equivalents of one instance without what is in it. */
  readonly own?: number;
  readonly flipFlops?: number;
  readonly memory?: readonly [words: number, bits: number];
  readonly inside?: readonly Unit[];
}

export interface SampleShape {
  readonly name?: string;
  readonly size?: number;
  readonly scratchpadKib?: number;
  readonly accumulatorKib?: number;
  readonly lanes?: number;
  /** Without energy and FPGA figures, as a report is when nothing asked for them. */
  readonly plain?: boolean;
}

/** Gate equivalents of a bit of SRAM and of a bit of flip-flop memory, roughly. */
const SRAM_BIT = 0.35;
const FLIP_FLOP_BIT = 8.2;

const ram = (name: string, words: number, bits: number, times = 1): Unit => ({
  name,
  module: `memory_1re1w_${words}x${bits}`,
  times,
  memory: [words, bits],
});
const fifo = (name: string, words: number, bits: number): Unit => ({
  name,
  module: `fifo_${words}x${bits}`,
  own: 60 + 2 * bits + words * bits * FLIP_FLOP_BIT,
  flipFlops: words * bits + 12,
});
const queue = (name: string, bits: number): Unit => ({
  name,
  module: `command_queue_8x${bits}`,
  own: 140,
  inside: [fifo("commands", 8, bits)],
});
const logic = (name: string, own: number, more: Partial<Unit> = {}): Unit => ({
  name,
  own,
  flipFlops: own / 20,
  ...more,
});

function design({
  size,
  scratchpadKib,
  accumulatorKib,
  lanes,
  functions,
}: Required<Omit<SampleShape, "plain" | "name">> & { functions: boolean }): Unit {
  const columns = size;
  const words = (kib: number, bits: number): number => (kib * 8192) / bits / 4;
  const unit = logic("rowUnit", 2700, {
    module: "norm_row_unit",
    inside: [
      logic("rowMean", 1900, {
        module: "norm_row_mean",
        inside: [logic("multiplier", 3660, { module: "norm_multiplier_34x32" })],
      }),
      logic("rowVariance", 2300, {
        module: "norm_row_variance",
        inside: [logic("multiplier", 5546, { module: "norm_multiplier_42x28" })],
      }),
      logic("rowRoot", 3100, { module: "norm_row_root" }),
      logic("rowReciprocal", 1916, { module: "norm_row_reciprocal" }),
    ],
  });
  return {
    name: "",
    module: "systole",
    own: 240,
    inside: [
      logic("control", 1150, {
        inside: [
          logic("registers", 5200, { module: "register_file", inside: [logic("bus", 980, { module: "axi_lite" })] }),
          logic("supervisor", 1400),
          logic("dispatch", 820),
          logic("semaphores", 5100),
          logic("counters", 7400),
          logic("fetch", 2600, { inside: [fifo("buffer", 8, 512)] }),
          ...[225, 225, 310, 349].map((bits, i) => queue(`${["load", "store", "gemm", "norm"][i]!}_queue`, bits)),
          logic("monitor_*", 1900, { module: "monitor", times: 4 }),
        ],
      }),
      logic("load", 5200, { inside: [logic("splitter", 2100), fifo("started", 8, 150), logic("walker", 1700)] }),
      logic("store", 5900, {
        inside: [logic("splitter", 2100), fifo("unanswered", 8, 56), fifo("words_unit", 8, 128), logic("walker", 1700)],
      }),
      logic("gemm", 4100, {
        module: "gemm_engine",
        inside: [
          logic("loader", 2900),
          logic("issuer", 2400),
          logic("sequencer", 4200),
          logic("feeder", 230 * size),
          logic("array", 310 * size, {
            module: "systolic_array",
            inside: [
              {
                name: "mesh",
                own: 0,
                inside: [
                  {
                    name: "rows_*",
                    module: "array_row",
                    times: size,
                    own: 18 * columns,
                    inside: [{ name: "cells_*", module: "pe", times: columns, own: 1462, flipFlops: 72 }],
                  },
                ],
              },
            ],
          }),
          logic("accumulate", 290 * columns),
          logic("maximum", 95 * columns, { module: "row_maximum", inside: [ram("slots", 256, 32)] }),
        ],
      }),
      ...(functions
        ? [
            logic("norm", 9800, {
              module: "norm_engine",
              inside: [
                logic("sequencer", 5200, { inside: [logic("loops", 6100)] }),
                logic("pipeline", 1250 * lanes, { inside: [ram("rowFactors", 256, 48), ram("rowMaxima", 256, 32)] }),
                logic("lane_*", 12_800, { module: "norm_lane", times: lanes, flipFlops: 610 }),
                fifo("writer", 16, 8 * lanes),
                logic("rowSums", 4300, { inside: [ram("sums", 256, 34), ram("squares", 256, 55)] }),
                unit,
              ],
            }),
          ]
        : []),
      logic("scratchpad", 900, {
        inside: [
          logic("memory", 3900, {
            module: "scratchpad_banks",
            inside: [ram("bank_*", words(scratchpadKib, 8 * size), 8 * size, 4)],
          }),
        ],
      }),
      logic("accumulator", 2200, {
        inside: [
          logic("memory", 21_000, {
            module: "accumulator_banks",
            inside: [ram("bank_*", words(accumulatorKib, 32 * size), 32 * size, 4)],
          }),
        ],
      }),
      logic("axiRead", 1800, { module: "axi_read" }),
      logic("axiWrite", 1500, { module: "axi_write" }),
    ],
  };
}

interface Sum {
  readonly ge: number;
  readonly sram: number;
  readonly flipFlops: number;
}

/** A realistic report of made-up figures; every sum in it holds. */
export function sampleCost(shape: SampleShape = {}): CostReport {
  const { name = "sample", size = 16, scratchpadKib = 64, accumulatorKib = 256, lanes = size, plain = false } = shape;
  const modules: ModuleRow[] = [];
  const memories: MemoryRow[] = [];
  const walk = (unit: Unit, path: string, depth: number, above: number): Sum => {
    const instances = above * (unit.times ?? 1);
    const module = unit.module ?? unit.name;
    if (unit.memory !== undefined) {
      const [words, bits] = unit.memory;
      const ge = instances * (words * bits * SRAM_BIT + 900);
      memories.push({ path, module, words, bits, ports: "1r1w", instances, built: "macro", ge, um2: ge * 0.8 });
      return { ge, sram: ge, flipFlops: 0 };
    }
    const at = modules.length;
    const ownGe = instances * (unit.own ?? 0);
    const inside = (unit.inside ?? []).map((child) =>
      walk(child, path === "" ? child.name : `${path}.${child.name}`, depth + 1, instances),
    );
    const sum = inside.reduce(
      (a, b) => ({ ge: a.ge + b.ge, sram: a.sram + b.sram, flipFlops: a.flipFlops + b.flipFlops }),
      { ge: ownGe, sram: 0, flipFlops: instances * Math.round(unit.flipFlops ?? 0) },
    );
    const row = {
      path,
      module,
      depth,
      instances,
      ge: sum.ge,
      ownGe,
      sramGe: sum.sram,
      um2: sum.ge * 0.8,
      flipFlops: sum.flipFlops,
    };
    modules.splice(at, 0, { ...row, share: 0 });
    return sum;
  };
  const total = walk(design({ size, scratchpadKib, accumulatorKib, lanes, functions: lanes > 0 }), "", 0, 1);
  for (const row of modules) row.share = row.ge / total.ge;
  const of = (path: string): number => modules.find((row) => row.path === path)?.ge ?? 0;
  const paths = [
    ["norm", "norm.lane_0.product", "norm.lane_0.scaled", ["norm", "norm.lane_0"], 41, 2650],
    [
      "gemm",
      "gemm.array.mesh.rows_3.cells_7.weight",
      "gemm.array.mesh.rows_3.cells_7.sum",
      ["gemm.array.mesh.rows_3.cells_7"],
      34,
      2180,
    ],
    [
      "accumulator",
      "gemm.draining",
      "accumulator.memory.bank_0.data",
      ["gemm", "accumulator", "accumulator.memory"],
      27,
      1790,
    ],
    ["control", "control.fetch.word", "control.dispatch.ready", ["control.fetch", "control.dispatch"], 22, 1490],
    ["scratchpad", "load.walker.address", "scratchpad.memory.bank_2.address", ["load", "scratchpad"], 17, 1130],
  ] as const;
  const pj = {
    array: 9.1e9,
    "norm unit": 1.3e9,
    scratchpad: 2.2e9,
    accumulator: 4.4e9,
    control: 0.4e9,
    dma: 0.5e9,
    DRAM: 6.2e9,
  };
  const totalPicojoules = Object.values(pj).reduce((a, b) => a + b, 0);
  const operations = ["query", "key", "value", "scores", "softmax", "attention", "output", "layernorm", "ffn1", "ffn2"];
  return costReportSchema.parse({
    kind: "cost",
    config: {
      name,
      array: { rows: size, cols: size },
      scratchpad: { kib: scratchpadKib, banks: 4 },
      accumulator: { kib: accumulatorKib, banks: 4 },
      norm: { functions: lanes > 0 ? ["softmax", "layernorm", "gelu"] : [], lanes },
      dma: { bits: 128 },
    },
    library: "generic",
    node: "45 nm",
    totalGe: total.ge,
    logicGe: total.ge - total.sram,
    sramGe: total.sram,
    sramBits: memories.reduce((sum, m) => sum + m.words * m.bits * m.instances, 0),
    totalUm2: total.ge * 0.8,
    normShare: of("norm") / total.ge,
    fmaxMhz: 1e6 / 2650,
    blocks: {
      pe: 1462,
      requantiserPerLane: 2800,
      normUnit: of("norm"),
      dma: of("load") + of("store"),
      control: of("control"),
    },
    modules,
    memories,
    timing: {
      model: "logic levels × 65 ps, generic cells",
      paths: paths.map(([block, from, to, through, levels, picoseconds]) => ({
        block,
        from: { kind: "register", name: from },
        to: { kind: to.includes("bank") ? "memory" : "register", name: to },
        through: [...through],
        levels,
        picoseconds,
        fmaxMhz: 1e6 / picoseconds,
      })),
    },
    ...(plain
      ? {}
      : {
          fpga: {
            xc7: {
              lut: 61_240,
              ff: 42_300,
              dsp: 256 + 4 * lanes,
              bram: 72,
              ...{ lutRam: 1_748, lutShift: 0, exceeds: [] },
              largestDevice: { name: "XC7V2000T", lut: 1_221_600, ff: 2_443_200, dsp: 2_160, bram: 1_292 },
              modules: modules
                .filter((row) => row.depth === 1)
                .map((row) => ({
                  path: row.path,
                  module: row.module,
                  instances: row.instances,
                  lut: Math.round(row.ownGe / 4),
                  ff: row.flipFlops,
                  ...{ dsp: 0, bram: 0, lutRam: 0, lutShift: 0 },
                })),
            },
            ecp5: {
              ...{ lut: 74_900, ff: 42_300, dsp: 256 + 8 * lanes, bram: 164, lutRam: 420, lutShift: 12, modules: [] },
              largestDevice: { name: "LFE5U-85", lut: 83_640, ff: 83_640, dsp: 156, bram: 208 },
              exceeds: ["dsp"],
            },
          },
          energy: {
            workload: "BERT-Base layer, l = 128",
            node: "45 nm",
            cycles: 3_612_000,
            operations: operations.map((operation, i) => ({
              name: operation,
              picojoules: (totalPicojoules * (i + 1)) / 55,
              cycles: 3_612_000 / 10,
            })),
            parts: Object.entries(pj).map(([part, picojoules]) => ({
              name: part,
              picojoules,
              share: picojoules / totalPicojoules,
            })),
            totalPicojoules,
            perMacPicojoules: totalPicojoules / 905_969_664,
            energyDelayProduct: totalPicojoules * 1e-12 * (3_612_000 / (1e6 * (1e6 / 2650))),
            inference: { layers: 12, picojoules: 12 * totalPicojoules, cycles: 12 * 3_612_000, seconds: 0.115 },
            ungatedClockPicojoules: 1.1e9,
          },
        }),
  });
}

/** The performance figures that every change is held against, as data: what runs, in which setting, and the bars. */
import type { WorkloadName } from "../../bench/index.ts";
import type { FpgaFamily } from "../../silicon/types.ts";
import type { Quantity } from "./quantities.ts";

/** What a quantity of a run must reach: at most, less than, or at least a value. */
export interface Bar {
  readonly quantity: Quantity;
  readonly relation: "<=" | "<" | ">=";
  readonly value: number;
}

/** The race of the simulators; not a kernel. */
export const SIMULATORS_RACE = "simulators";
/** The time of `systole generate`; not a kernel. */
export const GENERATION = "generate";
/** What a testbench costs: its processes, and the waves it records. */
export const TESTBENCH = "testbench";
export const WAVES = "waves";

/** What `systole report` takes and says; not a kernel. */
export const COST = "report";
/** The sum of the modules against the design as one piece; not a kernel. */
export const PARTS = "parts";

/** One run on the RTL with the bars it is held against. */
export interface Figure {
  /** Unique; what `--only` matches. */
  readonly name: string;
  /** What runs, for people. */
  readonly what: string;
  readonly kernel:
    | WorkloadName
    | typeof SIMULATORS_RACE
    | typeof GENERATION
    | typeof TESTBENCH
    | typeof WAVES
    | typeof COST
    | typeof PARTS;
  /** A preset. Default: `transformer`. */
  readonly config?: string;
  /** Default: the kernel's example. */
  readonly shape?: string;
  readonly seq?: number;
  /** Generator processes of a testbench. */
  readonly processes?: number;
  /** Families that a report maps its design to beside the cells. */
  readonly fpga?: readonly FpgaFamily[];
  readonly latencyCycles: number;
  /** Default: a DMA beat a cycle. */
  readonly bytesPerCycle?: number;
  readonly bars: readonly Bar[];
}

const most = (quantity: Quantity, value: number): Bar => ({ quantity, relation: "<=", value });
const below = (quantity: Quantity, value: number): Bar => ({ quantity, relation: "<", value });
const least = (quantity: Quantity, value: number): Bar => ({ quantity, relation: ">=", value });

/** Memory latency unless a figure says otherwise. */
const LATENCY = 100;
/** How far the cost model may be off for whole layers. */
const MODEL_ERROR = most("modelError", 0.02);

const layer = (seq: number, ...bars: Bar[]) =>
  ({ what: `BERT-Base layer, l = ${seq}`, kernel: "layer", seq, latencyCycles: LATENCY, bars }) as const;

const attention = (seq: number, utilization: number): Figure => ({
  name: `attention-${seq}`,
  what: `attention alone, all heads, l = ${seq}`,
  kernel: "attention",
  seq,
  latencyCycles: LATENCY,
  bars: [least("utilization", utilization)],
});

const product = (shape: string, latencyCycles: number, bar: Bar): Figure => ({
  name: `matmul-${shape}-latency-${latencyCycles}`,
  what: `product ${shape}`,
  kernel: "matmul",
  shape,
  latencyCycles,
  bars: [bar],
});

const rows = (kernel: "softmax" | "layernorm", what: string, throughput: number): Figure => ({
  name: kernel,
  what,
  kernel,
  latencyCycles: LATENCY,
  bars: [least("sustainedElementsPerCycle", throughput), least("rowsInFlight", 8)],
});

const generation = (config: string, seconds: number): Figure => ({
  name: `generate-${config}`,
  what: `systole generate ${config}, the whole process`,
  kernel: GENERATION,
  config,
  latencyCycles: LATENCY,
  bars: [most("generateSeconds", seconds)],
});

const testbench = (processes: number): Figure => ({
  name: `testbench-${processes}`,
  what: processes === 1 ? "testbench of one process" : `testbench of ${processes} processes`,
  kernel: TESTBENCH,
  processes,
  latencyCycles: LATENCY,
  bars: [most("processNanoseconds", 200)],
});

/** All figures, in the order in which they run. */
export const FIGURES: readonly Figure[] = [
  { name: "layer-128", ...layer(128, most("floorRatio", 1.02), MODEL_ERROR) },
  { name: "layer-512", ...layer(512, most("floorRatio", 1.01), MODEL_ERROR, least("simulationRate", 400_000)) },
  attention(128, 0.94),
  attention(512, 0.97),
  product("16x16x16", 20, below("cycles", 220)),
  product("64x64x64", 20, below("cycles", 1_500)),
  product("128x128x128", 20, below("cycles", 9_000)),
  product("256x256x256", 20, below("cycles", 67_500)),
  product("128x768x768", 20, most("floorRatio", 1.01)),
  product("128x3072x768", 20, most("floorRatio", 1.01)),
  product("128x768x3072", 20, most("floorRatio", 1.01)),
  product("256x256x256", 100, least("utilization", 0.94)),
  product("256x256x256", 200, least("utilization", 0.9)),
  product("1x768x768", LATENCY, most("weightRatio", 1.05)),
  product("8x768x768", LATENCY, most("weightRatio", 1.05)),
  rows("softmax", "Softmax of rows of 768 in the accumulator", 5),
  rows("layernorm", "LayerNorm of rows of 768 in the accumulator", 7),
  { name: "layer-512-wide", ...layer(512, least("utilization", 0.95)), config: "wide" },
  { name: "layer-512-8-bytes", ...layer(512, least("utilization", 0.96)), bytesPerCycle: 8 },
  {
    name: "model-128",
    what: "BERT-Base, 12 layers in one program, l = 128",
    kernel: "model",
    seq: 128,
    latencyCycles: LATENCY,
    bars: [most("floorRatio", 1.015), MODEL_ERROR, below("wallSeconds", 360)],
  },
  {
    name: "simulators",
    what: "both simulators in one run: array 16 x 16, a layer 128 x 192",
    kernel: SIMULATORS_RACE,
    shape: "192,3,768",
    latencyCycles: LATENCY,
    bars: [least("arraySpeedup", 5), least("acceleratorSpeedup", 2), most("startupSeconds", 2)],
  },
  generation("transformer", 1),
  generation("wide", 3),
  testbench(1),
  testbench(4),
  {
    name: "report-transformer",
    what: "systole report transformer, the whole process, from an empty cache and from a full one",
    kernel: COST,
    latencyCycles: LATENCY,
    bars: [
      most("reportSeconds", 600),
      most("cachedReportSeconds", 5),
      most("peGe", 1_500),
      most("requantiserGe", 3_000),
      most("normShare", 0.1),
    ],
  },
  {
    name: "report-fpga",
    what: "systole report transformer --fpga xc7, the whole process, from an empty cache and from a full one",
    kernel: COST,
    fpga: ["xc7"],
    latencyCycles: LATENCY,
    bars: [most("reportSeconds", 900), most("cachedReportSeconds", 5), least("elementDsp", 256), most("macroLuts", 0)],
  },
  {
    name: "report-parts",
    what: "logic of an accelerator with an array of 4 x 4: sum of the modules, and as one piece",
    kernel: PARTS,
    latencyCycles: LATENCY,
    bars: [most("partsError", 0.05)],
  },
  {
    name: "waves",
    what: "every net of a busy array 16 x 16 as VCD",
    kernel: WAVES,
    latencyCycles: LATENCY,
    bars: [least("waveChangesPerSecond", 3_000_000)],
  },
];

import { reportSchema } from "../../src/report/index.ts";
import type { EngineName } from "../../src/isa/index.ts";
import type { OperationRow, Report, Timeline, TimelineLane } from "../../src/report/index.ts";

const waiting = { load: 0, store: 0, gemm: 0, norm: 0 };
const noTime = { busy: 0, memory: 0, waiting, dispatch: 0, behind: waiting };

/** Loses a twentieth of its cycles to LOAD, the rest of what it loses to the pipeline's filling. */
function operation(name: string, kind: string, cycles: number, floorCycles: number): OperationRow {
  const load = Math.round(cycles / 20);
  const lost = cycles - floorCycles - load;
  return {
    name,
    kind,
    where: "accelerator",
    cycles,
    share: cycles / 4000,
    floorCycles,
    utilization: cycles === 0 ? 0 : floorCycles / cycles,
    macs: floorCycles * 16,
    losses: { padding: 0, start: 0, fill: lost, load, norm: 0, store: 0, gemm: 0, memory: 0, dispatch: 0, end: 0 },
    engines: {
      load: { ...noTime, busy: cycles },
      store: noTime,
      gemm: { ...noTime, busy: floorCycles, waiting: { ...waiting, load } },
      norm: { ...noTime, busy: 70, memory: 7, dispatch: 9, behind: { ...waiting, gemm: 6 } },
    },
    commands: 12,
  };
}

const lane = (engine: EngineName, ...stretches: Stretch[]): TimelineLane => ({
  engine,
  start: stretches.map((s) => s.start),
  end: stretches.map((s) => s.end),
  state: stretches.map((s) => s.state ?? "busy"),
  operation: stretches.map((s) => s.operation),
  from: stretches.map((s) => s.from ?? -1),
  memory: stretches.map((s) => s.memory ?? 0),
});

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly operation: number;
  readonly state?: TimelineLane["state"][number];
  readonly from?: number;
  readonly memory?: number;
}

/** LOAD is held up by memory for a quarter of its time, GEMM waits for it, NORM works for a single cycle. */
const sampleTimeline: Timeline = {
  cycles: 2010,
  lanes: [
    lane("load", { start: 0, end: 400, operation: 0, memory: 100 }),
    lane(
      "gemm",
      { start: 40, end: 100, operation: 0, state: "load", from: 0 },
      { start: 100, end: 900, operation: 0 },
      { start: 950, end: 2000, operation: 3 },
    ),
    lane("norm", { start: 500, end: 501, operation: 1 }),
    lane("store", { start: 1900, end: 2010, operation: 3 }),
  ],
  activity: { windowCycles: 1024, array: [700, 900], read: [200, 0], written: [0, 55] },
};

/** A report of two layers, one text right and one wrong, one tensor that differs, one operation on the host. */
export function sampleReport(changes: Partial<Report> = {}): Report {
  const common = { busy: 2000, semaphoreWait: 1000, memoryWait: 600, dispatch: 300, idle: 100, commands: 1234 };
  const engine = { ...common, waiting: { ...waiting, norm: 1000 } };
  return reportSchema.parse({
    command: 'systole run --text "a < b & c"',
    kind: "run",
    shape: { texts: 2, layers: 2 },
    config: {
      name: "tiny",
      rows: 4,
      cols: 4,
      scratchpadKib: 16,
      accumulatorKib: 8,
      functions: ["softmax"],
      variants: { softmax: "ibert" },
      fingerprint: 1,
      beatBytes: 8,
    },
    memory: { latencyCycles: 100, bytesPerCycle: 8, stallProbability: 0.1, seed: 1 },
    cycles: 4000,
    floorCycles: 3100,
    utilization: 0.775,
    floorRatio: 4000 / 3100,
    expectedCycles: null,
    weightCycles: null,
    weightRatio: null,
    macs: 49_600,
    elementsPerCycle: null,
    sustainedElementsPerCycle: null,
    rowsInFlight: null,
    arrayCycles: 3100,
    readBytes: 2048,
    writeBytes: 1024,
    differences: 3,
    comparedValues: 5000,
    tensors: [
      { name: "layer0.query", values: 2500, differences: 0 },
      { name: "layer1.output", values: 2500, differences: 3 },
    ],
    simulator: "verilator",
    simulatedCyclesPerSecond: 400_000,
    simulationSeconds: 1.5,
    buildSeconds: 75,
    losses: { padding: 0, start: 0, fill: 700, load: 200, norm: 0, store: 0, gemm: 0, memory: 0, dispatch: 0, end: 0 },
    waits: [{ engine: "gemm", operation: 0, owner: "load", ownerOperation: 0, cycles: 90 }],
    engines: (["load", "store", "gemm", "norm"] as const).map((name) => ({ name, ...engine })),
    operations: [
      operation("layer 0 query", "query", 1800, 1600),
      operation("layer 0 softmax", "softmax", 0, 0),
      { ...operation("layer 0 gelu", "gelu", 0, 0), where: "host" },
      operation("layer 1 output", "output", 2200, 1500),
    ],
    predictions: [
      {
        name: "css-1",
        text: "a <b>\n& {}",
        tokens: 7,
        label: "css",
        probability: 0.987,
        expected: "css",
        floatLabel: "css",
      },
      { name: "xml-1", text: "<a/>", tokens: 5, label: "html", probability: 0.5, expected: "xml", floatLabel: "xml" },
    ],
    timeline: sampleTimeline,
    ...changes,
  });
}

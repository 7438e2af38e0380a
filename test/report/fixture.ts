import { reportSchema } from "../../src/report/index.ts";
import type { OperationRow, Report } from "../../src/report/index.ts";

function operation(name: string, kind: string, cycles: number, floorCycles: number): OperationRow {
  return {
    name,
    kind,
    where: "accelerator",
    cycles,
    share: cycles / 4000,
    floorCycles,
    utilization: cycles === 0 ? 0 : floorCycles / cycles,
    macs: floorCycles * 16,
    waiting: { load: Math.round(cycles / 20), store: 0, norm: 0 },
    engines: { load: cycles, store: 0, gemm: floorCycles, norm: 77 },
    commands: 12,
  };
}

/** A report of two layers, one text right and one wrong, one tensor that differs, one operation on the host. */
export function sampleReport(changes: Partial<Report> = {}): Report {
  const engine = { busy: 2000, semaphoreWait: 1000, memoryWait: 600, idle: 400, commands: 1234 };
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
      fingerprint: 1,
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
    timeline: [
      { engine: "load", operation: 0, start: 0, end: 400 },
      { engine: "gemm", operation: 0, start: 100, end: 900 },
      { engine: "norm", operation: 1, start: 500, end: 501 },
      { engine: "gemm", operation: 3, start: 950, end: 2000 },
      { engine: "store", operation: 3, start: 1900, end: 2010 },
    ],
    ...changes,
  });
}

import type { Workload } from "../../bench/index.ts";
import { imageBytes } from "../../compiler/index.ts";
import type { Params } from "../../config/index.ts";
import { elaborateAccelerator } from "../../generators/index.ts";
import type { Engine } from "../../harness/index.ts";
import { attributeRun } from "../../report/latency.ts";
import { Device, runProgram, type MemorySettings } from "../../runtime/index.ts";
import type { EnergyReport } from "../report/schema.ts";
import { REFERENCE_NODE } from "../technology/index.ts";
import { instancePaths } from "./accesses.ts";
import { programMacs, Turns } from "./attribute.ts";
import { DRAM_BYTE } from "./energies.ts";
import { EnergyModel, type EnergyCosts } from "./model.ts";
import { PARTS } from "./parts.ts";
import { SamplingEngine } from "./sampling-engine.ts";

export interface EnergyOptions {
  readonly params: Params;
  readonly workload: Workload;
  readonly costs: EnergyCosts;
  /** Clock of the energy-delay product. */
  readonly fmaxMhz: number;
  /** What the workload is called in the report; default: its kind and dimensions. */
  readonly name?: string;
  /** Layers of the whole encoder, of which the workload is one; without them there is no figure for an inference. */
  readonly layers?: number | undefined;
  /** Default: 100 cycles of latency, a beat a cycle. */
  readonly memory?: MemorySettings;
  /** One cycle of so many is looked at. Default: 128. */
  readonly window?: number;
  /** Told the share of commands that have retired, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_WINDOW = 128;
const DEFAULT_LATENCY = 100;

/** One look: the energies of the cycle by part, and the beats on the DRAM's bus. */
interface Look {
  readonly cycle: number;
  readonly parts: Float64Array;
  readonly reads: number;
  readonly writes: number;
}

/**
 * The energy of a workload, from a run of the RTL on the embedded simulator: bits that change and accesses to memories in
 * one cycle of every `window`, chosen at random, and the bytes of DRAM from the hardware's counters. Errors: those of a run.
 */
export async function measureEnergy(options: EnergyOptions): Promise<EnergyReport> {
  const { params, workload, costs, fmaxMhz, onProgress, signal, window = DEFAULT_WINDOW } = options;
  signal?.throwIfAborted();
  const { program, createImage } = workload.compiled;
  const paths = instancePaths(elaborateAccelerator(params));
  const looks: Look[] = [];
  const turns = new Turns(program);
  let ungated = 0;
  const instrument = (engine: Engine): Engine => {
    const model = new EnergyModel(paths, engine.inspect!(), costs);
    ungated = model.ungatedClock.reduce((a, b) => a + b, 0);
    const beats = busBeats(engine);
    return new SamplingEngine(engine, window, {
      before: () => {
        model.before();
      },
      after: () => {
        model.after();
        looks.push({ cycle: engine.cycle - 1, parts: model.parts.slice(), ...beats() });
      },
      events: (events) => {
        turns.add(events);
      },
    });
  };
  const device = await Device.open(params, {
    memory: options.memory ?? {
      latencyCycles: DEFAULT_LATENCY,
      bytesPerCycle: params.beatBytes,
      stallProbability: 0,
      seed: 1,
    },
    imageBytes: Math.ceil(imageBytes(program) / 4096) * 4096,
    simulator: "embedded",
    instrument,
    signal,
  });
  try {
    device.image.set(createImage());
    workload.prepare(device.image);
    const run = await runProgram(device, program, { signal, ...(onProgress !== undefined && { onProgress }) });
    const { operations } = attributeRun(run, params.rows * params.cols);
    const { readBytes, writeBytes, cycles } = run.counters;
    // Looks before the start and after the end, while registers are written, do not count.
    const scale = looks.length === 0 ? 0 : cycles / looks.length;
    const parts = new Float64Array(PARTS.length);
    const perOperation = new Float64Array(operations.length);
    const beats = { reads: 0, writes: 0 };
    for (const look of looks) {
      beats.reads += look.reads;
      beats.writes += look.writes;
    }
    const dram = {
      reads: DRAM_BYTE.value * readBytes,
      writes: DRAM_BYTE.value * writeBytes,
    };
    for (const { cycle, parts: values, reads, writes } of looks) {
      PARTS.forEach(({ engine }, part) => {
        const picojoules = scale * values[part]!;
        parts[part]! += picojoules;
        perOperation[turns.at(engine, cycle)]! += picojoules;
      });
      if (reads > 0) perOperation[turns.at("load", cycle)]! += (dram.reads * reads) / beats.reads;
      if (writes > 0) perOperation[turns.at("store", cycle)]! += (dram.writes * writes) / beats.writes;
    }
    const total = parts.reduce((a, b) => a + b, dram.reads + dram.writes);
    const rows = [
      ...PARTS.map(({ name }, part) => ({ name, picojoules: parts[part]! })),
      { name: "DRAM", picojoules: dram.reads + dram.writes },
    ];
    const macs = programMacs(program);
    return {
      workload: options.name ?? `${workload.kind} ${Object.values(workload.shape).join(",")}`,
      node: (costs.node ?? REFERENCE_NODE).name,
      cycles,
      operations: operations.flatMap(({ name, cycles: own }, index) =>
        own === 0 && perOperation[index] === 0 ? [] : [{ name, picojoules: perOperation[index]!, cycles: own }],
      ),
      parts: rows.map((row) => ({ ...row, share: total === 0 ? 0 : row.picojoules / total })),
      totalPicojoules: total,
      perMacPicojoules: macs === 0 ? 0 : total / macs,
      energyDelayProduct: (total * 1e-12 * cycles) / (fmaxMhz * 1e6),
      ...(options.layers !== undefined && { inference: inferenceOf(options.layers, total, cycles, fmaxMhz) }),
      ungatedClockPicojoules: ungated * cycles,
    };
  } finally {
    device.close();
  }
}

/** Every layer of an encoder as the one that ran. */
function inferenceOf(layers: number, picojoules: number, cycles: number, fmaxMhz: number): EnergyReport["inference"] {
  return {
    layers,
    picojoules: layers * picojoules,
    cycles: layers * cycles,
    seconds: (layers * cycles) / (fmaxMhz * 1e6),
  };
}

/** Beats that went over the memory's bus in the last cycle. */
function busBeats(engine: Engine): () => { readonly reads: number; readonly writes: number } {
  const bit = (name: string): (() => number) => {
    const slot = engine.layout.slots.find((each) => each.name === name)!;
    return () => engine.sampled[slot.offset]! & 1;
  };
  const [rvalid, rready, wvalid, wready] = ["m_axi_rvalid", "m_axi_rready", "m_axi_wvalid", "m_axi_wready"].map(bit);
  return () => ({ reads: rvalid!() & rready!(), writes: wvalid!() & wready!() });
}

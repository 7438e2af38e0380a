/** How fast the simulators start and run, both in one process and in turn. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageBytes } from "../compiler/index.ts";
import type { Params } from "../config/index.ts";
import { SIMULATORS } from "../harness/index.ts";
import type { BuildProgress, SimulatorName } from "../harness/index.ts";
import { Device, runProgram } from "../runtime/index.ts";
import type { MemorySettings } from "../runtime/index.ts";
import { measureArray } from "./array-speed.ts";
import type { Workload } from "./workload.ts";

export type PerSimulator = Readonly<Record<SimulatorName, number>>;

/** What was measured. */
export interface SimulatorSpeeds {
  /** The 16 x 16 array alone: simulated cycles per second of processor time, the best of the rounds. */
  readonly array: PerSimulator;
  /** The whole accelerator with memory, host and trace, likewise. */
  readonly accelerator: PerSimulator;
  /**
   * From the configuration to a simulation that has run its first cycles, in seconds of wall time; for Verilator with
   * nothing built before.
   */
  readonly startup: PerSimulator;
  readonly rounds: number;
  /** Cycles of the accelerator in a round. */
  readonly cycles: number;
}

export interface SimulatorOptions {
  readonly memory: MemorySettings;
  /** Rounds that count. */
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly checkpoint: () => Promise<void>;
  readonly onBuild: (progress: BuildProgress) => void;
  /** Told what is measured, and how far it is. */
  readonly onStep: (what: string) => void;
  readonly onProgress: (fraction: number) => void;
}

interface Contender {
  readonly name: SimulatorName;
  readonly device: Device;
  readonly startup: number;
}

/**
 * Runs the array, and a workload on the accelerator, in both simulators in turn. The startup comes first, so that nothing of this
 * process is warm. Throws when the simulators differ in cycles, memory or sums.
 */
export async function measureSimulators(
  params: Params,
  workload: Workload,
  options: SimulatorOptions,
): Promise<SimulatorSpeeds> {
  const scratch = mkdtempSync(join(tmpdir(), "systole-build-"));
  const contenders: Contender[] = [];
  try {
    for (const name of SIMULATORS) {
      options.onStep(`starting ${name}`);
      contenders.push(await start(name, params, workload, scratch, options));
      await options.checkpoint();
    }
    options.onStep("running the accelerator");
    const { speeds, cycles } = await race(contenders, workload, options);
    options.onStep("running the array");
    const array = await measureArray({ rounds: options.rounds });
    const startup = perSimulator(contenders.map(({ name, startup: seconds }) => [name, seconds]));
    return { array, accelerator: speeds, startup, rounds: options.rounds, cycles };
  } finally {
    for (const { device } of contenders) device.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function perSimulator(values: readonly (readonly [SimulatorName, number])[]): PerSimulator {
  return Object.fromEntries(values) as Record<SimulatorName, number>;
}

async function start(
  simulator: SimulatorName,
  params: Params,
  { compiled }: Workload,
  cacheFolder: string,
  { memory, signal, onBuild }: SimulatorOptions,
): Promise<Contender> {
  const started = performance.now();
  const device = await Device.open(params, {
    memory,
    simulator,
    cacheFolder,
    signal,
    onBuild,
    imageBytes: Math.ceil(imageBytes(compiled.program) / 4096) * 4096,
  });
  return { name: simulator, device, startup: (performance.now() - started) / 1000 };
}

async function race(
  contenders: readonly Contender[],
  workload: Workload,
  { rounds, signal, onProgress }: SimulatorOptions,
): Promise<{ readonly speeds: PerSimulator; readonly cycles: number }> {
  const best = new Map<SimulatorName, number>();
  let cycles = 0;
  // The first round is not counted: the embedded simulator's code is still being optimised.
  for (let round = 0; round <= rounds; round++) {
    const images: Uint8Array[] = [];
    const counts: number[] = [];
    for (const { name, device } of contenders) {
      device.image.set(workload.compiled.createImage());
      workload.prepare(device.image);
      const before = process.cpuUsage();
      const run = await runProgram(device, workload.compiled.program, { signal });
      const { user, system } = process.cpuUsage(before);
      const speed = (1e6 * run.simulatedCycles) / (user + system);
      if (round > 0) best.set(name, Math.max(best.get(name) ?? 0, speed));
      images.push(device.image);
      counts.push(run.simulatedCycles);
      onProgress((round * contenders.length + counts.length) / ((rounds + 1) * contenders.length));
    }
    cycles = counts[0]!;
    const same = counts.every((count) => count === cycles) && images.every((i) => Buffer.compare(i, images[0]!) === 0);
    if (!same) throw new Error(`the simulators disagree: ${counts.join(" and ")} cycles, or other memories`);
  }
  return { speeds: perSimulator([...best]), cycles };
}

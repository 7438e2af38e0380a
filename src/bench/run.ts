/** Runs a workload on the simulated accelerator. */
import { imageBytes } from "../compiler/index.ts";
import type { Params } from "../config/index.ts";
import { Device, compareTensors, referenceFor, runProgram } from "../runtime/index.ts";
import type { DeviceOptions, ProgramRun, ProgramRunOptions, TensorComparison } from "../runtime/index.ts";
import type { Workload } from "./workload.ts";

/** What a benchmark measured. */
export interface BenchResult {
  readonly run: ProgramRun;
  readonly comparisons: readonly TensorComparison[] | undefined;
  readonly simulator: string;
  readonly buildSeconds: number;
}

export interface BenchOptions extends Omit<DeviceOptions, "imageBytes">, ProgramRunOptions {
  /** Compare every tensor written with the reference. */
  readonly check: boolean;
  /** Told when the simulation is built and the run begins. */
  readonly onStart?: () => void;
}

/** Builds the accelerator, runs the workload once, and compares. */
export async function runWorkload(params: Params, workload: Workload, options: BenchOptions): Promise<BenchResult> {
  const { program, createImage } = workload.compiled;
  const device = await Device.open(params, { ...options, imageBytes: Math.ceil(imageBytes(program) / 4096) * 4096 });
  try {
    options.onStart?.();
    device.image.set(createImage());
    workload.prepare(device.image);
    const run = await runProgram(device, program, options);
    const expected = referenceFor(params, workload.compiled, workload.prepare, workload.expected);
    const comparisons = options.check ? compareTensors(program, device.image, expected) : undefined;
    return { run, comparisons, simulator: device.simulator, buildSeconds: device.buildSeconds };
  } finally {
    device.close();
  }
}

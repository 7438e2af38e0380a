/** One workload on the RTL, as a report. */
import { runWorkload } from "../bench/index.ts";
import type { BenchOptions, Workload } from "../bench/index.ts";
import type { Params } from "../config/index.ts";
import { buildReport } from "../report/index.ts";
import type { Report } from "../report/index.ts";
import type { ProgramRun } from "../runtime/index.ts";

export interface MeasureOptions extends BenchOptions {
  /** The command line, for the record. */
  readonly command: string;
}

/** A report and the run that it was made from. */
export interface Measurement {
  readonly report: Report;
  readonly run: ProgramRun;
}

/** Builds the accelerator, runs the workload once, compares it with the reference, and reports. */
export async function measure(params: Params, workload: Workload, options: MeasureOptions): Promise<Measurement> {
  const { run, comparisons, simulator, buildSeconds } = await runWorkload(params, workload, options);
  const report = buildReport({
    command: options.command,
    kind: workload.kind,
    shape: workload.shape,
    params,
    memory: options.memory,
    runs: [run],
    comparisons: comparisons === undefined ? undefined : [comparisons],
    elements: workload.elements,
    weightBytes: workload.weightBytes,
    expectedCycles: workload.compiled.expectedCycles,
    predictions: [],
    simulator,
    buildSeconds,
  });
  return { report, run };
}

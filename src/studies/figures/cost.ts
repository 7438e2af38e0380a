/** What `systole report` takes and says, and how far its method is off. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { checkConfig, deriveParams } from "../../config/index.ts";
import {
  costReportSchema,
  GENERIC_LIBRARY,
  measureCost,
  type CostReport,
  type FlattenedReport,
  type FpgaFamily,
} from "../../silicon/index.ts";

const COMMAND = fileURLToPath(new URL("../../../scripts/systole.mjs", import.meta.url));

/** A report made from an empty cache, and how long that took the first and the second time. */
export interface MeasuredReport {
  readonly report: CostReport;
  readonly emptySeconds: number;
  readonly cachedSeconds: number;
}

/** Runs `systole report` of a preset, for FPGAs too, twice, as processes of their own, on a cache that is empty at first. */
export async function measureReport(
  preset: string,
  fpga: readonly FpgaFamily[],
  signal: AbortSignal,
): Promise<MeasuredReport> {
  const families = fpga.length === 0 ? [] : ["--fpga", ...fpga];
  const cache = mkdtempSync(join(tmpdir(), "systole-report-"));
  const run = async (): Promise<{ readonly text: string; readonly seconds: number }> => {
    const started = performance.now();
    const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, "report", preset, "--json", ...families], {
      signal,
      env: { ...process.env, SYSTOLE_CACHE: cache },
      maxBuffer: 2 ** 26,
    });
    return { text: stdout, seconds: (performance.now() - started) / 1000 };
  };
  try {
    const empty = await run();
    const second = await run();
    const report = costReportSchema.parse(JSON.parse(empty.text));
    return { report, emptySeconds: empty.seconds, cachedSeconds: second.seconds };
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

/** A small variant with everything built in. */
const SMALL = {
  name: "parts",
  array: { rows: 4, cols: 4 },
  scratchpad: { kib: 16 },
  accumulator: { kib: 16 },
  norm: { functions: ["softmax", "layernorm", "gelu"] },
  dma: { bits: 64 },
};

/** The sum of the modules of a small accelerator, and the whole of it as one piece. */
export async function measureParts(signal: AbortSignal): Promise<FlattenedReport> {
  const params = deriveParams(checkConfig(SMALL, "parts"));
  const report = await measureCost(params, { technology: { library: GENERIC_LIBRARY }, flatten: true, signal });
  return report.flattened!;
}

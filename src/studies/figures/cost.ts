/** What `systole report` takes and says, and how far its method is off. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { checkConfig, deriveParams } from "../../config/index.ts";
import { GemmEngine } from "../../generators/gemm/index.ts";
import { elaborate } from "../../hdl/index.ts";
import { costReportSchema, sumOfParts, type CostReport, type SumOfParts } from "../../silicon/index.ts";

const COMMAND = fileURLToPath(new URL("../../../scripts/systole.mjs", import.meta.url));

/** A report made from an empty cache, and how long that took the first and the second time. */
export interface MeasuredReport {
  readonly report: CostReport;
  readonly emptySeconds: number;
  readonly cachedSeconds: number;
}

/** Runs `systole report` of a preset twice, as processes of their own, on a cache that is empty at first. */
export async function measureReport(preset: string, signal: AbortSignal): Promise<MeasuredReport> {
  const cache = mkdtempSync(join(tmpdir(), "systole-report-"));
  const run = async (): Promise<{ readonly text: string; readonly seconds: number }> => {
    const started = performance.now();
    const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, "report", preset, "--json"], {
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

/** The smallest accelerator. */
const SMALL = {
  name: "parts",
  array: { rows: 4, cols: 4 },
  scratchpad: { kib: 8 },
  accumulator: { kib: 16 },
  norm: { functions: [], rowSlots: 16 },
  dma: { bits: 64, outstandingReads: 2, outstandingWrites: 2 },
  queueDepth: 2,
  semaphores: 8,
};

/** The sum of the modules of the smallest GEMM engine, array included, and the whole of it as one piece. */
export const measureParts = (signal: AbortSignal): Promise<SumOfParts> =>
  sumOfParts(elaborate(GemmEngine, deriveParams(checkConfig(SMALL, "parts"))), { signal });

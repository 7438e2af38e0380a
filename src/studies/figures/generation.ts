/** The time that `systole generate` takes, as a process of its own. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const COMMAND = fileURLToPath(new URL("../../../scripts/systole.mjs", import.meta.url));
/** The first run may build the bundle of the command line, and others may be slowed by what else runs. */
const RUNS = 5;

/** Seconds from the start of the process to its end, the best of some runs, for a preset's Verilog and all that goes with it. */
export async function measureGeneration(preset: string, signal: AbortSignal): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "systole-generate-"));
  try {
    let best = Infinity;
    for (let run = 0; run < RUNS; run++) {
      const started = performance.now();
      await promisify(execFile)(process.execPath, [COMMAND, "generate", preset, "--output", folder], { signal });
      best = Math.min(best, (performance.now() - started) / 1000);
    }
    return best;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

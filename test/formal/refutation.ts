import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { formatProof, prove, replay, type PropertyResult, type Solver, type Trace } from "../../src/formal/index.ts";
import type { Design } from "../../src/hdl/index.ts";

/**
 * Demands that a property of a design is refuted; gives the property with its trace. The trace must fail on the evaluator in
 * its last cycle, and leave a waveform that shows `signals` and ends there.
 */
export async function expectRefuted(
  design: Design,
  message: string,
  options: { readonly solver: Solver; readonly depth: number; readonly signals: readonly string[] },
): Promise<PropertyResult & { readonly trace: Trace }> {
  // A busy machine takes its time.
  const result = await prove(design, { ...options, induction: false, timeoutSeconds: 300 });
  expect(result.status, formatProof(result)).toBe("refuted");
  const property = result.properties.find((one) => one.message === message && one.status === "refuted");
  expect(property, formatProof(result)).toBeDefined();
  const refuted = property as PropertyResult & { readonly trace: Trace };
  const folder = mkdtempSync(join(tmpdir(), "systole-refuted-"));
  try {
    const wave = join(folder, "refuted.vcd");
    const { failures } = replay(design, refuted.trace, { wave });
    const last = refuted.cycles - 1;
    expect(failures.filter(({ cycle }) => cycle === last).map(({ property: { message } }) => message)).toContain(
      message,
    );
    const text = readFileSync(wave, "utf8");
    for (const signal of options.signals) expect(text).toMatch(new RegExp(`\\$var \\w+ \\d+ \\S+ ${signal} `));
    const times = [...text.matchAll(/^#(\d+)$/gm)].map(([, time]) => Number(time));
    expect(Math.floor(times.at(-1)! / 10)).toBe(last);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return refuted;
}

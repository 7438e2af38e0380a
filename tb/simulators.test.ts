/** What ends a run before its time is the same in both simulators: the same cycle, the same words. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "../src/config/index.ts";
import { elaborateAccelerator } from "../src/generators/index.ts";
import { openAccelerator, SIMULATORS } from "../src/harness/index.ts";
import { command } from "../src/isa/index.ts";
import { openDriver } from "./support/accelerator-driver.ts";
import type { AcceleratorDriver } from "./support/accelerator-driver.ts";
import { assemble } from "./support/test-program.ts";

const p = loadConfig("edge");

/** Keeps the memory busy for some thousand cycles. */
const LOADS = assemble(Array.from({ length: 200 }, () => command("load", { runs: 64, runLength: 8, dramStride: 8 })));

describe("an accelerator that does not come to its end", () => {
  const drivers: AcceleratorDriver[] = [];
  beforeAll(async () => {
    for (const simulator of SIMULATORS) {
      drivers.push(await openDriver(p, { memory: { latencyCycles: 200 }, dramBytes: 4096, simulator }));
    }
  });
  afterAll(() => {
    for (const driver of drivers) driver.close();
  });

  /** What both say. */
  const failures = async (run: (driver: AcceleratorDriver) => Promise<unknown>): Promise<string> => {
    const texts: string[] = [];
    for (const driver of drivers) {
      texts.push(await run(driver).then(String, (error: unknown) => (error as Error).message));
    }
    expect(texts[0]).toBe(texts[1]);
    return texts[0]!;
  };

  test("the watchdog", async () => {
    const text = await failures(({ accelerator }) => accelerator.runUntilInterrupt({ watchdogCycles: 777 }));
    expect(text).toMatch(
      /made no progress for 777 cycles in cycle \d+: there was no AXI traffic at all, no burst is under way/,
    );
  });

  test("the limit of cycles", async () => {
    const text = await failures(async (driver) => {
      driver.start(LOADS);
      return driver.accelerator.runUntilInterrupt({ maxCycles: 500, onHang: (read) => `register 4: ${read(4)}` });
    });
    expect(text).toMatch(
      /did not finish within 500 cycles in cycle \d+: the last AXI traffic was in cycle \d+, bursts are.*\n.*register 4: /,
    );
  });

  test("an interruption, between two looks at the signal", async () => {
    const text = await failures(({ accelerator }) => {
      const signal = AbortSignal.abort(new Error("interrupted by the test"));
      return accelerator.runUntilInterrupt({ signal });
    });
    expect(text).toBe("interrupted by the test");
  });
});

test("waves of the embedded simulator show the bus with its memory", async () => {
  const folder = mkdtempSync(join(tmpdir(), "systole-waves-"));
  const file = join(folder, "edge.vcd");
  const open = (name: string) =>
    openAccelerator(elaborateAccelerator(p), { memory: { image: 4096 }, wave: { file: name, toCycle: 40, depth: 1 } });
  const { close, step } = await open(file);
  step(50);
  close();
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(/\$var \w+ 1 \S+ m_axi_arready \$end/);
  expect([text.includes("\n#395\n"), text.includes("\n#400\n")]).toEqual([true, false]);
  const other = join(folder, "edge.fst");
  await expect(open(other)).rejects.toThrow(`${other}: the embedded simulator writes VCD, not FST`);
  expect(existsSync(other)).toBe(false);
  rmSync(folder, { recursive: true });
});

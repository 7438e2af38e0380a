/** The cache of synthesised modules under processes that are killed, and under several at once. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEFAULT_MACRO_RULE, synthesisUnits } from "../../src/silicon/synthesis/index.ts";
import { pair } from "./pair-fixture.ts";

const SCRIPT = fileURLToPath(new URL("synthesis-process.ts", import.meta.url));
const UNITS = synthesisUnits(pair(), DEFAULT_MACRO_RULE).length;

interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly hits: number;
  readonly modules: unknown;
}

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "systole-synthesis-cache-"));
});
afterEach(() => {
  rmSync(cache, { recursive: true, force: true });
});

/** A process that synthesises the pair, killed when it has printed `killAt`. */
function run(killAt?: string): Promise<Ended> {
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", SCRIPT, cache], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout!.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
    if (killAt !== undefined && printed.includes(killAt)) child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_, signal) => {
      const last = printed.trim().split("\n").at(-1)!;
      const result = signal === null ? (JSON.parse(last) as Omit<Ended, "signal">) : { hits: 0, modules: [] };
      resolve({ signal, ...result });
    });
  });
}

const entries = (): string[] => readdirSync(join(cache, "synthesis")).sort();
const whole = (name: string): boolean => /^[0-9a-f]{32}$/.test(name);

test("killed in the middle: what was finished is kept, what was under way is made anew", async () => {
  expect((await run("1 done, 1 under way")).signal).toBe("SIGKILL");
  // The lock and the folder of the module that was under way.
  expect(entries().filter(whole)).toHaveLength(1);
  expect(entries().filter((name) => !whole(name)).length).toBeGreaterThan(0);
  const second = await run();
  expect(second.hits).toBe(1);
  expect(entries()).toHaveLength(UNITS);
  expect(entries().every(whole)).toBe(true);
  const third = await run();
  expect(third).toEqual({ signal: null, hits: UNITS, modules: second.modules });
}, 120_000);

test("two at once: each module is synthesised by one of them alone, and both have all", async () => {
  const [one, other] = await Promise.all([run(), run()]);
  expect(one.modules).toEqual(other.modules);
  expect(one.hits + other.hits).toBe(UNITS);
  expect(entries()).toHaveLength(UNITS);
  expect(entries().every(whole)).toBe(true);
}, 120_000);

import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildModel, simulateVerilog, type BuildProgress, type VerilogDesign } from "../../src/harness/index.ts";
import { cached } from "../../src/files/cache.ts";
import { NativeEngine } from "../../src/harness/native-engine.ts";
import { defaultCacheFolder } from "../../src/files/index.ts";
import { counter } from "./fixtures.ts";

let cacheFolder = "";
beforeEach(() => {
  cacheFolder = mkdtempSync(join(tmpdir(), "systole-cache-"));
  // What all models share is none of these tests' business: one build of it serves all.
  for (const kind of ["runtime", "prelude"]) {
    const shared = join(defaultCacheFolder(), kind);
    mkdirSync(shared, { recursive: true });
    symlinkSync(shared, join(cacheFolder, kind));
  }
});
afterEach(() => {
  rmSync(cacheFolder, { recursive: true, force: true });
});

/** The counter with a comment that makes it another design for the cache. */
function variant(comment: string): VerilogDesign {
  return { ...counter, files: counter.files.map(({ name, text }) => ({ name, text: `${text}// ${comment}\n` })) };
}

/** Finished builds and whatever else lies beside them. */
function contents(): { whole: string[]; litter: string[] } {
  const names = readdirSync(join(cacheFolder, "native"));
  const whole = names.filter((name) => /^[0-9a-f]{32}$/.test(name));
  return { whole, litter: names.filter((name) => !whole.includes(name)) };
}

test("a build is kept, told step by step, and found again in no time", async () => {
  const steps: BuildProgress[] = [];
  const first = await buildModel(counter, { cacheFolder, onProgress: (step) => steps.push(step) });
  expect(first.cacheHit).toBe(false);
  expect(steps.map(({ phase }) => phase)).toEqual(["verilate", "compile", "compile", "compile", "compile", "link"]);
  expect(contents().litter).toEqual([]);
  const again = await Promise.all(Array.from({ length: 10 }, () => buildModel(counter, { cacheFolder })));
  expect(again.every(({ cacheHit, addon }) => cacheHit && addon === first.addon)).toBe(true);
  const fastest = Math.min(...again.map(({ buildSeconds }) => buildSeconds));
  expect(fastest).toBeLessThan(first.buildSeconds / 5);
});

test("whatever shapes the model makes another entry", async () => {
  const builds = [
    await buildModel(counter, { cacheFolder, optimise: 0 }),
    await buildModel(variant("other text"), { cacheFolder, optimise: 0 }),
    await buildModel(counter, { cacheFolder, optimise: 1 }),
    await buildModel(counter, { cacheFolder, optimise: 0, assertions: false }),
    await buildModel(counter, { cacheFolder, optimise: 0, wave: "vcd" }),
  ];
  expect(new Set(builds.map(({ addon }) => addon)).size).toBe(builds.length);
});

/** Another process that builds the counter into this test's cache and prints whether it built or found it. */
function builder(): ReturnType<typeof spawn> {
  const script = fileURLToPath(new URL("fixtures/build-counter.ts", import.meta.url));
  return spawn(process.execPath, ["--import", "tsx", script], {
    env: { ...process.env, SYSTOLE_CACHE: cacheFolder },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function output(child: ReturnType<typeof spawn>): Promise<string> {
  let text = "";
  child.stdout!.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const [status] = (await once(child, "close")) as [number | null];
  return `${text.trim()} ${status ?? "killed"}`;
}

test("of processes that build the same design at once, one builds and the others wait for it", async () => {
  const results = await Promise.all([output(builder()), output(builder()), output(builder())]);
  expect(results.sort()).toEqual(["built 15 0", "found 15 0", "found 15 0"]);
  expect(contents().whole).toHaveLength(1);
  expect(contents().litter).toEqual([]);
});

test("a killed build leaves no entry, and the next one builds without waiting", async () => {
  const child = builder();
  const ended = once(child, "close");
  const native = join(cacheFolder, "native");
  const deadline = Date.now() + 30_000;
  const underWay = () => {
    try {
      return readdirSync(native).some((name) => name.includes(".tmp-"));
    } catch {
      return false;
    }
  };
  while (!underWay() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGKILL");
  await ended;
  expect(contents().whole).toEqual([]);
  expect(contents().litter).toHaveLength(2);
  const { cacheHit } = await buildModel(counter, { cacheFolder });
  expect(cacheHit).toBe(false);
  // Both what the dead process left and its lock are gone.
  expect(contents().litter).toEqual([]);
  expect(contents().whole).toHaveLength(1);
});

test("a damaged entry is built anew", async () => {
  const { addon } = await buildModel(counter, { cacheFolder });
  truncateSync(addon, 1000);
  const again = await buildModel(counter, { cacheFolder });
  expect(again).toMatchObject({ addon, cacheHit: false });
  const { step, port, close } = await simulateVerilog(counter, { cacheFolder });
  port("enable").poke(1);
  port("amount").poke(1);
  step(3);
  expect(port("count").peek()).toBe(3);
  close();
});

test("a prelude that the compiler no longer takes is done without", async () => {
  const prelude = join(cacheFolder, "prelude");
  rmSync(prelude);
  await buildModel(counter, { cacheFolder });
  const compiled = readdirSync(prelude).map((name) => join(prelude, name, "prelude.pch"));
  expect(compiled).toHaveLength(2);
  // Of the right size, so that the cache has no doubts.
  for (const file of compiled) writeFileSync(file, new Uint8Array(statSync(file).size));
  const { cacheHit } = await buildModel(variant("once more"), { cacheFolder });
  expect(cacheHit).toBe(false);
});

test("an aborted build leaves nothing", async () => {
  const aborter = new AbortController();
  const build = buildModel(counter, {
    cacheFolder,
    signal: aborter.signal,
    onProgress: () => {
      aborter.abort(new Error("no longer wanted"));
    },
  });
  await expect(build).rejects.toThrow("no longer wanted");
  expect(contents()).toEqual({ whole: [], litter: [] });
});

function writeResult(folder: string): Promise<void> {
  writeFileSync(join(folder, "result"), "42");
  return Promise.resolve();
}

test("a lock is honoured while its process refreshes it and broken when it is old", async () => {
  const locks = join(cacheFolder, "locks");
  const lock = join(locks, "key.lock");
  mkdirSync(locks);
  // A process of another machine: whether it lives shows only in the lock's age.
  writeFileSync(lock, JSON.stringify({ pid: 1, host: `not-${hostname()}`, id: "x" }));
  let waited = 0;
  const onWait = () => {
    waited++;
  };
  const build = cached(join(cacheFolder, "locks"), "key", writeResult, { onWait });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(waited).toBe(1);
  expect(readdirSync(locks)).toEqual(["key.lock"]);
  const old = new Date(Date.now() - 60_000);
  utimesSync(lock, old, old);
  expect((await build).hit).toBe(false);
  expect(readdirSync(locks)).toEqual(["key"]);
});

test("a failing build throws and is tried again", async () => {
  const failing = cached(join(cacheFolder, "locks"), "key", () => Promise.reject(new Error("out of luck")));
  await expect(failing).rejects.toThrow("out of luck");
  expect(readdirSync(join(cacheFolder, "locks"))).toEqual([]);
  const { hit } = await cached(join(cacheFolder, "locks"), "key", writeResult);
  expect(hit).toBe(false);
});

test("Verilator's complaint is shown with the design's file and line", async () => {
  const text =
    "module broken (\n    input wire clock,\n    output logic [3:0] b\n);\n  assign b = missing;\nendmodule\n";
  const ports = [
    { name: "clock", direction: "input", width: 1 },
    { name: "b", direction: "output", width: 4 },
  ] as const;
  const build = buildModel({ files: [{ name: "broken.sv", text }], top: "broken", ports }, { cacheFolder });
  await expect(build).rejects.toMatchObject({ name: "SystoleError", code: "harness-build-failed" });
  await expect(build).rejects.toThrow(
    /^Verilator failed on broken:\n%Error: broken\.sv:5:14: Can't find definition of variable: 'missing'/,
  );
});

test("ports that are not those of the Verilog are refused", async () => {
  const narrow = counter.ports.map((port) => (port.name === "amount" ? { ...port, width: 7 } : port));
  await expect(buildModel({ ...counter, ports: narrow }, { cacheFolder })).rejects.toThrow(
    "port amount of counter (input, 7 bits) is 8 bits wide in the Verilog",
  );
  const extra = [...counter.ports, { name: "more", direction: "input", width: 1 } as const];
  await expect(buildModel({ ...counter, ports: extra }, { cacheFolder })).rejects.toThrow(
    "port more of counter (input, 1 bits) is not a port of the Verilog",
  );
});

test("a wrong level of optimisation in the environment is refused", async () => {
  process.env["SYSTOLE_OPTIMISE"] = "fast";
  try {
    await expect(buildModel(counter, { cacheFolder })).rejects.toThrow(
      'SYSTOLE_OPTIMISE is "fast": allowed are 0, 1, 2 and 3',
    );
  } finally {
    delete process.env["SYSTOLE_OPTIMISE"];
  }
});

test("an add-on that does not load is named, with the way out", () => {
  const path = join(cacheFolder, "model.node");
  writeFileSync(path, "no library");
  expect(() => new NativeEngine(path, counter, 1)).toThrow(`the compiled model ${path} does not load: `);
});

test("a compiler that does not exist, and none at all, are refused", async () => {
  process.env["SYSTOLE_CXX"] = "/nowhere/c++";
  try {
    await expect(buildModel(counter, { cacheFolder })).rejects.toThrow("the compiler /nowhere/c++ does not exist");
    process.env["SYSTOLE_CXX"] = "no-such-compiler";
    await expect(buildModel(counter, { cacheFolder })).rejects.toThrow(
      "no C++ compiler on the PATH: looked for no-such-compiler",
    );
  } finally {
    delete process.env["SYSTOLE_CXX"];
  }
});

test("g++ serves where there is no clang", async () => {
  process.env["SYSTOLE_CXX"] = "g++";
  try {
    const { step, port, close } = await simulateVerilog(counter, { cacheFolder, optimise: 0 });
    const other = await simulateVerilog(variant("beside it"), { cacheFolder, optimise: 0 });
    port("enable").poke(1);
    port("amount").poke(7);
    step(2);
    expect([port("count").peek(), other.port("count").peek()]).toEqual([14, 0]);
    close();
    other.close();
  } finally {
    delete process.env["SYSTOLE_CXX"];
  }
});

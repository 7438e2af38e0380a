import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ArrayRow } from "../../src/generators/array/index.ts";
import { elaborate } from "../../src/hdl/index.ts";
import { flattenedLogic } from "../../src/silicon/report/parts.ts";
import { measureDesign } from "../../src/silicon/report/measure.ts";
import { Areas } from "../../src/silicon/report/areas.ts";
import {
  DEFAULT_MACRO_RULE,
  designStructure,
  flattenedUnit,
  GENERIC_CELLS,
  GENERIC_LIBRARY,
  NO_MACROS,
  synthesise,
  synthesisUnits,
  type Synthesis,
  type SynthesisOptions,
} from "../../src/silicon/synthesis/index.ts";
import { SynthesisWorker } from "../../src/silicon/synthesis/worker.ts";
import { pair, WORD } from "./pair-fixture.ts";

const target: SynthesisOptions["target"] = { kind: "cells", library: GENERIC_LIBRARY };
const folders: string[] = [];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "systole-synthesis-"));
  folders.push(path);
  return path;
}

/** A program in the place of Yosys. */
function fakeYosys(body: string, help = "-booth"): string {
  const path = join(folder(), "yosys");
  writeFileSync(
    path,
    `#!/bin/sh\ncase "$*" in -V) echo "Fake 1"; exit;; *help*) echo "${help}"; exit;; esac\n${body}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

const finished = (cacheFolder: string): string[] =>
  readdirSync(join(cacheFolder, "synthesis")).filter((name) => /^[0-9a-f]{32}$/.test(name));

afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

describe("a small design", () => {
  const cacheFolder = folder();
  const design = pair();
  const units = synthesisUnits(design, DEFAULT_MACRO_RULE);
  let first: Synthesis;
  beforeAll(async () => {
    first = await synthesise(units, { target, cacheFolder, workers: 2 });
  });

  test("is cut into its distinct modules and its memories of flip-flops", () => {
    expect(units.map(({ module: name }) => name).sort()).toEqual(["adder", "memory_1a1w_4x8", "pair"]);
    const { modules } = designStructure(design, DEFAULT_MACRO_RULE);
    expect(modules.get("pair")!.memories.map(({ built, words }) => [words, built])).toEqual([
      [256, "macro"],
      [4, "flip-flops"],
    ]);
    expect(synthesisUnits(design, NO_MACROS)).toHaveLength(4);
  });

  test("becomes cells of the library alone, each counted at its area", () => {
    expect(first.hits).toBe(0);
    const names = new Map(GENERIC_CELLS.map(({ name, ge }) => [name, ge]));
    for (const { cells, ge } of first.modules.values()) {
      const sum = Object.entries(cells).reduce((total, [cell, count]) => total + count * names.get(cell)!, 0);
      expect(ge).toBeCloseTo(sum, 6);
    }
    expect(first.modules.get("adder")!.flipFlops).toBe(WORD);
    expect(first.modules.get("adder")!.cells["DFF"]).toBe(WORD);
    expect(first.modules.get("memory_1a1w_4x8")!.flipFlops).toBe(4 * WORD);
    // What is inside is not counted again: the top has no register of its own.
    expect(first.modules.get("pair")!.flipFlops).toBe(0);
    expect(first.modules.get("pair")!.cells["NAND2"]).toBeGreaterThanOrEqual(WORD);
  });

  test("comes out of the cache the second time", async () => {
    const again = await synthesise(units, { target, cacheFolder });
    expect(again.hits).toBe(units.length);
    expect([...again.modules].sort()).toEqual([...first.modules].sort());
  });

  test("is synthesised again where it has changed, and nowhere else", async () => {
    const changed = synthesisUnits(pair(true), DEFAULT_MACRO_RULE);
    const before = finished(cacheFolder).length;
    const again = await synthesise(changed, { target, cacheFolder, workers: 1 });
    expect(again.hits).toBe(changed.length - 1);
    expect(finished(cacheFolder)).toHaveLength(before + 1);
    expect(again.modules.get("pair")!.ge).not.toBe(first.modules.get("pair")!.ge);
  });

  test("entries of the cache that were cut short or garbled are made anew, and those alone", async () => {
    const damage: readonly ((file: string) => void)[] = [
      (file) => {
        truncateSync(file, 20);
      },
      // Neither is seen by the size.
      (file) => {
        writeFileSync(file, "{".repeat(statSync(file).size));
      },
      (file) => {
        writeFileSync(file, readFileSync(file, "utf8").replace('"ge":', '"eg":'));
      },
      (file) => {
        rmSync(file);
      },
    ];
    for (const spoil of damage) {
      const [some] = finished(cacheFolder);
      spoil(join(cacheFolder, "synthesis", some!, "module.json"));
      const again = await synthesise([...units, ...synthesisUnits(pair(true), DEFAULT_MACRO_RULE)], {
        target,
        cacheFolder,
        workers: 1,
      });
      expect(again.hits).toBe(2 * units.length - 1);
      const { modules } = await synthesise(units, { target, cacheFolder });
      expect([...modules].sort()).toEqual([...first.modules].sort());
    }
  });

  test("is the sum of its parts", async () => {
    const { modules } = await synthesise([flattenedUnit(design, DEFAULT_MACRO_RULE)], {
      target,
      cacheFolder,
      workers: 1,
    });
    const free = { ge: 0, um2: 0, readPicojoules: 0, writePicojoules: 0, accessPicoseconds: 0, source: "" };
    const structure = designStructure(design, DEFAULT_MACRO_RULE);
    const sum = new Areas({ structure, modules: first.modules, macroCost: () => free }).module("pair");
    const whole = modules.get("pair")!;
    // Both adders hold the same value, which only the flattened design can see.
    const shared = sum.flipFlops - whole.flipFlops;
    expect([sum.flipFlops, shared]).toEqual([4 * WORD + 2 * WORD, WORD]);
    const ratio = (sum.ge - 5.7 * shared) / whole.ge;
    expect(Math.abs(ratio - 1)).toBeLessThan(0.05);
  });
});

test("a row of the array in one piece is the sum of its modules", async () => {
  const design = elaborate(ArrayRow, { cols: 4, operandBits: 8, sumBits: 32 });
  const options = { technology: { library: GENERIC_LIBRARY }, cacheFolder: folder(), workers: 2 };
  const parts = await measureDesign(design, options);
  const { logicGe, flipFlops, difference } = await flattenedLogic(design, parts, options);
  const sum = new Areas(parts).module(design.top.name);
  expect(difference).toBeCloseTo(sum.ge / logicGe - 1, 12);
  // What leaves the last column to the east is of use to nobody.
  expect(flipFlops).toBeLessThan(sum.flipFlops);
  expect(logicGe).toBeGreaterThan(4 * 500);
  expect(Math.abs(difference)).toBeLessThan(0.05);
}, 120_000);

describe("a synthesis that goes wrong", () => {
  const units = synthesisUnits(pair(), DEFAULT_MACRO_RULE);

  test("repeats what Yosys said, with the module", async () => {
    const cacheFolder = folder();
    const yosys = fakeYosys('echo "ERROR: out of gates" >&2; exit 1');
    const run = synthesise(units, { target, cacheFolder, yosys, workers: 1 });
    await expect(run).rejects.toMatchObject({
      code: "synthesis-failed",
      message: expect.stringMatching(/^module \w+ cannot be synthesised: ERROR: out of gates$/) as string,
    });
    expect(readdirSync(join(cacheFolder, "synthesis"))).toEqual([]);
  });

  test("leaves nothing half-written when it is interrupted, and keeps what is finished", async () => {
    const cacheFolder = folder();
    const yosys = fakeYosys("exec sleep 600");
    const interrupt = new AbortController();
    const onProgress = ({ running }: { readonly running: readonly string[] }): void => {
      if (running.length > 0) interrupt.abort(new Error("enough"));
    };
    const run = synthesise(units, { target, cacheFolder, yosys, workers: 1, signal: interrupt.signal, onProgress });
    await expect(run).rejects.toThrow("enough");
    expect(readdirSync(join(cacheFolder, "synthesis"))).toEqual([]);
  });

  test("says that a worker was lost", async () => {
    const worker = new SynthesisWorker({ target, program: fakeYosys("exec sleep 600") });
    const run = worker.run(units[0]!);
    const ended = expect(run).rejects.toMatchObject({ code: "synthesis-worker-lost" });
    await worker.kill();
    await ended;
  });

  test("refuses a Yosys that lacks what the recipe needs", async () => {
    const run = synthesise(units, { target, cacheFolder: folder(), yosys: fakeYosys("exit 1", "-flatten") });
    await expect(run).rejects.toMatchObject({
      code: "yosys-too-old",
      message: expect.stringMatching(/: Fake 1 has no synth -booth$/) as string,
    });
  });

  test("names a Yosys that is not there", async () => {
    const run = synthesise(units, { target, cacheFolder: folder(), yosys: "/nonexistent/yosys" });
    await expect(run).rejects.toMatchObject({ code: "yosys-missing" });
  });
});

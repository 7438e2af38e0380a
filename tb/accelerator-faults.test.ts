import { describe, expect, test } from "vitest";
import { loadConfig } from "../src/config/index.ts";
import { SIMULATORS, withSeed } from "../src/harness/index.ts";
import type { InjectedFault, Random } from "../src/harness/index.ts";
import { command, ENGINES, NORM_FUNCTIONS } from "../src/isa/index.ts";
import type { Command, FaultName } from "../src/isa/index.ts";
import { Machine, MachineFault } from "../src/machine/index.ts";
import { openDriver, runBoth } from "./support/accelerator-driver.ts";
import { ProgramMaker } from "./support/random-program.ts";
import { altered, assemble, type TestProgram } from "./support/test-program.ts";

const p = loadConfig("edge");

/** Values that make a command of each engine illegal, or not, depending on its other fields. */
const BAD_FIELDS: Readonly<Record<Command["engine"], readonly Readonly<Record<string, number>>[]>> = {
  load: [
    { runs: 0 },
    { runLength: 0 },
    { dramOffset: 4 },
    { dramStride: 12 },
    { dramOffset: 0xffff_fff8 },
    { localAddress: 0xfffff },
    { runLength: 0xffff },
  ],
  store: [
    { runs: 0 },
    { runLength: 0 },
    { dramOffset: 2 },
    { dramOffset: 0x8000_0000 },
    { runs: 2, dramStride: 0xffff_ff00 },
  ],
  gemm: [
    { rows: 0 },
    { kTiles: 0 },
    { nTiles: 0 },
    { init: 3 },
    { aSub: 1 },
    { wSub: 15 },
    { aAddress: 0xffff0 },
    { wAddress: 0xffff0 },
    { accAddress: 0xfffff },
    { trackMax: 1, rowSlot: 4095 },
  ],
  norm: [
    { function: 15 },
    { rows: 0 },
    { slices: 0 },
    { accAddress: 0xffff0 },
    { function: 2, rowSlot: 4090 },
    { function: 0, output: 0, spadAddress: 0xfff00 },
  ],
};

/** What the functional machine finds wrong with a program. */
function machineFault(program: TestProgram): { fault: FaultName; command: number } {
  try {
    new Machine(p).run(program.bytes, program.dram.slice());
  } catch (error) {
    if (error instanceof MachineFault) return { fault: error.fault, command: error.command };
  }
  return { fault: "none", command: 0 };
}

/** The program with one field of one command changed, so that it is the only one the machine objects to. */
function spoil(program: TestProgram, random: Random): { program: TestProgram; fault: FaultName; command: number } {
  for (;;) {
    const index = random.integer(4, program.commands.length - 1);
    const victim = program.commands[index]!;
    const bad = altered(victim, random.pick(BAD_FIELDS[victim.engine]));
    const commands = program.commands.map((c, i) => (i === index ? bad : c));
    const spoilt = { ...program, commands, bytes: assemble(commands) };
    const found = machineFault(spoilt);
    if (found.fault !== "none" && found.fault !== "deadlock" && found.command === index)
      return { program: spoilt, ...found };
  }
}

test("a spoilt command gives the fault and the index that the functional machine gives", () =>
  withSeed(async (random) => {
    const programs = Array.from({ length: 40 }, () => new ProgramMaker(p, random).make(40));
    const dramBytes = programs[0]!.dram.length;
    const driver = await openDriver(p, { memory: { latencyCycles: 20, seed: random.word() }, dramBytes });
    const seen = new Set<FaultName>();
    for (const good of programs) {
      const { program, fault, command: index } = spoil(good, random);
      seen.add(fault);
      driver.dram.set(program.dram);
      driver.start(program.bytes);
      const outcome = await driver.finish();
      expect(outcome, JSON.stringify(program.commands[index])).toMatchObject({ fault, command: index });
      const after = driver.dram.slice();
      driver.accelerator.step(500);
      expect(Buffer.compare(after, driver.dram)).toBe(0);
    }
    expect(seen.size).toBeGreaterThanOrEqual(5);
    // The machine is as good as new.
    await runBoth(driver, p, programs[0]!, random.word());
    driver.close();
  }));

test("a post that is left out is a deadlock", () =>
  withSeed(async (random) => {
    const programs = Array.from({ length: 10 }, () => new ProgramMaker(p, random).make(40));
    const driver = await openDriver(p, { memory: { latencyCycles: 20 }, dramBytes: programs[0]!.dram.length });
    for (const program of programs) {
      const posting = program.commands.flatMap(({ fields }, i) => (fields.post === 0 ? [] : [i]));
      const silent = random.pick(posting);
      const commands = program.commands.map((c, i) => (i === silent ? altered(c, { post: 0 }) : c));
      driver.dram.set(program.dram);
      driver.start(assemble(commands));
      const outcome = await driver.finish();
      expect(outcome.fault).toBe("deadlock");
      expect(outcome.command).toBeGreaterThan(silent);
    }
    driver.close();
  }));

test("words of the stream that nothing stores are a deadlock", () =>
  withSeed(async (random) => {
    const driver = await openDriver(p, { memory: { latencyCycles: 20 }, dramBytes: 4096, seed: random.word() });
    for (const rows of [1, 40]) {
      driver.start(
        assemble([
          command("load", { runs: 1, runLength: 8 }),
          command("norm", { function: NORM_FUNCTIONS.raw, rows, slices: 1 }),
        ]),
      );
      expect(await driver.finish()).toMatchObject({ fault: "deadlock", command: 1 });
    }
    driver.close();
  }));

describe("AXI error responses in the middle of a program", () => {
  test.each(["read", "write"] as const)("%s", (channel) =>
    withSeed(async (random) => {
      const program = new ProgramMaker(p, random).make(60);
      const dramBytes = program.dram.length;
      const clean = await openDriver(p, { memory: { latencyCycles: 20 }, dramBytes });
      await runBoth(clean, p, program, random.word());
      const { readBeats, writeBeats } = clean.accelerator.statistics();
      clean.close();
      for (let i = 0; i < 4; i++) {
        const beat = random.integer(0, (channel === "read" ? readBeats : writeBeats) - 1);
        const response = random.pick(["SLVERR", "DECERR"] as const);
        const faults: InjectedFault[] = [{ channel, response, beat }];
        const s = random.pick([0, 0.3]);
        const stalls = { ar: s, r: s, aw: s, w: s, b: s };
        const memory = { latencyCycles: random.pick([0, 20, 200]), stalls, seed: random.word(), faults };
        const outcomes: unknown[] = [];
        for (const simulator of SIMULATORS) {
          const driver = await openDriver(p, { memory, dramBytes, simulator });
          driver.dram.set(program.dram);
          driver.start(program.bytes);
          const outcome = await driver.finish();
          expect(outcome.fault).toBeOneOf(channel === "read" ? ["readError", "fetchError"] : ["writeError"]);
          const engine = { readError: "load", writeError: "store" }[outcome.fault as string];
          if (engine !== undefined) expect(program.commands[outcome.command]!.engine).toBe(engine);
          const before = driver.accelerator.statistics();
          expect(before.busy).toBe(false);
          const image = driver.dram.slice();
          driver.accelerator.step(1000);
          expect(driver.accelerator.statistics()).toEqual(before);
          expect(Buffer.compare(image, driver.dram)).toBe(0);
          for (const name of ENGINES)
            expect(driver.read(`${name.toUpperCase()}_QUEUED`)).toBeLessThanOrEqual(p.queueDepths[name]);
          outcomes.push([outcome, driver.observe(), image, await runBoth(driver, p, program, random.word())]);
          driver.close();
        }
        expect(outcomes[0]).toEqual(outcomes[1]);
      }
    }),
  );
});

/**
 * Faults in the middle of a real program: AXI error responses and spoilt commands. The right code and command are reported,
 * nothing is written after, and the accelerator is as good as new when started again.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileEncoder, executeProgram, imageBytes } from "../src/compiler/index.ts";
import { loadConfig } from "../src/config/index.ts";
import { SystoleError } from "../src/errors.ts";
import { withSeed } from "../src/harness/index.ts";
import type { InjectedFault, Random } from "../src/harness/index.ts";
import { COMMAND_BYTES, encodeCommand, GEMM_INITS, NORM_FUNCTIONS, STORE_SOURCES } from "../src/isa/index.ts";
import type { Command, EngineName } from "../src/isa/index.ts";
import { MachineFault } from "../src/machine/index.ts";
import { randomBert } from "../src/model/index.ts";
import { Device, MEMORY_BASE, runProgram } from "../src/runtime/index.ts";
import { busAddress, dramOffsetOf, firstToTouch, openFaultBench, prepare, runBeats } from "./support/encoder-faults.ts";
import type { Ending, FaultBench, Prepared, Start } from "./support/encoder-faults.ts";

const params = loadConfig("transformer");
const prepared = prepare(params, 11);
/** Cycles within which a fault stops new data on the write channel: its registers, and a beat that is held by a stall. */
const HALT_CYCLES = 64;

/** Every byte is what it was before or what an undisturbed run leaves: nothing half right was written. */
function expectOldOrNew({ before, after }: Prepared, image: Uint8Array): void {
  const strange = image.findIndex((byte, i) => byte !== before[i] && byte !== after[i]);
  expect(strange, "the first byte that is neither old nor right").toBe(-1);
}

/** Stopped for good: not busy, not done, and not a byte was written after the interrupt, nor soon after the error. */
function expectStopped(ending: Ending): void {
  expect(ending).toMatchObject({ busy: false, done: false });
  expect(ending.statistics.busy).toBe(false);
  expect(ending.later.lastWriteCycle).toBe(ending.statistics.lastWriteCycle);
  expect(ending.later.readBursts).toBe(ending.statistics.readBursts);
  expect(Buffer.compare(ending.laterImage, ending.image)).toBe(0);
}

function expectClean({ program, after }: Prepared, ending: Ending): void {
  expect(ending).toMatchObject({ fault: "none", busy: false, done: true });
  const { dataBytes } = program;
  expect(Buffer.compare(ending.image.subarray(0, dataBytes), after.subarray(0, dataBytes))).toBe(0);
}

/** Indices of all commands of an engine. */
const indicesOf = (engine: EngineName): number[] =>
  prepared.commands.flatMap((c, i) => (c.engine === engine ? [i] : []));

describe("an AXI error response in the middle of a run", () => {
  async function inject(
    fault: InjectedFault,
    expected: { fault: string; command: number },
    random: Random,
  ): Promise<void> {
    const stall = random.pick([0, 0.1, 0.3]);
    const memory = {
      latencyCycles: random.pick([0, 20, 100, 200]),
      stalls: { ar: stall, r: stall, aw: stall, w: stall, b: stall },
    };
    const bench = await openFaultBench(prepared, { memory, faults: [fault], seed: random.integer(1, 2 ** 30) });
    try {
      const ending = await bench.run();
      expect(ending).toMatchObject(expected);
      expect(ending.errorCycle).toBeDefined();
      expectStopped(ending);
      expectOldOrNew(prepared, ending.image);
      expect(ending.statistics.lastWriteCycle).toBeLessThanOrEqual(ending.errorCycle! + HALT_CYCLES);
      // The other copy of the image has no fault: started with or without a clear, it runs to its end.
      expectClean(prepared, await bench.run({ copy: 1, clear: random.chance(0.5) }));
      // And the fault is met again, as if nothing had been.
      expect(await bench.run()).toMatchObject(expected);
    } finally {
      bench.close();
    }
  }

  const responses = ["SLVERR", "DECERR"] as const;

  test.each(["load", "store"] as const)("to some beat of a %s", (engine) =>
    withSeed(async (random) => {
      const [channel, fault] =
        engine === "load" ? (["read", "readError"] as const) : (["write", "writeError"] as const);
      const indices = indicesOf(engine);
      // One near the start, one in the middle, one near the end.
      for (const part of [0.1, 0.5, 0.95]) {
        const some = prepared.commands[indices[Math.floor(part * indices.length)]!]!;
        const { runs } = some.fields as { readonly runs: number };
        const beat = random.integer(0, runBeats(params, some) - 1);
        const offset = dramOffsetOf(params, some, random.integer(0, runs - 1), beat);
        const injected: InjectedFault = {
          channel,
          response: random.pick(responses),
          fromAddress: busAddress(offset),
          toAddress: busAddress(offset + params.beatBytes),
        };
        await inject(injected, { fault, command: firstToTouch(prepared, engine, offset) }, random);
      }
    }),
  );

  test("to the fetch of a command", () =>
    withSeed(async (random) => {
      const count = prepared.commands.length;
      for (const command of [0, random.integer(1, count - 2), count - 1]) {
        const at = busAddress(imageCommands() + command * COMMAND_BYTES + random.integer(0, 3) * params.beatBytes);
        const range = { fromAddress: at, toAddress: at + params.beatBytes };
        await inject(
          { channel: "read", response: random.pick(responses), ...range },
          { fault: "fetchError", command },
          random,
        );
      }
    }));

  test("is told to the user, with the operation", async () => {
    const { program, before } = prepared;
    const offset = (prepared.commands[indicesOf("store")[3]!]!.fields as { readonly dramOffset: number }).dramOffset;
    const command = firstToTouch(prepared, "store", offset);
    const operation = program.operations[program.commandOperations[command]!]!.name;
    const at = MEMORY_BASE + offset;
    const device = await Device.open(params, {
      memory: { latencyCycles: 50, bytesPerCycle: params.beatBytes, stallProbability: 0, seed: 1 },
      imageBytes: imageBytes(program),
      faults: [{ channel: "write", response: "SLVERR", fromAddress: at, toAddress: at + 1 }],
    });
    device.image.set(before);
    await expect(runProgram(device, program)).rejects.toThrow(
      `the accelerator stopped with fault writeError at command ${command} (${operation})`,
    );
    device.close();
  });
});

/** Where the commands lie in the image. */
function imageCommands(): number {
  return Math.ceil(prepared.program.dataBytes / 4096) * 4096;
}

describe("spoilt commands", () => {
  let bench: FaultBench;

  beforeAll(async () => {
    bench = await openFaultBench(prepared, { memory: { latencyCycles: 20 }, seed: 5 });
  }, 600_000);

  afterAll(() => {
    bench.close();
  });

  /** What the functional machine says to the same commands. */
  function machineFault(commands: Uint8Array, dataBytes: number): { fault: string; command: number } {
    try {
      const program = { ...prepared.program, commands, dataBytes };
      executeProgram(params, program, prepared.before.slice());
    } catch (error) {
      if (error instanceof MachineFault) return { fault: error.fault, command: error.command };
      throw error;
    }
    return { fault: "none", command: 0 };
  }

  async function expectFault(start: Start, expected: { fault: string; command: number }): Promise<void> {
    const commands = start.commands ?? prepared.program.commands;
    expect(machineFault(commands, start.limit ?? prepared.program.dataBytes)).toEqual(expected);
    const ending = await bench.run({ ...start, before: prepared.before });
    expect(ending).toMatchObject(expected);
    expectStopped(ending);
    expectClean(prepared, await bench.run({ clear: false }));
  }

  /** The program with other fields in one command. */
  function withFields(index: number, fields: Readonly<Record<string, number>>): Uint8Array {
    const bytes = prepared.program.commands.slice();
    const { engine, fields: old } = prepared.commands[index]!;
    encodeCommand({ engine, fields: { ...old, ...fields } } as Command, bytes, index * COMMAND_BYTES);
    return bytes;
  }

  /** A command in the middle of those of an engine that satisfy a condition. */
  function middle(
    engine: EngineName,
    where: (fields: Readonly<Record<string, number>>) => boolean = () => true,
  ): number {
    const found = indicesOf(engine).filter((i) => where(prepared.commands[i]!.fields));
    expect(found.length).toBeGreaterThan(0);
    return found[found.length >> 1]!;
  }

  test.each([0, 255])("operation code %i", async (code) => {
    const index = prepared.commands.length >> 1;
    const commands = prepared.program.commands.slice();
    commands[index * COMMAND_BYTES] = code;
    await expectFault({ commands }, { fault: "unknownCommand", command: index });
  });

  const inner = { accAddress: params.accumulatorRows - 1 };
  test.each<[string, EngineName, Readonly<Record<string, number>>, string]>([
    ["an unknown function", "norm", { function: 9 }, "unknownCommand"],
    ["a GEMM without rows", "gemm", { rows: 0 }, "illegalField"],
    ["a misaligned STORE", "store", { dramOffset: 8 }, "illegalField"],
    ["a LOAD beyond the scratchpad", "load", { localAddress: params.scratchpadWords, space: 0 }, "scratchpadRange"],
    ["activations beyond the scratchpad", "gemm", { aAddress: 2 ** 20 - 1 }, "scratchpadRange"],
    ["sums beyond the accumulator", "gemm", inner, "accumulatorRange"],
    ["a pass beyond the accumulator", "norm", inner, "accumulatorRange"],
    ["a bias beyond the accumulator", "gemm", { init: GEMM_INITS.bias, biasAddress: 2 ** 20 - 1 }, "accumulatorRange"],
    ["a LOAD beyond LIMIT", "load", { dramOffset: 0xffff_fff0 }, "dramRange"],
    ["a STORE beyond LIMIT", "store", { dramOffset: 0xffff_fff0 }, "dramRange"],
    ["a second run beyond LIMIT", "store", { dramStride: 0xffff_fff0, runs: 2 }, "dramRange"],
  ])("%s", async (_what, engine, fields, fault) => {
    const index = middle(engine, (f) => engine !== "norm" || f["function"] === NORM_FUNCTIONS.requantise);
    await expectFault({ commands: withFields(index, fields) }, { fault, command: index });
  });

  test("row slots beyond the memory", async () => {
    const index = middle("norm", (fields) => fields["function"] === NORM_FUNCTIONS.exp);
    await expectFault(
      { commands: withFields(index, { rowSlot: params.rowSlots }) },
      { fault: "rowSlotRange", command: index },
    );
  });

  test("a LIMIT below what the program touches", async () => {
    const limit = Math.ceil(prepared.program.dataBytes / 2 / 64) * 64;
    const expected = machineFault(prepared.program.commands, limit);
    expect(expected.fault).toBe("dramRange");
    // Engines run ahead of each other: the hardware may meet another command's fault first, but one beyond LIMIT it is.
    const ending = await bench.run({ limit });
    expect(ending.fault).toBe("dramRange");
    expect(ending.command).toBeGreaterThanOrEqual(expected.command);
    expectStopped(ending);
    const beyond = ending.image.subarray(limit);
    expect(Buffer.compare(beyond, prepared.before.subarray(limit))).toBe(0);
  });

  test("a semaphore that is posted once too often", async () => {
    const used = prepared.commands.reduce((mask, { fields }) => mask | fields.wait | fields.post, 0);
    const free = Array.from({ length: params.semaphores }, (_, s) => s).find((s) => ((used >>> s) & 1) === 0)!;
    const loads = indicesOf("load");
    const commands = prepared.program.commands.slice();
    const start = 3;
    for (const index of loads.slice(start, start + params.semaphoreMax + 1)) {
      const { fields } = prepared.commands[index]!;
      const post = (fields.post | (1 << free)) >>> 0;
      encodeCommand({ engine: "load", fields: { ...fields, post } } as Command, commands, index * COMMAND_BYTES);
    }
    await expectFault({ commands }, { fault: "semaphoreOverflow", command: loads[start + params.semaphoreMax]! });
  });

  test("posts that never come: a deadlock, blamed on the first command that waits for ever", async () => {
    const loads = indicesOf("load");
    const postLater = (index: number): number =>
      loads.filter((i) => i > index).reduce((mask, i) => mask | prepared.commands[i]!.fields.post, 0);
    // Counts do not tell who posted: only a post that no later one stands in for is missed at once.
    const index = loads.filter((i) => (prepared.commands[i]!.fields.post & ~postLater(i)) !== 0)[0]!;
    const commands = withFields(index, { post: 0 });
    const expected = machineFault(commands, prepared.program.dataBytes);
    expect(expected.fault).toBe("deadlock");
    await expectFault({ commands }, expected);
  });

  test("a STORE of more than NORM makes is a deadlock", async () => {
    const last = indicesOf("store").at(-1)!;
    const { engine, fields } = prepared.commands[last]!;
    if (engine !== "store") throw new Error(`command ${last} is a ${engine}`);
    expect(fields.source).toBe(STORE_SOURCES.stream);
    const commands = withFields(last, { runs: fields.runs + 1, dramStride: 0 });
    await expectFault({ commands }, { fault: "deadlock", command: last });
  });
});

describe("a program for another configuration", () => {
  test("is refused before anything is started", async () => {
    const other = loadConfig("edge");
    const { bert } = randomBert({ hidden: 96, heads: 4, intermediate: 96, layers: 1, seed: 3 });
    const { program, createImage } = compileEncoder(other, bert, { seq: 4, valid: [4] });
    const device = await Device.open(params, {
      memory: { latencyCycles: 0, bytesPerCycle: params.beatBytes, stallProbability: 0, seed: 1 },
      imageBytes: imageBytes(program),
    });
    try {
      const image = createImage();
      device.image.set(image);
      const cycle = device.cycle;
      const refusal: unknown = await runProgram(device, program).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(SystoleError);
      expect(refusal).toMatchObject({
        code: "program-other-config",
        message: expect.stringContaining("the program was compiled for configuration edge (fingerprint 0x") as string,
      });
      expect(device.cycle).toBe(cycle);
      expect(Buffer.compare(device.image.subarray(0, image.length), image)).toBe(0);
      expect(() => {
        executeProgram(params, program, image);
      }).toThrow("not for transformer");
    } finally {
      device.close();
    }
  });
});

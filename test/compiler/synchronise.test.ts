import { describe, expect, test } from "vitest";
import { compileEncoder, compileMatmul, executeProgram, findTensor, writeTensor } from "../../src/compiler/index.ts";
import type { Program } from "../../src/compiler/index.ts";
import { findDependencies } from "../../src/compiler/hazards.ts";
import { synchronise } from "../../src/compiler/synchronise.ts";
import { loadConfig } from "../../src/config/index.ts";
import type { Params } from "../../src/config/index.ts";
import { withSeed } from "../../src/harness/index.ts";
import type { Random } from "../../src/harness/index.ts";
import { COMMAND_BYTES, command, decodeCommand, encodeCommand } from "../../src/isa/index.ts";
import type { Command } from "../../src/isa/index.ts";
import { executeConcurrently } from "./support/concurrent.ts";
import { testParams } from "./support/configs.ts";
import { imageWith, testInputs, testModel } from "./support/encoder.ts";

/** Any order that the semaphores allow gives what program order gives. */
function expectOrderIndependent(
  params: Params,
  program: Program,
  create: () => Uint8Array,
  random: Random,
  runs: number,
): void {
  const expected = create();
  executeProgram(params, program, expected, { poison: 1 });
  for (let run = 0; run < runs; run++) {
    const image = create();
    executeConcurrently(params, program, image, random);
    expect(Buffer.compare(image, expected)).toBe(0);
  }
}

describe("compiled programs give the same DRAM in every order that their semaphores allow", () => {
  const variants: Record<string, () => Params> = {
    transformer: () => loadConfig("transformer"),
    "gemmini-cnn": () => loadConfig("gemmini-cnn"),
    "8 semaphores and staging": () =>
      testParams({ rows: 16, cols: 16, scratchpad: 64, accumulator: 128, dmaBits: 128, semaphores: 8, lanes: 8 }),
    "small memories": () => testParams({ rows: 8, cols: 8, scratchpad: 8, accumulator: 32, dmaBits: 64 }),
  };
  for (const [name, params] of Object.entries(variants)) {
    test(name, async () => {
      await withSeed((random) => {
        const p = params();
        const model = testModel({ hidden: 48, heads: 2, intermediate: 96, layers: 2 });
        const valid = [random.integer(1, 40), 40];
        const compiled = compileEncoder(p, model.bert, { seq: 40, valid });
        const inputs = testInputs(model, 40, valid);
        expectOrderIndependent(p, compiled.program, () => imageWith(compiled, inputs), random, 4);
      });
    });
  }
});

test("the check finds a dependency that is left out", async () => {
  await withSeed((random) => {
    const params = loadConfig("transformer");
    const [rows, inner, cols] = [48, 96, 64];
    const weights = Int8Array.from({ length: inner * cols }, () => random.integer(-127, 127));
    const compiled = compileMatmul(params, { rows, inner, cols, weights });
    const values = Int8Array.from({ length: rows * inner }, () => random.integer(-128, 127));
    const create = (): Uint8Array => {
      const image = compiled.createImage();
      writeTensor(findTensor(compiled.program, "input"), image, values);
      return image;
    };
    const broken = { ...compiled.program, commands: compiled.program.commands.slice() };
    const gemm = broken.semaphores.indexOf("load → gemm");
    for (let at = 0; at < broken.commands.length; at += COMMAND_BYTES) {
      const c = decodeCommand(broken.commands, at)!;
      const clear = (mask: number): number => (mask & ~(1 << gemm)) >>> 0;
      const fields: object = { ...c.fields, wait: clear(c.fields.wait), post: clear(c.fields.post) };
      encodeCommand(command(c.engine, fields), broken.commands, at);
    }
    expect(() => {
      expectOrderIndependent(params, broken, create, random, 10);
    }).toThrow();
  });
});

/** LOADs that depend on STOREs and the reverse, at random places. */
function randomTraffic(params: Params, random: Random, count: number): Command[] {
  const words = 64;
  const dramWords = 256;
  const fill = command("load", { runs: 1, runLength: words, dramOffset: 0, localAddress: 0 });
  const traffic = Array.from({ length: count }, () => {
    const length = random.integer(1, 8);
    const place = {
      runs: 1,
      runLength: length,
      dramOffset: random.integer(0, dramWords - length) * params.wordBytes,
      localAddress: random.integer(0, words - length),
    };
    return random.chance(0.5) ? command("load", place) : command("store", place);
  });
  return [fill, ...traffic];
}

test("semaphores never overflow, however many posts are outstanding", async () => {
  await withSeed((random) => {
    const params = loadConfig("transformer");
    // Many LOADs, each awaited by its own STORE, all STOREs last: more than a semaphore can count.
    const far = [0, 1, 2].flatMap((round) => [
      ...Array.from({ length: 40 }, (_, i) =>
        command("load", { runs: 1, runLength: 1, dramOffset: i * 16, localAddress: i }),
      ),
      ...Array.from({ length: 40 }, (_, i) =>
        command("store", { runs: 1, runLength: 1, dramOffset: (64 + i + round) * 16, localAddress: i }),
      ),
    ]);
    for (const commands of [far, ...Array.from({ length: 10 }, () => randomTraffic(params, random, 300))]) {
      const dependencies = findDependencies(params, commands, { start: 0, end: 4096 });
      const { wait, post } = synchronise(params, commands, dependencies);
      const bytes = new Uint8Array(commands.length * COMMAND_BYTES);
      commands.forEach((c, i) => {
        const fields: object = { ...c.fields, wait: wait[i]!, post: post[i]! };
        encodeCommand(command(c.engine, fields), bytes, i * COMMAND_BYTES);
      });
      const program = {
        fingerprint: params.fingerprint,
        dataBytes: 4096,
        commands: bytes,
        segments: [{ firstCommand: 0, commands: commands.length, hostSteps: [] }],
      } as unknown as Program;
      const data = Uint8Array.from({ length: 4096 }, () => random.integer(0, 255));
      expectOrderIndependent(params, program, () => data.slice(), random, 5);
    }
  });
});

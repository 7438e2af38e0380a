import { describe, expect, test } from "vitest";
import { GemmTimeline } from "../src/compiler/cost/index.ts";
import type { Params } from "../src/config/index.ts";
import { idle, send, withSeed } from "../src/harness/index.ts";
import type { Process, Random } from "../src/harness/index.ts";
import type { GemmFields } from "../src/isa/index.ts";
import { fields, product, randomCommands } from "./support/gemm-commands.ts";
import { open, variant } from "./support/gemm-driver.ts";

/** Cycles counted from the offer of the first command. */
interface Life {
  /** From when the command was offered; taken at `start`. */
  readonly offered: number;
  readonly start: number;
  readonly retire: number;
}

interface Measured {
  readonly lives: readonly Life[];
  /** Cycle of each row's entry into the array. */
  readonly entered: readonly number[];
}

/** Runs the commands on the RTL, one offered `pauses[i]` cycles after its predecessor was taken. */
async function measure(
  p: Params,
  commands: readonly GemmFields[],
  pauses: readonly number[],
  seed: number,
): Promise<Measured> {
  const { dut, spawn, run, cycle, close } = await open(p, seed);
  const offered: number[] = [];
  const start: number[] = [];
  const retire: number[] = [];
  const entered: number[] = [];
  function* issue(): Process {
    for (const [index, c] of commands.entries()) {
      yield* idle(pauses[index]!);
      offered.push(cycle());
      yield* send(dut.command, { ...c, index });
      start.push(cycle() - 1);
    }
  }
  function* watch(): Process {
    while (retire.length < commands.length) {
      yield `command ${retire.length} to retire`;
      if (dut.rowEntered.sampled() === 1) entered.push(cycle() - 1);
      if (dut.retire.valid.sampled() === 1) retire.push(cycle() - 1);
    }
  }
  spawn(issue());
  spawn(watch());
  run({ timeout: 500_000 });
  close();
  const origin = offered[0]!;
  return {
    lives: commands.map((_, i) => ({
      offered: offered[i]! - origin,
      start: start[i]! - origin,
      retire: retire[i]! - origin,
    })),
    entered: entered.map((at) => at - origin),
  };
}

/** What the cost model says of commands offered as they were. */
function predict(p: Params, commands: readonly GemmFields[], pauses: readonly number[]) {
  const timeline = new GemmTimeline(p);
  const starts: { offered: number; start: number }[] = [];
  let offered = 0;
  for (const [i, command] of commands.entries()) {
    if (i > 0) offered = starts[i - 1]!.start + 1 + pauses[i]!;
    timeline.run(offered);
    timeline.offer(command);
    starts.push({ offered, start: timeline.run(Infinity)! });
  }
  while (timeline.busy) timeline.run(timeline.time + 1);
  return {
    lives: starts.map((s, i): Life => ({ ...s, retire: timeline.retired[i]! })),
    firstEntered: timeline.firstEntered,
  };
}

async function compare(
  p: Params,
  commands: readonly GemmFields[],
  pauses: readonly number[],
  random: Random,
): Promise<void> {
  const measured = await measure(p, commands, pauses, random.word());
  const predicted = predict(p, commands, pauses);
  expect(predicted.lives).toEqual(measured.lives);
  let row = 0;
  const first = commands.map(({ rows, kTiles, nTiles }) => {
    const at = measured.entered[row];
    row += rows * kTiles * nTiles;
    return at;
  });
  expect(predicted.firstEntered).toEqual(first);
}

const backToBack = (commands: readonly GemmFields[]): number[] => commands.map(() => 0);

/** Sizes of the presets' arrays, and some that are not square. */
const SIZES = [
  [4, 4, 4],
  [8, 8, 4],
  [16, 16, 4],
  [4, 16, 4],
  [16, 8, 4],
  [32, 32, 4],
  [32, 8, 2],
  [8, 4, 8],
] as const;

describe.each(SIZES)("GEMM %i x %i, %i banks", (rows, cols, banks) => {
  const p = variant(rows, cols, banks);

  test("random commands, back to back and apart: the cycles of the RTL", async () => {
    await withSeed(async (random) => {
      for (let i = 0; i < 4; i++) {
        const commands = randomCommands(p, 12, random);
        const pauses = commands.map(() => (i % 2 === 0 ? 0 : random.integer(0, random.pick([2, 40, 200]))));
        await compare(p, commands, pauses, random);
      }
    });
  });

  test("many rows, where whole stretches are predicted at once", async () => {
    await withSeed(async (random) => {
      const commands = Array.from({ length: 6 }, () => {
        const nTiles = random.integer(1, 2);
        const rows = random.integer(1, Math.min(150, Math.floor(p.accumulatorRows / nTiles)));
        const rest = { transpose: random.integer(0, 1), wAddress: random.integer(0, 3) };
        return product(p, rows, random.integer(1, 3), nTiles, rest);
      });
      await compare(p, commands, backToBack(commands), random);
    });
  });

  test("single tiles", async () => {
    await withSeed(async (random) => {
      const commands = Array.from({ length: 12 }, () =>
        fields({ rows: random.integer(1, 6), kTiles: 1, nTiles: 1, transpose: random.integer(0, 1) }),
      );
      await compare(p, commands, backToBack(commands), random);
    });
  });
});

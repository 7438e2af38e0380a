/** Runs GEMM commands on the bench and checks everything they do. */
import { expect } from "vitest";
import { deriveParams, loadConfig } from "../../src/config/index.ts";
import type { Params } from "../../src/config/index.ts";
import { idle, poke, send, simulate } from "../../src/harness/index.ts";
import type { Process, Random } from "../../src/harness/index.ts";
import type { GemmFields } from "../../src/isa/index.ts";
import { GemmBench } from "./gemm-bench.ts";
import { execute, randomMachine, rowAt, wordAt } from "./gemm-model.ts";
import type { Machine } from "./gemm-model.ts";
import { traffic } from "./gemm-traffic.ts";

export const ROW_SLOTS = 64;

export function variant(rows: number, cols: number, banks = 4): Params {
  const { config } = loadConfig("transformer");
  const kib = Math.max(8, (rows * cols) / 16);
  return deriveParams({
    ...config,
    name: `gemm-${rows}x${cols}`,
    array: { rows, cols },
    scratchpad: { kib, banks },
    accumulator: { kib: 2 * kib, banks },
    norm: { ...config.norm, rowSlots: ROW_SLOTS },
  });
}

/** A simulation of the bench; a large array runs for few cycles, for which a build with Verilator would take far longer than they do. */
export const open = (p: Params, seed: number) =>
  p.rows * p.cols > 1024
    ? simulate(GemmBench, p, { simulator: "embedded", seed })
    : simulate(GemmBench, p, { simulator: "verilator", optimise: 1, seed });
export type Bench = Awaited<ReturnType<typeof open>>;

/** Fills both memories through the LOAD ports, one word and one row a cycle. */
export function* fill({ dut }: Bench, p: Params, machine: Machine): Process {
  const spad = dut.scratchpad.loadWrite;
  const acc = dut.accumulator.loadWrite;
  for (let i = 0; i < Math.max(p.scratchpadWords, p.accumulatorRows); i++) {
    spad.valid.poke(i < p.scratchpadWords);
    acc.valid.poke(i < p.accumulatorRows);
    if (i < p.scratchpadWords) {
      spad.address.poke(i);
      spad.mask.poke(2 ** spad.mask.width - 1);
      spad.data.poke(wordAt(machine, p, i));
    }
    if (i < p.accumulatorRows) {
      acc.address.poke(i);
      acc.mask.poke(2 ** acc.mask.width - 1);
      poke(acc.data, [...rowAt(machine, p, i)]);
    }
    yield;
  }
  spad.valid.poke(0);
  acc.valid.poke(0);
}

/** Compares the whole accumulator with the machine's. */
export function* compareAccumulator({ dut }: Bench, p: Params, machine: Machine): Process {
  const port = dut.accumulator.normRead;
  for (let i = 0; i < p.accumulatorRows + 2; i++) {
    port.valid.poke(i < p.accumulatorRows);
    port.address.poke(Math.min(i, p.accumulatorRows - 1));
    yield;
    if (i < 2) continue;
    expect(port.dataValid.sampled()).toBe(1);
    const row = port.data.map((element) => element.sampled());
    expect(row, `accumulator row ${i - 2}`).toEqual([...rowAt(machine, p, i - 2)]);
  }
}

/** What a run of commands took. */
export interface Figures {
  /** Cycles from the first activation row in the array to the last, and how many rows. */
  readonly span: number;
  readonly rows: number;
  /** Cycles from the first command's acceptance to the last retirement. */
  readonly total: number;
}

export interface RunOptions {
  /** Traffic of the other clients, and random pauses between the commands. */
  readonly disturb?: Random;
}

/** Runs commands from a random state; checks the order of retirement, the row maxima and the whole accumulator. */
export async function runCommands(
  p: Params,
  commands: readonly GemmFields[],
  random: Random,
  options: RunOptions = {},
): Promise<Figures> {
  const bench = await open(p, random.word());
  const { dut, spawn, run, cycle } = bench;
  const before = randomMachine(p, random);
  const after: Machine = {
    scratchpad: before.scratchpad.slice(),
    accumulator: before.accumulator.slice(),
    rowMax: before.rowMax.slice(),
  };
  for (const c of commands) execute(c, p, after);

  const entered: number[] = [];
  const maxima = new Map<number, number>();
  let [accepted, retired, finished] = [-1, 0, 0];
  function* issue(): Process {
    for (const [index, c] of commands.entries()) {
      if (options.disturb?.chance(0.3) === true) yield* idle(options.disturb.integer(1, 100));
      yield* send(dut.command, { ...c, index });
      if (accepted < 0) accepted = cycle();
    }
  }
  function* watch(): Process {
    while (retired < commands.length) {
      yield `command ${retired} to retire`;
      if (dut.rowEntered.sampled() === 1) entered.push(cycle());
      if (dut.rowMax.valid.sampled() === 1) maxima.set(dut.rowMax.slot.sampled(), dut.rowMax.value.sampled());
      expect(dut.fault.valid.sampled(), "fault").toBe(0);
      if (dut.retire.valid.sampled() === 0) continue;
      expect(dut.busy.sampled()).toBe(1);
      expect(dut.retire.index.sampled()).toBe(retired);
      expect(dut.retire.post.sampled()).toBe(commands[retired]!.post);
      retired++;
    }
    finished = cycle();
  }
  spawn(fill(bench, p, before));
  run();
  if (options.disturb !== undefined) {
    const clients = traffic(bench, p, after, options.disturb, () => finished > 0);
    for (const client of clients) spawn(client);
  }
  spawn(issue());
  spawn(watch());
  run({ timeout: 200_000 });
  expect(dut.busy.peek()).toBe(0);
  // All effects must be visible when the last command has retired.
  spawn(compareAccumulator(bench, p, after));
  run();
  for (const c of commands) {
    for (let i = 0; c.trackMax === 1 && i < c.rows; i++) {
      expect(maxima.get(c.rowSlot + i), `maximum in slot ${c.rowSlot + i}`).toBe(after.rowMax[c.rowSlot + i]);
    }
  }
  bench.close();
  const span = entered.at(-1)! - entered[0]! + 1;
  return { span, rows: entered.length, total: finished - accepted };
}

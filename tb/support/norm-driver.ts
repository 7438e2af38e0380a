/** The norm engine with memories in the testbench, and the comparison with the functional machine. */
import { expect } from "vitest";
import type { Params } from "../../src/config/index.ts";
import { STORE_WORDS } from "../../src/generators/common/index.ts";
import { NormEngine } from "../../src/generators/norm/index.ts";
import { poke, send, simulate, until } from "../../src/harness/index.ts";
import type { Process, Random } from "../../src/harness/index.ts";
import type { MachineState } from "../../src/machine/state.ts";
import { createState } from "../../src/machine/state.ts";
import type { Step } from "./norm-commands.ts";

export const openNorm = (p: Params, seed: number) =>
  simulate(NormEngine, p, { simulator: "verilator", optimise: 1, seed });
export type NormBench = Awaited<ReturnType<typeof openNorm>>;

export interface Disturbance {
  readonly random: Random;
  /** Probability that a memory refuses in a cycle, that STORE asks for no word, that a command comes late. */
  readonly refuse: number;
  readonly pause: number;
  readonly late: number;
}

/** An access to a memory that was granted. */
export interface Access {
  readonly cycle: number;
  readonly address: number;
}

/** What the engine did while a program ran. */
export interface Outcome {
  readonly stream: number[];
  readonly retired: { readonly post: number; readonly index: number; readonly cycle: number }[];
  /** Cycle from which each command was offered, and in which it was taken. */
  readonly offered: number[];
  readonly taken: number[];
  /** Cycles in which STORE asks for no word. */
  readonly paused: Set<number>;
  /** First cycle in which the engine was idle after all commands, row jobs included. */
  readonly idle: number;
  /** Reads of the accumulator and writes to the scratchpad. */
  readonly reads: Access[];
  readonly writes: Access[];
  readonly cycles: number;
}

/** A copy of the memories that the engine shares with others. */
export function copyMemories(p: Params, from: MachineState): MachineState {
  const state = createState(p, undefined);
  state.scratchpad.set(from.scratchpad);
  state.accumulator.set(from.accumulator);
  return state;
}

/** Memories beside the engine: two cycles from a granted read to its data, noise on the data at all other times. */
function* memories(
  bench: NormBench,
  p: Params,
  state: MachineState,
  outcome: Outcome,
  disturb: Disturbance | undefined,
): Process {
  const { dut } = bench;
  const refuses = (): boolean => disturb?.random.chance(disturb.refuse) ?? false;
  let accRow: number[] | undefined;
  let spadWord: Uint8Array | undefined;
  let noise = 1;
  for (;;) {
    dut.accumulatorRead.ready.poke(!refuses());
    dut.scratchpadRead.ready.poke(!refuses());
    dut.accumulatorWrite.ready.poke(!refuses());
    dut.scratchpadWrite.ready.poke(1);
    yield;
    // The data of the read granted a cycle ago is on the port in the coming cycle.
    noise = (Math.imul(noise, 1664525) + 1013904223) | 0;
    dut.accumulatorRead.dataValid.poke(accRow !== undefined);
    poke(dut.accumulatorRead.data, accRow ?? Array.from({ length: p.cols }, (_, i) => noise ^ i));
    dut.scratchpadRead.dataValid.poke(spadWord !== undefined);
    const word = spadWord === undefined ? undefined : new Uint32Array(spadWord.buffer);
    if (word === undefined) dut.scratchpadRead.data.words().fill(noise);
    else dut.scratchpadRead.data.words().set(word);

    accRow = undefined;
    spadWord = undefined;
    if (granted(dut.accumulatorRead)) {
      const address = dut.accumulatorRead.address.sampled();
      expect(address).toBeLessThan(p.accumulatorRows);
      outcome.reads.push({ cycle: bench.cycle(), address });
      accRow = [...state.accumulator.subarray(address * p.cols, (address + 1) * p.cols)];
    }
    if (granted(dut.scratchpadRead)) {
      const address = dut.scratchpadRead.address.sampled();
      expect(address).toBeLessThan(p.scratchpadWords);
      spadWord = state.scratchpad.slice(address * p.wordBytes, (address + 1) * p.wordBytes);
    }
    if (granted(dut.scratchpadWrite)) {
      const { address, data, mask } = dut.scratchpadWrite;
      outcome.writes.push({ cycle: bench.cycle(), address: address.sampled() });
      const bytes = new Uint8Array(data.sampledWords().slice().buffer);
      writeMasked(state.scratchpad, address.sampled() * p.wordBytes, bytes, mask.sampled(), p.lanes);
    }
    if (granted(dut.accumulatorWrite)) {
      const { address, data, mask } = dut.accumulatorWrite;
      const row = Int32Array.from(data, (element) => element.sampled());
      writeMasked(state.accumulator, address.sampled() * p.cols, row, mask.sampled(), p.lanes);
    }
  }
}

export const granted = (port: { valid: { sampled(): number }; ready: { sampled(): number } }): boolean =>
  port.valid.sampled() === 1 && port.ready.sampled() === 1;

function writeMasked<T extends Uint8Array | Int32Array>(
  memory: T,
  at: number,
  data: T,
  mask: number,
  part: number,
): void {
  for (let i = 0; i * part < data.length; i++) {
    if (((mask >>> i) & 1) === 1) memory.set(data.subarray(i * part, (i + 1) * part), at + i * part);
  }
}

/** Words that each bench has asked for and that have not come. */
const coming = new WeakMap<NormBench, number>();

/** STORE in its place: asks for words ahead, except in cycles that `pauses`, and takes what it has asked for. */
export function* store(
  bench: NormBench,
  pauses: () => boolean = () => false,
  done: (asked: boolean) => void = () => undefined,
): Process {
  const { dut } = bench;
  for (;;) {
    const due = coming.get(bench) ?? 0;
    const mayAsk = !pauses();
    const asks = mayAsk && due < STORE_WORDS;
    dut.streamAsked.poke(asks);
    dut.stream.ready.poke(asks || due > 0);
    yield;
    const took = granted(dut.stream);
    coming.set(bench, due + Number(asks) - Number(took));
    done(mayAsk);
  }
}

/** Runs the steps on the engine; `state` is changed as the engine writes it. */
export function runNorm(
  bench: NormBench,
  p: Params,
  state: MachineState,
  steps: readonly Step[],
  disturb?: Disturbance,
): Outcome {
  const { dut } = bench;
  const outcome: Outcome & { cycles: number; idle: number } = {
    stream: [],
    retired: [],
    offered: [],
    taken: [],
    paused: new Set(),
    idle: -1,
    reads: [],
    writes: [],
    cycles: 0,
  };
  bench.spawn(memories(bench, p, state, outcome, disturb), { background: true, name: "memories" });
  bench.spawn(
    (function* (): Process {
      for (;;) {
        yield;
        if (granted(dut.stream)) {
          outcome.stream.push(...new Uint8Array(dut.stream.payload.data.sampledWords().slice().buffer));
        }
        if (dut.retire.valid.sampled() === 1) {
          outcome.retired.push({
            post: dut.retire.post.sampled() >>> 0,
            index: dut.retire.index.sampled(),
            cycle: bench.cycle(),
          });
        }
        const ended = outcome.retired.length === steps.length && dut.idle.sampled() === 1;
        if (ended && outcome.idle < 0) outcome.idle = bench.cycle();
        expect(dut.fault.valid.sampled(), "fault").toBe(0);
      }
    })(),
    { background: true, name: "monitor" },
  );
  // All that STORE asks for ahead it has asked for before the first command.
  let filled = false;
  const pauses = (): boolean => filled && (disturb?.random.chance(disturb.pause) ?? false);
  const took = (mayAsk: boolean): void => {
    if (!mayAsk) outcome.paused.add(bench.cycle());
  };
  bench.spawn(store(bench, pauses, took), { background: true, name: "store" });
  let start = bench.cycle();
  bench.spawn(
    (function* (): Process {
      while (coming.get(bench) !== STORE_WORDS) yield;
      filled = true;
      start = bench.cycle();
      for (const { slot, value } of steps.flatMap((step) => step.rowMax)) {
        poke(dut.rowMax, { valid: 1, slot, value });
        yield;
      }
      dut.rowMax.valid.poke(0);
      for (const [index, { fields }] of steps.entries()) {
        while (disturb?.random.chance(disturb.late) ?? false) yield "a late command";
        // Cycles are counted from the edge that ends them.
        outcome.offered.push(bench.cycle() + 1);
        yield* send(dut.command, { ...fields, index });
        outcome.taken.push(bench.cycle());
      }
      while (outcome.retired.length < steps.length) yield `retirement of command ${outcome.retired.length}`;
      yield* until(dut.idle);
      while (dut.stream.valid.sampled() === 1) yield "the stream to run empty";
    })(),
    { name: "commands" },
  );
  bench.run({ timeout: 400_000 });
  outcome.cycles = bench.cycle() - start;
  return outcome;
}

/** The first few places where two arrays differ. */
export function differences(got: ArrayLike<number>, expected: ArrayLike<number>): string[] {
  const found: string[] = [];
  if (got.length !== expected.length) found.push(`${got.length} items instead of ${expected.length}`);
  for (let i = 0; i < expected.length && found.length < 8; i++) {
    if (got[i] !== expected[i]) found.push(`[${i}]: ${got[i] ?? "nothing"} instead of ${expected[i]!}`);
  }
  return found;
}

/** What a testbench costs besides the simulation itself: its processes, and the waves it records. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simulateEmbedded } from "../harness/index.ts";
import { bool, input, module, output, reg, uint, when } from "../hdl/index.ts";
import { BusyArray } from "./array-speed.ts";

export interface TestbenchSpeedOptions {
  /** Generator processes, side by side. */
  readonly processes: number;
  /** Cycles of a round. Default: 200,000. */
  readonly cycles?: number;
  /** The best counts. Default: 7. */
  readonly rounds?: number;
}

/** As small as a design can be that has something to drive and to look at: what is measured is the testbench. */
const Accumulator = module(
  "accumulator",
  () => ({ enable: input(bool), value: input(uint(8)), sum: output(uint(16)) }),
  (io) => {
    const sum = reg(uint(16));
    when(io.enable, () => {
      sum.next = sum.add(io.value).wrap(16);
    });
    io.sum.set(sum);
  },
);

const microseconds = ({ user, system }: NodeJS.CpuUsage): number => user + system;

/**
 * Nanoseconds of processor time that a cycle and process takes, the simulation of a small design included, when every
 * process drives an input and reads an output in every cycle.
 */
export function measureTestbench({ processes, cycles = 200_000, rounds = 7 }: TestbenchSpeedOptions): number {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const { dut, spawn, run, close } = simulateEmbedded(Accumulator);
    dut.enable.poke(true);
    let seen = 0;
    for (let i = 0; i < processes; i++) {
      spawn(function* () {
        for (let cycle = 0; cycle < cycles; cycle++) {
          dut.value.poke(cycle & 255);
          yield;
          seen += dut.sum.sampled();
        }
      });
    }
    const before = process.cpuUsage();
    run({ timeout: cycles + 1 });
    best = Math.min(best, microseconds(process.cpuUsage(before)));
    close();
    // Nobody may find out that nothing of it matters.
    if (seen === 0) throw new Error("the processes saw nothing");
  }
  return (best * 1000) / (cycles * processes);
}

export interface WaveSpeed {
  /** Changes of signals recorded in a second of processor time, the simulation included. */
  readonly changesPerSecond: number;
  readonly bytesPerSecond: number;
}

export interface WaveSpeedOptions {
  /** Rows and columns of the array whose nets are all recorded. Default: 16. */
  readonly size?: number;
  /** Default: 2,000. */
  readonly cycles?: number;
  /** The best counts. Default: 3. */
  readonly rounds?: number;
}

/** The speed of a recording of every net of a systolic array that is busy in every cycle. */
export function measureWaves({ size = 16, cycles = 2_000, rounds = 3 }: WaveSpeedOptions = {}): WaveSpeed {
  const folder = mkdtempSync(join(tmpdir(), "systole-waves-"));
  const file = join(folder, "array.vcd");
  try {
    let [best, changes, bytes] = [Infinity, 0, 0];
    for (let round = 0; round < rounds; round++) {
      const bench = simulateEmbedded(BusyArray, { size }, { wave: { file } });
      const before = process.cpuUsage();
      bench.step(cycles);
      bench.close();
      best = Math.min(best, microseconds(process.cpuUsage(before)));
      bytes = statSync(file).size;
      changes = countChanges(readFileSync(file));
    }
    return { changesPerSecond: (changes * 1e6) / best, bytesPerSecond: (bytes * 1e6) / best };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lines after the declarations that are no times. */
function countChanges(vcd: Buffer): number {
  const [newline, hash] = [10, 35];
  let changes = 0;
  for (let at = vcd.indexOf("$enddefinitions"); (at = vcd.indexOf(newline, at) + 1) > 0 && at < vcd.length;) {
    if (vcd[at] !== hash) changes++;
  }
  return changes;
}

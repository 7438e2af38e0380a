/**
 * Where the cycles went, on the RTL: the report's attribution is complete, and its sums are the hardware's own counters, for a small
 * encoder with a quiet memory and with a slow one that stalls, with functions on the host, and for bare products.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { makeWorkload, runWorkload } from "../src/bench/index.ts";
import { loadConfig } from "../src/config/index.ts";
import { ENGINES } from "../src/isa/index.ts";
import type { EngineName } from "../src/isa/index.ts";
import { LOSS_CAUSES, blockages, buildReport, launchMoments, reportSchema } from "../src/report/index.ts";
import type { EngineTime, Report } from "../src/report/index.ts";
import type { MemorySettings, ProgramRun } from "../src/runtime/index.ts";
import { runEncoderCase } from "./support/encoder-case.ts";

const transformer = loadConfig("transformer");
const bert = { hidden: 96, heads: 4, intermediate: 384, layers: 1 };
const quiet = { latencyCycles: 20, stallProbability: 0, bytesPerCycle: 16 };
const stalling = { latencyCycles: 150, stallProbability: 0.3, bytesPerCycle: 8 };

interface Measured {
  readonly run: ProgramRun;
  readonly report: Report;
}

function measured(run: ProgramRun, params = transformer, memory: Omit<MemorySettings, "seed"> = quiet): Measured {
  const report = buildReport({
    command: "systole bench",
    kind: "layer",
    shape: {},
    params,
    memory: { latencyCycles: memory.latencyCycles, bytesPerCycle: memory.bytesPerCycle, stallProbability: 0, seed: 1 },
    runs: [run],
    comparisons: undefined,
    predictions: [],
    simulator: "verilator",
    buildSeconds: 0,
  });
  return { run, report: reportSchema.parse(report) };
}

const encoder = (params = transformer, memory: Omit<MemorySettings, "seed"> = quiet) =>
  runEncoderCase({ params, bert, seq: 64, valid: [64], memory, seed: 3 });

const waited = ({ waiting }: EngineTime): number => ENGINES.reduce((sum, owner) => sum + waiting[owner], 0);

const cases: Readonly<Record<string, () => Promise<Measured>>> = {
  "an encoder layer, quiet memory": async () => measured((await encoder()).run),
  "an encoder layer, slow memory with stalls": async () =>
    measured((await encoder(transformer, stalling)).run, transformer, stalling),
  "functions on the host: several starts of the accelerator": async () => {
    const params = loadConfig("gemmini-cnn");
    return measured((await encoder(params)).run, params);
  },
  "a product": async () => {
    const choice = { seq: 1, layers: 1, repeat: 1, softmax: "deferred", seed: 1 } as const;
    const workload = makeWorkload("matmul", transformer, { ...choice, shape: "40x72x56" }, {});
    const { run } = await runWorkload(transformer, workload, { memory: { ...quiet, seed: 1 }, check: false });
    return measured(run);
  },
};

describe.each(Object.keys(cases))("%s", (name) => {
  let run: ProgramRun;
  let report: Report;
  beforeAll(async () => {
    ({ run, report } = await cases[name]!());
  }, 600_000);

  test.each(ENGINES)("%s: operations and states add up to all cycles, and to the hardware's counters", (engine) => {
    const times = report.operations.map((o) => o.engines[engine]);
    const sum = (part: (time: EngineTime) => number): number => times.reduce((total, time) => total + part(time), 0);
    const row = report.engines.find((e) => e.name === engine)!;
    const counters = run.counters.engines[engine];
    expect(sum((t) => t.busy)).toBe(counters.busy);
    expect(sum((t) => t.memory)).toBe(counters.memoryWait);
    expect(sum(waited)).toBe(counters.semaphoreWait);
    expect(sum((t) => t.busy + t.memory + waited(t) + t.dispatch) + row.idle).toBe(run.counters.cycles);
    expect(report.waits.filter((w) => w.engine === engine).reduce((total, w) => total + w.cycles, 0)).toBe(
      counters.semaphoreWait,
    );
    const lives = run.traces.filter((t) => t.engine === engine);
    expect(lives.reduce((total, t) => total + t.wait, 0)).toBe(counters.semaphoreWait);
    expect(lives.reduce((total, t) => total + t.memoryWait, 0)).toBe(counters.memoryWait);
    expect(lives).toHaveLength(counters.retired);
  });

  test("floor and losses add up to all cycles, for each operation and together", () => {
    for (const o of report.operations) {
      const lost = LOSS_CAUSES.reduce((total, cause) => total + o.losses[cause], 0);
      expect(o.floorCycles + lost, o.name).toBeCloseTo(o.cycles, 6);
      expect(Math.min(...LOSS_CAUSES.map((cause) => o.losses[cause])), o.name).toBeGreaterThanOrEqual(0);
    }
    expect(report.operations.reduce((total, o) => total + o.cycles, 0)).toBe(run.counters.cycles);
    const { losses } = report;
    const all = LOSS_CAUSES.reduce((total, cause) => total + losses![cause], report.floorCycles);
    expect(all).toBeCloseTo(report.cycles, 6);
    expect(report.floorCycles + losses!.padding).toBeCloseTo(run.counters.arrayCycles, 6);
  });

  test("the timeline's stretches are the same time, in order and without overlap", () => {
    const { lanes, cycles } = report.timeline!;
    expect(cycles).toBe(run.counters.cycles);
    for (const lane of lanes) {
      const row = report.engines.find((e) => e.name === lane.engine)!;
      const sum = (state: string): number =>
        lane.start.reduce((total, start, i) => total + (lane.state[i] === state ? lane.end[i]! - start : 0), 0);
      expect(sum("busy")).toBe(row.busy + row.memoryWait);
      expect(lane.memory.reduce((total, n) => total + n, 0)).toBe(row.memoryWait);
      for (const owner of ENGINES) expect(sum(owner)).toBe(row.waiting[owner]);
      const behind = ENGINES.reduce((total, owner) => total + sum(`behind-${owner}`), 0);
      expect(behind + sum("dispatch")).toBe(row.dispatch);
      expect(behind).toBe(
        report.operations.reduce(
          (total, o) => total + ENGINES.reduce((part, owner) => part + o.engines[lane.engine].behind[owner], 0),
          0,
        ),
      );
      expect(lane.start.every((start, i) => start >= (lane.end[i - 1] ?? 0) && start < lane.end[i]!)).toBe(true);
    }
  });

  test("every wait names the engine and the operation of a command that posts, and it retires when the wait ends", () => {
    for (const launch of run.launches) {
      const retired = new Map(launch.trace.commands.map((t) => [t.index, t]));
      const moments = launchMoments(run.program, launch);
      for (const engine of ENGINES) {
        for (const { next, lacks } of moments[engine]) {
          if (lacks === undefined || next === undefined) continue;
          const producer = retired.get(lacks.command!)!;
          expect(producer.engine).toBe(lacks.engine);
          // A post counts in its own cycle: the command starts with the last retirement it waits for.
          expect(producer.retire).toBeLessThanOrEqual(next.start);
        }
        for (const t of launch.trace.commands.filter((c) => c.engine === engine && c.wait > 0)) {
          const last = moments[engine].findLast((m) => m.next === t && m.lacks !== undefined)!;
          expect(retired.get(last.lacks!.command!)!.retire, `command ${t.index}`).toBe(last.phase.end);
        }
      }
    }
    expect(report.waits.every((w) => w.ownerOperation !== null)).toBe(true);
  });

  test("where commands were held up, the queue in the way was full, and had room right afterwards", () => {
    let held = 0;
    for (const { trace, queueDepths } of run.launches) {
      const queued = (engine: EngineName, cycle: number): number => {
        const mine = trace.commands.filter((t) => t.engine === engine);
        return mine.filter((t) => t.enqueue < cycle).length - mine.filter((t) => t.start < cycle).length;
      };
      for (const { engine, start, end } of blockages(trace.commands, queueDepths)) {
        held += end - start;
        expect(queued(engine, start)).toBe(queueDepths[engine]);
        const handedOver = trace.commands.some((t) => t.engine === engine && t.enqueue === end - 1);
        expect(queued(engine, handedOver ? end - 1 : end)).toBe(queueDepths[engine] - 1);
      }
      // No queue ever holds more than it has room for, and each is empty at the end.
      for (const t of trace.commands)
        expect(queued(t.engine, t.enqueue + 1)).toBeLessThanOrEqual(queueDepths[t.engine]);
      for (const engine of ENGINES) expect(queued(engine, Infinity)).toBe(0);
    }
    if (report.kind === "layer" && run.launches.length === 1 && run.traces.length > 100)
      expect(held).toBeGreaterThan(0);
  });

  test("the windows of activity hold what the counters count", () => {
    const active = (engine: EngineName): number =>
      run.launches.reduce((total, { trace }) => {
        const { engines, counts } = trace.activity;
        const at = engines.indexOf(engine);
        return total + counts.filter((_count, i) => i % engines.length === at).reduce((sum, count) => sum + count, 0);
      }, 0);
    // The last window of each start is not full, and missing.
    const missing = 64 * run.launches.length;
    const { arrayCycles, readBytes, writeBytes } = run.counters;
    const beatBytes =
      report.config.name === "gemmini-cnn" ? loadConfig("gemmini-cnn").beatBytes : transformer.beatBytes;
    for (const [engine, count] of [
      ["gemm", arrayCycles],
      ["load", readBytes / beatBytes],
      ["store", writeBytes / beatBytes],
    ] as const) {
      expect(active(engine)).toBeLessThanOrEqual(count);
      expect(active(engine)).toBeGreaterThanOrEqual(count - missing);
    }
  });
});

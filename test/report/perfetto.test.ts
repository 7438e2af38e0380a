/** The trace events: slices of a track nest, waits and counters are there, everything in the format's terms. */
import { expect, test } from "vitest";
import { COMMAND_BYTES, ENGINES, command, encodeCommand } from "../../src/isa/index.ts";
import type { CommandTrace, EngineName, EnginePhase } from "../../src/isa/index.ts";
import { renderTraceEvents } from "../../src/report/index.ts";
import type { RunTrace, TraceEvent } from "../../src/report/index.ts";

const life = (engine: EngineName, index: number, start: number, retire: number, wait = 0): CommandTrace => ({
  engine,
  index,
  enqueue: Math.max(0, start - wait - 1),
  start,
  retire,
  wait,
  waitSemaphore: 5,
  memoryWait: 0,
});

const phase = (engine: EngineName, start: number, end: number, what: Partial<EnginePhase> = {}): EnginePhase => ({
  engine,
  start,
  end,
  busy: false,
  head: false,
  missing: 0,
  memoryWait: 0,
  active: 0,
  lastActive: -1,
  ...what,
});

/** A LOAD posts semaphore 5; three GEMM commands follow, each starting while the one before drains. */
function sampleRun(): RunTrace {
  const commands = new Uint8Array(4 * COMMAND_BYTES);
  const program = [
    command("load", { post: 1 << 5 }),
    command("gemm", { wait: 1 << 5 }),
    command("gemm", {}),
    command("gemm", {}),
  ];
  program.forEach((c, i) => {
    encodeCommand(c, commands, i * COMMAND_BYTES);
  });
  const lives = [
    life("load", 0, 10, 60),
    life("gemm", 1, 60, 100, 40),
    life("gemm", 2, 80, 120),
    life("gemm", 3, 90, 140),
  ];
  const busy = { busy: true };
  const phases = [
    phase("load", 0, 11),
    phase("load", 11, 61, busy),
    phase("load", 61, 200),
    phase("gemm", 0, 20),
    phase("gemm", 20, 60, { head: true, missing: 1 << 5 }),
    phase("gemm", 60, 61, { head: true }),
    phase("gemm", 61, 101, { ...busy, active: 40, lastActive: 100 }),
    phase("gemm", 101, 121, { ...busy, active: 20, lastActive: 120 }),
    phase("gemm", 121, 141, { ...busy, active: 1, lastActive: 121 }),
    phase("gemm", 141, 200),
    phase("store", 0, 200),
    phase("norm", 0, 200),
  ];
  const activity = { engines: ENGINES, start: -3, windowCycles: 64, counts: Uint8Array.of(20, 0, 3, 0, 0, 0, 58, 0) };
  return {
    name: "product",
    program: {
      commands,
      operations: [
        { name: "layer 0 query", kind: "query", macs: 1, where: "accelerator" },
        { name: "layer 0 key", kind: "key", macs: 1, where: "accelerator" },
      ],
      commandOperations: [0, 1, 1, 1],
    },
    traces: lives,
    launches: [
      {
        firstCommand: 0,
        commands: 4,
        queueDepths: { load: 8, store: 8, gemm: 8, norm: 8 },
        cycles: 200,
        trace: { commands: lives, phases, activity },
      },
    ],
  };
}

const events = (): readonly TraceEvent[] =>
  (JSON.parse(renderTraceEvents([sampleRun(), sampleRun()], 16)) as { readonly traceEvents: TraceEvent[] }).traceEvents;

test("slices of a track do not overlap, and every command and track is there", () => {
  const tracks = new Map<string, TraceEvent[]>();
  for (const e of events().filter(({ ph }) => ph === "X")) {
    const key = `${e.pid} ${e.tid}`;
    tracks.set(key, [...(tracks.get(key) ?? []), e]);
  }
  for (const slices of tracks.values()) {
    slices.sort((a, b) => a.ts! - b.ts!);
    slices.slice(1).forEach((slice, i) => {
      expect(slice.ts).toBeGreaterThanOrEqual(slices[i]!.ts! + slices[i]!.dur!);
    });
  }
  const commands = events().filter(({ ph, cat, pid }) => ph === "X" && cat !== "wait" && pid === 1);
  expect(commands.map((e) => [e.cat, e.name, e.ts, e.dur])).toEqual([
    ["load", "layer 0 query", 10, 50],
    ["gemm", "layer 0 key", 60, 40],
    ["gemm", "layer 0 key", 80, 40],
    ["gemm", "layer 0 key", 90, 50],
  ]);
  // Three commands of GEMM in execution at a time take three tracks.
  expect(new Set(commands.filter((e) => e.cat === "gemm").map((e) => e.tid)).size).toBe(3);
  const named = new Set(
    events()
      .filter((e) => e.name === "thread_name")
      .map((e) => `${e.pid} ${e.tid}`),
  );
  for (const key of tracks.keys()) expect(named).toContain(key);
});

test("waits name their cause and whose post was missing", () => {
  const waits = events().filter(({ cat, pid }) => cat === "wait" && pid === 1);
  expect(waits.map(({ name, ts, dur, args }) => [name, ts, dur, args])).toEqual([
    ["waits for a command", 0, 11, { cause: "a command", operation: "layer 0 query" }],
    ["waits for a command", 0, 20, { cause: "a command", operation: "layer 0 key" }],
    ["waits for LOAD", 20, 40, { cause: "LOAD", operation: "layer 0 key", postOf: "layer 0 query" }],
    ["waits for a command", 60, 1, { cause: "a command", operation: "layer 0 key" }],
  ]);
});

test("counters are in their units, over the windows", () => {
  const counters = events().filter(({ ph, pid }) => ph === "C" && pid === 2);
  const of = (name: string) => counters.filter((e) => e.name === name).map((e) => [e.ts, Object.values(e.args)[0]]);
  expect(of("array used")).toEqual([
    [0, (100 * 3) / 64],
    [64, (100 * 58) / 64],
    [128, 0],
  ]);
  expect(of("memory read")).toEqual([
    [0, 5],
    [64, 0],
  ]);
});

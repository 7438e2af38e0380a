/**
 * A run as trace events, for Perfetto and chrome://tracing: the life of every command, every wait with its cause, and how busy array and
 * memory were. One microsecond there is one cycle here. Slices of one track must nest, and an engine's commands overlap (the next starts
 * while the one before drains), so that an engine has as many tracks as it has commands in execution at a time.
 */
import type { EngineName } from "../isa/index.ts";
import type { LaunchRun } from "../runtime/index.ts";
import type { CommandTrace } from "../isa/index.ts";
import type { ProgramInfo } from "./program-info.ts";
import type { TimelineLane } from "./schema.ts";
import { LANES, waitCause } from "./summary.ts";
import { buildTimeline } from "./timeline-data.ts";

/** One run in the trace, on a process row of its own. */
export interface RunTrace {
  readonly name: string;
  readonly program: ProgramInfo;
  readonly traces: readonly CommandTrace[];
  readonly launches: readonly LaunchRun[];
}

/** An event of the trace event format; times in microseconds. */
export interface TraceEvent {
  readonly name: string;
  /** M metadata, X complete slice, C counter. */
  readonly ph: "M" | "X" | "C";
  readonly pid: number;
  readonly tid?: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args: Readonly<Record<string, string | number>>;
}

/** Thread numbers of an engine: its waits, then its tracks of commands. */
const TRACKS = 16;

/** For each slice the first track that is free when it starts. */
function subTracks(slices: readonly { readonly start: number; readonly retire: number }[]): number[] {
  const freeFrom: number[] = [];
  return slices.map(({ start, retire }) => {
    const free = freeFrom.findIndex((cycle) => cycle <= start);
    const track = free < 0 ? freeFrom.length : free;
    freeFrom[track] = retire;
    return track;
  });
}

function commandEvents(run: RunTrace, engine: EngineName, pid: number, firstTid: number): TraceEvent[] {
  const lives = run.traces.filter((t) => t.engine === engine).sort((a, b) => a.start - b.start || a.index - b.index);
  const tracks = subTracks(lives);
  const names = Array.from({ length: Math.max(1, ...tracks.map((t) => t + 1)) }, (_, i) =>
    track(pid, firstTid + i, i === 0 ? engine.toUpperCase() : `${engine.toUpperCase()} (overlapping)`),
  ).flat();
  const slices = lives.map((t, i): TraceEvent => ({
    name: run.program.operations[run.program.commandOperations[t.index]!]!.name,
    cat: engine,
    ph: "X",
    ts: t.start,
    dur: t.retire - t.start,
    pid,
    tid: firstTid + tracks[i]!,
    args: {
      command: t.index,
      handedOver: t.enqueue,
      semaphoreWait: t.wait,
      memoryWait: t.memoryWait,
    },
  }));
  return [...names, ...slices];
}

const track = (pid: number, tid: number, name: string): TraceEvent[] => [
  { name: "thread_name", ph: "M", pid, tid, args: { name } },
  { name: "thread_sort_index", ph: "M", pid, tid, args: { sort_index: tid } },
];

function waitEvents({ program }: RunTrace, lane: TimelineLane, pid: number, tid: number): TraceEvent[] {
  const nameOf = (operation: number): string => program.operations[operation]?.name ?? "?";
  const waits = lane.state.flatMap((state, i): TraceEvent[] => {
    if (state === "busy") return [];
    const from = lane.from[i]!;
    const cause = waitCause(state);
    return [
      {
        name: `waits for ${cause}`,
        cat: "wait",
        ph: "X",
        ts: lane.start[i]!,
        dur: lane.end[i]! - lane.start[i]!,
        pid,
        tid,
        args: { cause, operation: nameOf(lane.operation[i]!), ...(from < 0 ? {} : { postOf: nameOf(from) }) },
      },
    ];
  });
  return [...track(pid, tid, `${lane.engine.toUpperCase()} waits`), ...waits];
}

/** A counter's values, one for each window in which it changes. */
function counterEvents(
  pid: number,
  name: string,
  unit: string,
  counts: readonly number[],
  windowCycles: number,
  scale: number,
): TraceEvent[] {
  return counts.flatMap((count, i): TraceEvent[] =>
    i > 0 && counts[i - 1] === count
      ? []
      : [{ name, ph: "C", pid, ts: i * windowCycles, args: { [unit]: (scale * count) / windowCycles } }],
  );
}

function runEvents(run: RunTrace, pid: number, beatBytes: number): TraceEvent[] {
  const timeline = buildTimeline(run);
  const { windowCycles, array, read, written } = timeline.activity;
  return [
    { name: "process_name", ph: "M", pid, args: { name: run.name } },
    { name: "process_sort_index", ph: "M", pid, args: { sort_index: pid } },
    ...timeline.lanes.flatMap((lane) => {
      const tid = TRACKS * (1 + LANES.indexOf(lane.engine));
      return [...waitEvents(run, lane, pid, tid), ...commandEvents(run, lane.engine, pid, tid + 1)];
    }),
    ...counterEvents(pid, "array used", "percent", array, windowCycles, 100),
    ...counterEvents(pid, "memory read", "bytes per cycle", read, windowCycles, beatBytes),
    ...counterEvents(pid, "memory written", "bytes per cycle", written, windowCycles, beatBytes),
  ];
}

/** The trace as JSON text, in the trace event format's object form. `beatBytes` is the width of the memory bus. */
export function renderTraceEvents(runs: readonly RunTrace[], beatBytes: number): string {
  const events = runs.flatMap((run, i) => runEvents(run, i + 1, beatBytes));
  return JSON.stringify({ displayTimeUnit: "ns", traceEvents: events });
}

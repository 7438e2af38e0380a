/** The life of every command as trace events, for Perfetto and chrome://tracing. One microsecond there is one cycle here. */
import { ENGINES } from "../isa/index.ts";
import type { CommandTrace } from "../isa/index.ts";
import type { ProgramInfo } from "./program-info.ts";

/** One run in the trace, on a process row of its own. */
export interface RunTrace {
  readonly name: string;
  readonly program: ProgramInfo;
  readonly traces: readonly CommandTrace[];
}

/** The trace as JSON text, in the trace event format's object form. */
export function renderTraceEvents(runs: readonly RunTrace[]): string {
  const events = runs.flatMap(({ name, program, traces }, run) => {
    const pid = run + 1;
    const names = [
      { name: "process_name", ph: "M", pid, args: { name } },
      ...ENGINES.map((engine, tid) => ({
        name: "thread_name",
        ph: "M",
        pid,
        tid,
        args: { name: engine.toUpperCase() },
      })),
    ];
    const lives = traces.map((t) => ({
      name: program.operations[program.commandOperations[t.index]!]!.name,
      cat: t.engine,
      ph: "X",
      ts: t.start,
      dur: t.retire - t.start,
      pid,
      tid: ENGINES.indexOf(t.engine),
      args: { command: t.index, semaphoreWait: t.wait, memoryWait: t.memoryWait },
    }));
    return [...names, ...lives];
  });
  return JSON.stringify({ displayTimeUnit: "ns", traceEvents: events });
}

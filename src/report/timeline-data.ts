/** What the timeline is drawn from: every engine's stretches of a program run, nothing left out, and its activity. */
import { ENGINES } from "../isa/index.ts";
import type { EngineName } from "../isa/index.ts";
import { commandOf, stateOf } from "./engine-states.ts";
import { launchMoments } from "./moments.ts";
import type { Moment } from "./moments.ts";
import type { ProgramInfo, RunInfo } from "./program-info.ts";
import type { Timeline, TimelineLane } from "./schema.ts";
import { LANES } from "./summary.ts";

/** Windows of activity in a report: enough for any screen. */
const MOST_WINDOWS = 4096;

type Columns = { -readonly [K in keyof Omit<TimelineLane, "engine">]: TimelineLane[K][number][] };

const dispatchState = ({ behind }: Moment): TimelineLane["state"][number] =>
  behind === undefined ? "dispatch" : `behind-${behind}`;

/** Collects stretches; neighbours that are the same are one. */
class LaneBuilder {
  readonly columns: Columns = { start: [], end: [], state: [], operation: [], from: [], memory: [] };
  #last: string | undefined;

  add(program: ProgramInfo, moment: Moment, offset: number): void {
    const { phase, lacks } = moment;
    const command = commandOf(moment);
    if (command === undefined) return;
    const state = stateOf(moment);
    const from = state === "wait" ? lacks!.command : undefined;
    const what = state === "wait" ? lacks!.engine : state === "busy" ? "busy" : dispatchState(moment);
    const { columns } = this;
    const key = `${command} ${what} ${from}`;
    if (key === this.#last && columns.end.at(-1) === phase.start + offset) {
      columns.end[columns.end.length - 1] = phase.end + offset;
      columns.memory[columns.memory.length - 1]! += phase.memoryWait;
      return;
    }
    this.#last = key;
    columns.start.push(phase.start + offset);
    columns.end.push(phase.end + offset);
    columns.state.push(what);
    columns.operation.push(program.commandOperations[command]!);
    columns.from.push(from === undefined ? -1 : program.commandOperations[from]!);
    columns.memory.push(phase.memoryWait);
  }
}

/** The timeline of one run; launches follow each other without the host's time between them. */
export function buildTimeline({ program, launches }: RunInfo): Timeline {
  const builders = LANES.map((engine) => ({ engine, lane: new LaneBuilder() }));
  const activity = new Activity();
  let offset = 0;
  for (const launch of launches) {
    const moments = launchMoments(program, launch);
    for (const { engine, lane } of builders) for (const moment of moments[engine]) lane.add(program, moment, offset);
    // The first window begins a few cycles before the launch: not to be seen.
    const { engines, counts, windowCycles } = launch.trace.activity;
    for (let w = 0; w * engines.length < counts.length; w++) {
      const at = offset + w * windowCycles;
      if (at < offset + launch.cycles) activity.add(at, windowCycles, counts.subarray(w * engines.length));
    }
    offset += launch.cycles;
  }
  return {
    cycles: offset,
    lanes: builders.map(({ engine, lane }) => ({ engine, ...lane.columns })),
    activity: activity.finish(offset),
  };
}

/** Windows of activity, as wide as it takes to have no more than a screen can show. */
class Activity {
  readonly #samples: { readonly at: number; readonly counts: Uint8Array }[] = [];
  #windowCycles = 64;

  add(at: number, windowCycles: number, counts: Uint8Array): void {
    this.#windowCycles = windowCycles;
    this.#samples.push({ at, counts: counts.subarray(0, ENGINES.length) });
  }

  finish(cycles: number): Timeline["activity"] {
    let windowCycles = this.#windowCycles;
    while (cycles / windowCycles > MOST_WINDOWS) windowCycles *= 2;
    const windows = Math.ceil(cycles / windowCycles);
    const of = (engine: EngineName): number[] => {
      const sums = new Array<number>(windows).fill(0);
      const column = ENGINES.indexOf(engine);
      for (const { at, counts } of this.#samples) sums[Math.floor(at / windowCycles)]! += counts[column] ?? 0;
      return sums.map((sum) => Math.min(sum, windowCycles));
    };
    return { windowCycles, array: of("gemm"), read: of("load"), written: of("store") };
  }
}

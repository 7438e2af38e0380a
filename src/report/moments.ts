/** What each engine did in every cycle of a launch, from the phases of its trace port. */
import { ENGINES } from "../isa/index.ts";
import type { CommandTrace, EngineName, EnginePhase } from "../isa/index.ts";
import type { LaunchRun } from "../runtime/index.ts";
import { blockages, cut } from "./dispatch.ts";
import type { Blockage } from "./dispatch.ts";
import type { ProgramInfo } from "./program-info.ts";
import { Producers } from "./producers.ts";
import type { Producer } from "./producers.ts";

/** A phase of an engine, with the commands it is about. */
export interface Moment {
  readonly phase: EnginePhase;
  /** The oldest command in execution: the next to retire, or the last one when there is none. Undefined when nothing executes. */
  readonly executing: CommandTrace | undefined;
  /** The next command to start, at the engine already or not; undefined when all have started. */
  readonly next: CommandTrace | undefined;
  /** Whose post the next command lacks; undefined when it lacks none, or is not at the engine. */
  readonly lacks: Producer | undefined;
  /** Nothing at the engine, and commands before the next one were held up by the full queue of this one. */
  readonly behind: EngineName | undefined;
}

/** The moments of every engine, each in order and without a gap from 0 to the end of the launch. */
export type LaunchMoments = Readonly<Record<EngineName, readonly Moment[]>>;

export function launchMoments(program: ProgramInfo, launch: LaunchRun): LaunchMoments {
  const producers = new Producers(program.commands, launch.firstCommand, launch.commands);
  const blocked = blockages(launch.trace.commands, launch.queueDepths);
  const of = (engine: EngineName): readonly Moment[] =>
    engineMoments(
      launch.trace.phases.filter((p) => p.engine === engine),
      launch.trace.commands.filter((c) => c.engine === engine),
      producers,
      blocked,
    );
  const [load, store, gemm, norm] = ENGINES.map(of) as [Moment[], Moment[], Moment[], Moment[]];
  return { load, store, gemm, norm };
}

function engineMoments(
  phases: readonly EnginePhase[],
  commands: readonly CommandTrace[],
  producers: Producers,
  blocked: readonly Blockage[],
): readonly Moment[] {
  let started = 0;
  let retired = 0;
  const about = phases.map((phase) => {
    while (started < commands.length && commands[started]!.start < phase.start) started++;
    while (retired < commands.length && commands[retired]!.retire < phase.start) retired++;
    return {
      phase,
      executing: phase.busy ? (commands[retired] ?? commands.at(-1)) : undefined,
      next: commands[started],
    };
  });
  const semaphores = awaited(about);
  return about.flatMap((moment, i): Moment[] => {
    const { phase, next } = moment;
    const semaphore = semaphores[i]!;
    const lacks = semaphore < 0 || next === undefined ? undefined : producers.of(next.index, semaphore);
    if (phase.busy || phase.head || next === undefined) return [{ ...moment, lacks, behind: undefined }];
    return cut(blocked, phase.start, phase.end).map(({ start, end, behind }) => ({
      ...moment,
      phase: { ...phase, start, end },
      lacks,
      behind,
    }));
  });
}

/**
 * The one semaphore that each moment's wait is put down to, -1 for none. Of several missing ones it is that which comes last:
 * the others alone would not have let the command start. Of several that come together it is the lowest.
 */
function awaited(moments: readonly Pick<Moment, "phase" | "next">[]): Int8Array {
  const chosen = new Int8Array(moments.length).fill(-1);
  let later = -1;
  let command: CommandTrace | undefined;
  for (let i = moments.length - 1; i >= 0; i--) {
    const { phase, next } = moments[i]!;
    if (next !== command) later = -1;
    command = next;
    if (phase.missing === 0) continue;
    if (later < 0 || ((phase.missing >>> later) & 1) === 0) later = 31 - Math.clz32(phase.missing & -phase.missing);
    chosen[i] = later;
  }
  return chosen;
}

/** Every engine's time by state and operation. */
import { ENGINES } from "../isa/index.ts";
import type { EngineName } from "../isa/index.ts";
import type { LaunchMoments, Moment } from "./moments.ts";
import type { ProgramInfo } from "./program-info.ts";
import type { EngineTime } from "./schema.ts";

/** What an engine does in a cycle. */
export type EngineState = "busy" | "wait" | "dispatch" | "idle";

/** The state of a whole moment; a busy one may be held up by memory in some of its cycles. */
export function stateOf({ phase, next, lacks }: Moment): EngineState {
  if (phase.busy) return "busy";
  if (next === undefined) return "idle";
  return lacks !== undefined ? "wait" : "dispatch";
}

/** The command that a moment's cycles are put down to; undefined after the engine's last one. */
export const commandOf = (moment: Moment): number | undefined => (moment.executing ?? moment.next)?.index;

export type Writable<T> = { -readonly [K in keyof T]: T[K] extends number ? number : Writable<T[K]> };
export type EngineTimes = Record<EngineName, Writable<EngineTime>>;

/** No time at all. */
export const noEngineTime = (): Writable<EngineTime> => ({
  busy: 0,
  memory: 0,
  waiting: { load: 0, store: 0, gemm: 0, norm: 0 },
  dispatch: 0,
  behind: { load: 0, store: 0, gemm: 0, norm: 0 },
});

/** The sum of two, written to the first. */
export function addEngineTime(sum: Writable<EngineTime>, more: EngineTime): void {
  sum.busy += more.busy;
  sum.memory += more.memory;
  sum.dispatch += more.dispatch;
  for (const owner of ENGINES) {
    sum.waiting[owner] += more.waiting[owner];
    sum.behind[owner] += more.behind[owner];
  }
}

/** Waiting for a semaphore, by the operations at both ends; operations index the program's. */
export interface OperationWait {
  readonly engine: EngineName;
  readonly operation: number;
  readonly owner: EngineName;
  /** Operation of the command whose post was missing, where it is known. */
  readonly ownerOperation: number | undefined;
  readonly cycles: number;
}

/** The engines' time of a launch: for each operation, and what is left after each engine's last command. */
export interface LaunchStates {
  readonly operations: readonly EngineTimes[];
  readonly idle: Readonly<Record<EngineName, number>>;
  readonly waits: readonly OperationWait[];
}

/** For every engine the cycles of all operations and states, and the idle ones, add up to the launch's cycles. */
export function launchStates(program: ProgramInfo, moments: LaunchMoments): LaunchStates {
  const operations = program.operations.map((): EngineTimes => ({
    load: noEngineTime(),
    store: noEngineTime(),
    gemm: noEngineTime(),
    norm: noEngineTime(),
  }));
  const idle = { load: 0, store: 0, gemm: 0, norm: 0 };
  const waits = new Map<string, OperationWait>();
  for (const engine of ENGINES) {
    for (const moment of moments[engine]) {
      const { phase, lacks } = moment;
      const cycles = phase.end - phase.start;
      const command = commandOf(moment);
      if (command === undefined) {
        idle[engine] += cycles;
        continue;
      }
      const operation = program.commandOperations[command]!;
      const time = operations[operation]![engine];
      const state = stateOf(moment);
      if (state === "busy") {
        time.busy += cycles - phase.memoryWait;
        time.memory += phase.memoryWait;
      } else if (state === "wait") {
        const { engine: owner, command: producer } = lacks!;
        time.waiting[owner] += cycles;
        const ownerOperation = producer === undefined ? undefined : program.commandOperations[producer];
        const key = `${engine} ${operation} ${owner} ${ownerOperation}`;
        const sum = (waits.get(key)?.cycles ?? 0) + cycles;
        waits.set(key, { engine, operation, owner, ownerOperation, cycles: sum });
      } else {
        time.dispatch += cycles;
        if (moment.behind !== undefined) time.behind[moment.behind] += cycles;
      }
    }
  }
  return { operations, idle, waits: [...waits.values()] };
}

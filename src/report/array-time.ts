/**
 * The array's time: where every cycle of a program went, by operation. In a cycle a row enters the array, or the cycle is lost to
 * one cause; together they are all cycles.
 */
import { COMMAND_BYTES, decodeCommand } from "../isa/index.ts";
import type { CommandTrace } from "../isa/index.ts";
import type { LaunchRun } from "../runtime/index.ts";
import type { LaunchMoments, Moment } from "./moments.ts";
import type { ProgramInfo } from "./program-info.ts";
import type { Losses } from "./schema.ts";

export type LossCause = keyof Losses;

/** Every cause, in the order in which they are listed; `report/schema.ts` says what each means. */
export const LOSS_CAUSES = [
  "padding",
  "start",
  "fill",
  "load",
  "norm",
  "store",
  "gemm",
  "memory",
  "dispatch",
  "end",
] as const satisfies readonly LossCause[];

/** Nothing lost. */
export const noLosses = (): Record<LossCause, number> => ({
  padding: 0,
  start: 0,
  fill: 0,
  load: 0,
  norm: 0,
  store: 0,
  gemm: 0,
  memory: 0,
  dispatch: 0,
  end: 0,
});

/** An operation's part of the array's time. */
export interface ArrayTime {
  /** Cycles in which one of its activation rows entered the array. */
  active: number;
  /** Cycles in which none entered, by cause; `padding` is found later, from the MACs. */
  readonly losses: Record<LossCause, number>;
}

/** Activation rows that a GEMM command lets into the array. */
function rowsOf(program: ProgramInfo, { index }: CommandTrace): number {
  const c = decodeCommand(program.commands, index * COMMAND_BYTES);
  return c?.engine === "gemm" ? c.fields.rows * c.fields.kTiles * c.fields.nTiles : 0;
}

/**
 * The array's time in a launch, for each operation; all of it adds up to the launch's cycles. A lost cycle belongs to the operation
 * whose row is the next to enter; before the first row it is `start`, after the last one `end`, whatever the engines do.
 */
export function arrayTime(program: ProgramInfo, launch: LaunchRun, moments: LaunchMoments): ArrayTime[] {
  const times = program.operations.map((): ArrayTime => ({ active: 0, losses: noLosses() }));
  const timeOf = (command: number): ArrayTime => times[program.commandOperations[command]!]!;
  const { commands } = launch.trace;
  const last = commands.reduce<CommandTrace | undefined>(
    (a, b) => (a !== undefined && a.retire > b.retire ? a : b),
    undefined,
  );
  if (last === undefined) return times;
  const lose = (command: number, cause: LossCause, cycles: number): void => {
    timeOf(command).losses[cause] += cycles;
  };
  const products = commands.filter((t) => t.engine === "gemm");
  const rows = new Rows(products.map((t) => ({ command: t.index, start: t.start, rows: rowsOf(program, t) })));
  for (const moment of moments.gemm) {
    const { phase } = moment;
    const before = rows.entered;
    const command = rows.current ?? last.index;
    rows.enter(phase.active, (of, count) => {
      timeOf(of).active += count;
    });
    const cycles = phase.end - phase.start;
    const lost = cycles - phase.active;
    if (rows.entered === 0 && products.length > 0) {
      lose(command, "start", cycles);
      continue;
    }
    if (before === rows.total) {
      lose(last.index, "end", cycles);
      continue;
    }
    // With the last row of the commands that have started, the array waits for the next one.
    const promised = rows.startedUntil(phase.start);
    const done = rows.entered >= promised;
    const afterwards = !done ? 0 : before >= promised ? lost - phase.memoryWait : phase.end - 1 - phase.lastActive;
    if (rows.entered === rows.total) lose(last.index, "end", afterwards);
    else lose(moment.next?.index ?? command, causeOf(moment), afterwards);
    lose(command, "memory", phase.memoryWait);
    lose(command, "fill", lost - phase.memoryWait - afterwards);
  }
  return times;
}

/** Why no command's rows enter the array. */
function causeOf({ phase, lacks }: Moment): LossCause {
  if (lacks !== undefined) return lacks.engine;
  // The command is there and lacks nothing: it is about to start.
  return phase.head && phase.busy ? "fill" : "dispatch";
}

/** The rows that enter the array, command after command. */
class Rows {
  readonly total: number;
  readonly #commands: readonly { readonly command: number; readonly start: number; readonly rows: number }[];
  #entered = 0;
  /** The command whose row is next, and its rows that have entered. */
  #at = 0;
  #of = 0;
  #started = 0;
  #promised = 0;

  constructor(commands: readonly { readonly command: number; readonly start: number; readonly rows: number }[]) {
    this.#commands = commands;
    this.total = commands.reduce((sum, c) => sum + c.rows, 0);
  }

  get entered(): number {
    return this.#entered;
  }

  /** The command whose row is the next to enter. */
  get current(): number | undefined {
    return this.#commands[this.#at]?.command;
  }

  /** Lets `count` rows enter and tells how many were of which command. */
  enter(count: number, tell: (command: number, rows: number) => void): void {
    let left = count;
    this.#entered += count;
    while (left > 0) {
      const c = this.#commands[this.#at];
      if (c === undefined) throw new RangeError(`${left} rows entered the array that no command had`);
      const now = Math.min(left, c.rows - this.#of);
      if (now > 0) tell(c.command, now);
      left -= now;
      this.#of += now;
      if (this.#of === c.rows) {
        this.#at++;
        this.#of = 0;
      }
    }
  }

  /** Rows of the commands that have started until `cycle`, itself included; to be asked in order of time. */
  startedUntil(cycle: number): number {
    while ((this.#commands[this.#started]?.start ?? Infinity) <= cycle)
      this.#promised += this.#commands[this.#started++]!.rows;
    return this.#promised;
  }
}

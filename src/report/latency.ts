/** From the hardware's trace to cycles per operation: the array's time, and every engine's. */
import { ENGINES } from "../isa/index.ts";
import type { CommandTrace, EngineName } from "../isa/index.ts";
import type { LaunchRun } from "../runtime/index.ts";
import { LOSS_CAUSES, arrayTime, noLosses } from "./array-time.ts";
import type { ArrayTime } from "./array-time.ts";
import { addEngineTime, launchStates, noEngineTime } from "./engine-states.ts";
import type { EngineTimes, LaunchStates } from "./engine-states.ts";
import { launchMoments } from "./moments.ts";
import type { ProgramInfo, RunInfo } from "./program-info.ts";
import type { OperationRow, WaitRow } from "./schema.ts";

/** Where the time of one or more runs went. */
export interface Attribution {
  readonly operations: readonly OperationRow[];
  /** Cycles of each engine after its last command. */
  readonly idle: Readonly<Record<EngineName, number>>;
  readonly waits: readonly WaitRow[];
}

/**
 * Whose time it was in a launch without products: from one retirement to the next the time belongs to the operation of the
 * latter, that after the last one to the operation that ended last.
 */
function retirementTime(program: ProgramInfo, { trace, cycles }: LaunchRun): ArrayTime[] {
  const times = program.operations.map((): ArrayTime => ({ active: 0, losses: noLosses() }));
  const sorted = [...trace.commands].sort((a, b) => a.retire - b.retire);
  const operationOf = (t: CommandTrace): ArrayTime => times[program.commandOperations[t.index]!]!;
  let before = 0;
  for (const t of sorted) {
    operationOf(t).losses.end += t.retire - before;
    before = t.retire;
  }
  const last = sorted.at(-1);
  if (last !== undefined) operationOf(last).losses.end += cycles - before;
  return times;
}

/** Splits the cycles of one program run among its operations. */
export function attributeRun({ program, launches }: RunInfo, processingElements: number): Attribution {
  const arrays: ArrayTime[][] = [];
  const states: LaunchStates[] = [];
  const commands = new Array<number>(program.operations.length).fill(0);
  for (const launch of launches) {
    const moments = launchMoments(program, launch);
    const hasProducts = launch.trace.commands.some((t) => t.engine === "gemm");
    arrays.push(hasProducts ? arrayTime(program, launch, moments) : retirementTime(program, launch));
    states.push(launchStates(program, moments));
    for (const t of launch.trace.commands) commands[program.commandOperations[t.index]!]! += 1;
  }
  const total = launches.reduce((sum, launch) => sum + launch.cycles, 0);
  const operations = program.operations.map((o, i): OperationRow => {
    const floorCycles = o.where === "accelerator" ? o.macs / processingElements : 0;
    const losses = noLosses();
    let active = 0;
    for (const times of arrays) {
      active += times[i]!.active;
      for (const cause of LOSS_CAUSES) losses[cause] += times[i]!.losses[cause];
    }
    const cycles = active + LOSS_CAUSES.reduce((sum, cause) => sum + losses[cause], 0);
    losses.padding = active - floorCycles;
    const engines = noEngineTimes();
    for (const e of ENGINES) for (const state of states) addEngineTime(engines[e], state.operations[i]![e]);
    return {
      name: o.name,
      kind: o.kind,
      where: o.where,
      cycles,
      share: total === 0 ? 0 : cycles / total,
      floorCycles,
      utilization: cycles === 0 ? 0 : floorCycles / cycles,
      macs: o.macs,
      losses,
      engines,
      commands: commands[i]!,
    };
  });
  const idle = { load: 0, store: 0, gemm: 0, norm: 0 };
  for (const e of ENGINES) for (const state of states) idle[e] += state.idle[e];
  const waits = states.flatMap((state) =>
    state.waits.map((w): WaitRow => ({ ...w, ownerOperation: w.ownerOperation ?? null })),
  );
  return { operations, idle, waits: sumWaits(waits) };
}

const noEngineTimes = (): EngineTimes => ({
  load: noEngineTime(),
  store: noEngineTime(),
  gemm: noEngineTime(),
  norm: noEngineTime(),
});

/** The longest first. */
function sumWaits(waits: readonly WaitRow[]): WaitRow[] {
  const sums = new Map<string, WaitRow>();
  for (const w of waits) {
    const key = `${w.engine} ${w.operation} ${w.owner} ${w.ownerOperation}`;
    sums.set(key, { ...w, cycles: w.cycles + (sums.get(key)?.cycles ?? 0) });
  }
  return [...sums.values()].sort((a, b) => b.cycles - a.cycles);
}

/** Adds up equal operations of several runs; shares and utilisations are of the sums. */
export function sumAttributions(runs: readonly Attribution[]): Attribution {
  const [first, ...others] = runs;
  if (first === undefined) return { operations: [], idle: { load: 0, store: 0, gemm: 0, norm: 0 }, waits: [] };
  if (others.length === 0) return first;
  const names = new Map<string, number>();
  const rows: OperationRow[] = [];
  const waits: WaitRow[] = [];
  const idle = { load: 0, store: 0, gemm: 0, norm: 0 };
  for (const run of runs) {
    for (const row of run.operations) {
      const at = names.get(row.name);
      if (at === undefined) names.set(row.name, rows.push(row) - 1);
      else rows[at] = sumRows(rows[at]!, row);
    }
    const index = (operation: number): number => names.get(run.operations[operation]!.name)!;
    for (const w of run.waits)
      waits.push({
        ...w,
        operation: index(w.operation),
        ownerOperation: w.ownerOperation === null ? null : index(w.ownerOperation),
      });
    for (const e of ENGINES) idle[e] += run.idle[e];
  }
  const total = rows.reduce((sum, row) => sum + row.cycles, 0);
  const operations = rows.map((row) => ({
    ...row,
    share: total === 0 ? 0 : row.cycles / total,
    utilization: row.cycles === 0 ? 0 : row.floorCycles / row.cycles,
  }));
  return { operations, idle, waits: sumWaits(waits) };
}

function sumRows(a: OperationRow, b: OperationRow): OperationRow {
  const losses = noLosses();
  for (const cause of LOSS_CAUSES) losses[cause] = a.losses[cause] + b.losses[cause];
  const engines = noEngineTimes();
  for (const e of ENGINES) for (const row of [a, b]) addEngineTime(engines[e], row.engines[e]);
  return {
    ...a,
    cycles: a.cycles + b.cycles,
    floorCycles: a.floorCycles + b.floorCycles,
    macs: a.macs + b.macs,
    commands: a.commands + b.commands,
    losses,
    engines,
  };
}

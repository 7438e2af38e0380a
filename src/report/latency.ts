/** From the hardware's trace of commands to cycles per operation, what the array waited for, and a timeline. */
import { COMMAND_BYTES, decodeCommand } from "../isa/index.ts";
import type { CommandTrace, EngineName } from "../isa/index.ts";
import type { EngineSpan, OperationRow } from "./schema.ts";

/** An operation of a program, as the compiler names it. */
export interface OperationInfo {
  readonly name: string;
  readonly kind: string;
  readonly macs: number;
  readonly where: "accelerator" | "host";
}

/** What the attribution needs to know about a program. */
export interface ProgramInfo {
  /** Encoded commands, COMMAND_BYTES each. */
  readonly commands: Uint8Array;
  readonly operations: readonly OperationInfo[];
  /** Operation of each command, as an index into `operations`. */
  readonly commandOperations: ArrayLike<number>;
}

type Waiting = { -readonly [K in keyof OperationRow["waiting"]]: number };
type Occupied = Record<EngineName, number>;

/** Engines that post to each semaphore, by number. */
function producers(commands: Uint8Array): ReadonlyMap<number, ReadonlySet<EngineName>> {
  const found = new Map<number, Set<EngineName>>();
  for (let at = 0; at < commands.length; at += COMMAND_BYTES) {
    const c = decodeCommand(commands, at);
    if (c === undefined) continue;
    for (let s = 0; s < 32; s++) {
      if (((c.fields.post >>> s) & 1) === 1) found.set(s, (found.get(s) ?? new Set()).add(c.engine));
    }
  }
  return found;
}

/** Cycles in which each engine had a command of each operation in execution; commands of one engine do not count twice. */
function occupancy(program: ProgramInfo, traces: readonly CommandTrace[]): Occupied[] {
  const rows = program.operations.map((): Occupied => ({ load: 0, store: 0, gemm: 0, norm: 0 }));
  const freeFrom: Occupied = { load: 0, store: 0, gemm: 0, norm: 0 };
  for (const t of byRetirement(traces)) {
    const row = rows[program.commandOperations[t.index]!]!;
    row[t.engine] += Math.max(0, t.retire - Math.max(t.start, freeFrom[t.engine]));
    freeFrom[t.engine] = t.retire;
  }
  return rows;
}

const byRetirement = (traces: readonly CommandTrace[]): CommandTrace[] =>
  [...traces].sort((a, b) => a.retire - b.retire);

/**
 * Whose time it was: from one retirement of a GEMM command to the next the time belongs to the operation of the latter,
 * whatever the other engines did meanwhile; the time after the last one to the operation that ended last. Without GEMM
 * commands the retirements of all engines divide the time. The cycles of all operations add up to `totalCycles`.
 */
function ownedCycles(program: ProgramInfo, traces: readonly CommandTrace[], totalCycles: number): number[] {
  const cycles = new Array<number>(program.operations.length).fill(0);
  const sorted = byRetirement(traces);
  const products = sorted.filter((t) => t.engine === "gemm");
  let before = 0;
  for (const t of products.length > 0 ? products : sorted) {
    cycles[program.commandOperations[t.index]!]! += t.retire - before;
    before = t.retire;
  }
  const last = sorted.at(-1);
  if (last !== undefined) cycles[program.commandOperations[last.index]!]! += totalCycles - before;
  return cycles;
}

/**
 * Splits the cycles of one program run among its operations (see {@link ownedCycles}), and says what the array waited for and
 * how long each engine worked for each operation, hidden or not.
 */
export function attributeCycles(
  program: ProgramInfo,
  traces: readonly CommandTrace[],
  totalCycles: number,
  processingElements: number,
): OperationRow[] {
  const commands = new Array<number>(program.operations.length).fill(0);
  const waits = program.operations.map((): Waiting => ({ load: 0, store: 0, norm: 0 }));
  const posters = producers(program.commands);
  for (const t of traces) {
    const operation = program.commandOperations[t.index]!;
    commands[operation]! += 1;
    if (t.engine !== "gemm" || t.wait === 0) continue;
    const by = [...(posters.get(t.waitSemaphore) ?? [])].find((e) => e !== "gemm");
    if (by !== undefined) waits[operation]![by] += t.wait;
  }
  const cycles = ownedCycles(program, traces, totalCycles);
  const engines = occupancy(program, traces);
  return program.operations.map((o, i) => {
    const floorCycles = o.where === "accelerator" ? o.macs / processingElements : 0;
    return {
      name: o.name,
      kind: o.kind,
      where: o.where,
      cycles: cycles[i]!,
      share: totalCycles === 0 ? 0 : cycles[i]! / totalCycles,
      floorCycles,
      utilization: cycles[i] === 0 ? 0 : floorCycles / cycles[i]!,
      macs: o.macs,
      waiting: waits[i]!,
      engines: engines[i]!,
      commands: commands[i]!,
    };
  });
}

/** Adds up the rows of equal operations of several runs; shares and utilisations are of the sums. */
export function sumOperations(runs: readonly (readonly OperationRow[])[], totalCycles: number): OperationRow[] {
  const byName = new Map<string, OperationRow>();
  for (const row of runs.flat()) {
    const sum = byName.get(row.name);
    byName.set(
      row.name,
      sum === undefined
        ? row
        : {
            ...sum,
            cycles: sum.cycles + row.cycles,
            floorCycles: sum.floorCycles + row.floorCycles,
            macs: sum.macs + row.macs,
            commands: sum.commands + row.commands,
            waiting: {
              load: sum.waiting.load + row.waiting.load,
              store: sum.waiting.store + row.waiting.store,
              norm: sum.waiting.norm + row.waiting.norm,
            },
            engines: {
              load: sum.engines.load + row.engines.load,
              store: sum.engines.store + row.engines.store,
              gemm: sum.engines.gemm + row.engines.gemm,
              norm: sum.engines.norm + row.engines.norm,
            },
          },
    );
  }
  return [...byName.values()].map((row) => ({
    ...row,
    share: totalCycles === 0 ? 0 : row.cycles / totalCycles,
    utilization: row.cycles === 0 ? 0 : row.floorCycles / row.cycles,
  }));
}

/** Longest gap, as a fraction of the run, that is drawn as one stretch with its neighbours. */
const MERGE_GAP = 1 / 2000;

/** Stretches of commands of one operation on one engine; short gaps are closed so that long runs stay drawable. */
export function timelineSpans(
  program: ProgramInfo,
  traces: readonly CommandTrace[],
  totalCycles: number,
): EngineSpan[] {
  const spans: EngineSpan[] = [];
  const open = new Map<EngineName, EngineSpan>();
  for (const t of [...traces].sort((a, b) => a.start - b.start)) {
    const operation = program.commandOperations[t.index]!;
    const current = open.get(t.engine);
    if (current?.operation === operation && t.start - current.end <= totalCycles * MERGE_GAP) {
      open.set(t.engine, { ...current, end: Math.max(current.end, t.retire) });
      continue;
    }
    if (current !== undefined) spans.push(current);
    open.set(t.engine, { engine: t.engine, operation, start: t.start, end: t.retire });
  }
  return [...spans, ...open.values()].sort((a, b) => a.start - b.start);
}

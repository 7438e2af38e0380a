/** Tables that terminal and page show alike: where the cycles went, and each engine's time by kind of operation. */
import { ENGINES } from "../isa/index.ts";
import type { EngineName } from "../isa/index.ts";
import { LOSS_CAUSES } from "./array-time.ts";
import type { LossCause } from "./array-time.ts";
import { addEngineTime, noEngineTime } from "./engine-states.ts";
import type { EngineTime, Report } from "./schema.ts";

/** The lanes of all pictures and tables, in the order in which data flow. */
export const LANES = ["load", "gemm", "norm", "store"] as const satisfies readonly EngineName[];

/** What the array lost its cycles to, for people. */
export const LOSS_TEXTS: Readonly<Record<LossCause, { readonly head: string; readonly text: string }>> = {
  padding: { head: "padding", text: "padding: dimensions that do not fill rows, columns or tiles of the array" },
  start: { head: "start", text: "start: until the first row entered the array" },
  fill: { head: "fill", text: "pipeline fill: weights and activations on their way into the array" },
  load: { head: "LOAD", text: "waiting for LOAD: operands not there yet" },
  norm: { head: "NORM", text: "waiting for NORM: Softmax, LayerNorm, requantisation, or its buffers" },
  store: { head: "STORE", text: "waiting for STORE: buffers not free yet" },
  gemm: { head: "GEMM", text: "waiting for GEMM's own earlier commands" },
  memory: { head: "banks", text: "a scratchpad bank was taken by another engine" },
  dispatch: { head: "dispatch", text: "dispatch: the next command not there yet" },
  end: { head: "end", text: "end: after the last row had entered the array" },
};

/** One line of the summary. */
export interface SummaryLine {
  readonly cause: LossCause | "floor" | "total";
  readonly text: string;
  readonly cycles: number;
  /** Of all cycles. */
  readonly share: number;
}

/** Where all cycles went: the floor, every loss that is not zero, the total; empty without MACs. */
export function cycleSummary(report: Report): SummaryLine[] {
  const { losses, cycles, floorCycles } = report;
  if (losses === null || cycles === 0) return [];
  const line = (cause: SummaryLine["cause"], text: string, n: number): SummaryLine => ({
    cause,
    text,
    cycles: n,
    share: n / cycles,
  });
  return [
    line("floor", "floor: MACs / PEs", floorCycles),
    ...LOSS_CAUSES.filter((cause) => losses[cause] > 0).map((cause) =>
      line(cause, LOSS_TEXTS[cause].text, losses[cause]),
    ),
    line("total", "all cycles", cycles),
  ];
}

/** The causes that took any cycles at all, in order. */
export const usedCauses = (report: Report): LossCause[] =>
  LOSS_CAUSES.filter((cause) => report.operations.some((o) => o.losses[cause] > 0));

/** An engine's time for one kind of operation, or for all of them. */
export interface EngineTimeRow {
  readonly engine: EngineName;
  readonly kind: string;
  readonly time: EngineTime;
  /** Cycles after the engine's last command; only in the row of all operations. */
  readonly idle: number | undefined;
}

/** For each engine in the order of {@link LANES}: a row of all operations, then one for each kind that it spent time on. */
export function engineTimeRows(report: Report): { readonly total: EngineTimeRow; readonly kinds: EngineTimeRow[] }[] {
  return LANES.map((engine) => {
    const byKind = new Map<string, ReturnType<typeof noEngineTime>>();
    const all = noEngineTime();
    for (const o of report.operations) {
      const time = byKind.get(o.kind) ?? noEngineTime();
      addEngineTime(time, o.engines[engine]);
      addEngineTime(all, o.engines[engine]);
      byKind.set(o.kind, time);
    }
    const kinds = [...byKind]
      .filter(([, time]) => engineCycles(time) > 0)
      .map(([kind, time]): EngineTimeRow => ({ engine, kind, time, idle: undefined }));
    const idle = report.engines.find((e) => e.name === engine)?.idle ?? 0;
    return { total: { engine, kind: "", time: all, idle }, kinds };
  });
}

/** Of an engine's wait for commands the part behind full queues, and the rest. */
export function dispatchParts({ dispatch, behind }: EngineTime): { readonly behind: number; readonly fetch: number } {
  const all = ENGINES.reduce((sum, engine) => sum + behind[engine], 0);
  return { behind: all, fetch: dispatch - all };
}

/** What a stretch that is not in execution waits for, in words. */
export function waitCause(state: string): string {
  if (state === "dispatch") return "a command";
  const [, queue] = /^behind-(.*)$/.exec(state) ?? [];
  return queue === undefined ? state.toUpperCase() : `a command, behind the full queue of ${queue.toUpperCase()}`;
}

/** All cycles of an engine's time. */
const engineCycles = ({ busy, memory, waiting, dispatch }: EngineTime): number =>
  ENGINES.reduce((sum, owner) => sum + waiting[owner], busy + memory + dispatch);

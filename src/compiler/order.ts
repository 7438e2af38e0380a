/**
 * Program order. The four engines' own orders and the dependencies between them are given; this pass interleaves them in
 * the order in which commands are expected to start, so that in-order dispatch into short queues holds nothing up.
 */
import type { Params } from "../config/index.ts";
import { ENGINES } from "../isa/index.ts";
import type { Command } from "../isa/index.ts";
import { readsRowFactors } from "./accesses.ts";
import { commandCost, defaultMemory, fetchCycles } from "./cost/index.ts";
import type { MemoryModel } from "./cost/index.ts";
import { engineIndex } from "./hazards.ts";
import type { Dependencies } from "./hazards.ts";

/** Expected times of commands, by position in the list that was given. */
export interface Schedule {
  /** Positions in program order. */
  readonly order: readonly number[];
  readonly start: Float64Array;
  readonly finish: Float64Array;
  /** Expected cycles until everything has retired. */
  readonly cycles: number;
}

/**
 * Orders `commands` by expected start. The result is a valid sequential order with the same result: every command comes
 * after those it depends on and after its predecessors on the same engine. A STORE from the stream comes directly
 * after the NORM command that supplies it, for NORM may stall until STORE is dispatched.
 */
export function scheduleCommands(
  params: Params,
  commands: readonly Command[],
  dependencies: Dependencies,
  memory: MemoryModel = defaultMemory(params),
): Schedule {
  const start = new Float64Array(commands.length);
  const finish = new Float64Array(commands.length);
  const free = new Float64Array(ENGINES.length);
  const lastStart = new Float64Array(ENGINES.length);
  const lastFinish = new Float64Array(ENGINES.length);
  let rowJobsDone = 0;

  const ready = (id: number): number => {
    let time = 0;
    for (let e = 0; e < ENGINES.length; e++) {
      const dependency = dependencies.last[id * ENGINES.length + e]!;
      if (dependency >= 0) time = Math.max(time, finish[dependency]!);
    }
    return time;
  };

  const load = ENGINES.indexOf("load");
  commands.forEach((command, id) => {
    const engine = engineIndex(command);
    // Fetching the command takes its share of the read channel.
    free[load] = free[load]! + fetchCycles(params, 1, memory);
    const cost = commandCost(params, command, memory);
    let begin = Math.max(free[engine]!, lastStart[engine]!, ready(id));
    if (command.engine === "norm") {
      if (readsRowFactors(command.fields) && command.fields.pendingRowJobs === 0) begin = Math.max(begin, rowJobsDone);
      const store = id + 1;
      if (store < commands.length && dependencies.streamFirst[store] === id) {
        begin = Math.max(begin, ready(store), lastStart[ENGINES.indexOf("store")]!);
      }
    }
    const source = dependencies.streamLast[id]!;
    if (source >= 0) {
      start[id] = start[source]!;
      finish[id] = Math.max(finish[source]!, free[engine]! + cost.occupied) + cost.latency - cost.occupied;
      free[engine] = Math.max(free[engine]! + cost.occupied, finish[source]!);
    } else {
      start[id] = begin;
      finish[id] = begin + cost.latency;
      free[engine] = begin + cost.occupied;
    }
    // Engines retire in order.
    finish[id] = Math.max(finish[id], lastFinish[engine]!);
    lastFinish[engine] = finish[id];
    lastStart[engine] = start[id]!;
    if (cost.rowJob > 0) rowJobsDone = Math.max(rowJobsDone, finish[id]) + cost.rowJob;
  });

  const order = Array.from(commands.keys()).sort((a, b) => start[a]! - start[b]! || a - b);
  return { order, start, finish, cycles: lastFinish.reduce((a, b) => Math.max(a, b), 0) };
}

/** Dependencies renumbered for the commands in `order`. */
export function reorderDependencies(dependencies: Dependencies, order: readonly number[]): Dependencies {
  const position = new Int32Array(order.length);
  order.forEach((id, at) => (position[id] = at));
  const move = (values: Int32Array, width: number): Int32Array => {
    const out = new Int32Array(values.length).fill(-1);
    order.forEach((id, at) => {
      for (let i = 0; i < width; i++) {
        const value = values[id * width + i]!;
        out[at * width + i] = value < 0 ? -1 : position[value]!;
      }
    });
    return out;
  };
  return {
    last: move(dependencies.last, ENGINES.length),
    streamFirst: move(dependencies.streamFirst, 1),
    streamLast: move(dependencies.streamLast, 1),
  };
}

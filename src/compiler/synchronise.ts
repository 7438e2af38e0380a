/**
 * Semaphores. One semaphore serves one ordered pair of engines (producer → consumer). Engines start and retire in order, so
 * the i-th post of a pair meets its i-th wait, and no other bookkeeping is needed.
 *
 * A command waits only for what is not known already: each command carries a vector clock, the last command of every engine
 * that has certainly retired when it starts, and a dependency that the clock covers costs nothing.
 */
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import { ENGINES } from "../isa/index.ts";
import type { Command } from "../isa/index.ts";
import { engineIndex } from "./hazards.ts";
import type { Dependencies } from "./hazards.ts";

const E = ENGINES.length;

/** Wait and post masks of commands in program order. */
export interface Synchronisation {
  readonly wait: Uint32Array;
  readonly post: Uint32Array;
}

/** Which semaphore serves which pair, the same in all segments of a program. */
export class SemaphoreFile {
  readonly #capacity: number;
  readonly #numbers = new Map<number, number>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** What each semaphore is for, by number: `load → gemm`. */
  get names(): string[] {
    return [...this.#numbers.keys()].map((pair) => `${ENGINES[Math.floor(pair / E)]!} → ${ENGINES[pair % E]!}`);
  }

  has(pair: number): boolean {
    return this.#numbers.has(pair);
  }

  /** Semaphores that are missing if all of `pairs` are to have one. */
  missing(pairs: Iterable<number>): number {
    const added = [...pairs].filter((pair) => !this.has(pair)).length;
    return Math.max(0, this.#numbers.size + added - this.#capacity);
  }

  /** The pair's semaphore, a new one if it has none. */
  number(pair: number): number {
    const number = this.#numbers.get(pair) ?? this.#numbers.size;
    this.#numbers.set(pair, number);
    return number;
  }
}

/** One wait: `consumer` waits for the post of `producer`; positions in program order. */
interface Edge {
  readonly producer: number;
  readonly consumer: number;
}

/** The edges of each pair, in order; key = producer engine · E + consumer engine. */
interface Edges {
  readonly pairs: ReadonlyMap<number, readonly Edge[]>;
  /** [command][engine]: last command known to have retired when the command starts. */
  readonly startClock: Int32Array;
}

/**
 * Assigns semaphores of `file` to `commands`, which are in program order. Error: `program-semaphores` when the
 * configuration has too few of them.
 */
export function synchronise(
  params: Params,
  commands: readonly Command[],
  dependencies: Dependencies,
  file = new SemaphoreFile(params.semaphores),
): Synchronisation {
  const deps = { ...dependencies, last: Int32Array.from(dependencies.last) };
  const engines = Uint8Array.from(commands, engineIndex);
  const banned = new Set<number>();
  for (;;) {
    const edges = findEdges(engines, deps);
    const missing = file.missing(edges.pairs.keys());
    if (missing > 0) {
      const rarestFirst = [...edges.pairs]
        .filter(([pair]) => !file.has(pair))
        .sort((a, b) => a[1].length - b[1].length)
        .map(([pair]) => pair);
      const pair = rarestFirst.find((candidate) => reroute(engines, deps, edges, candidate, banned));
      if (pair === undefined) throw tooFew(params, params.semaphores + missing);
      banned.add(pair);
      continue;
    }
    if (!boundCounts(params, deps, engines, edges)) return assign(commands.length, edges, file);
  }
}

function tooFew(params: Params, needed: number): SystoleError {
  return new SystoleError({
    code: "program-semaphores",
    message: `the program needs ${needed} semaphores, the configuration ${params.name} has ${params.semaphores}`,
    location: { path: "semaphores" },
    remedy: `Set semaphores to at least ${needed}.`,
  });
}

/** The waits that remain after all that is known already is taken away. */
function findEdges(engines: Uint8Array, deps: Dependencies): Edges {
  const count = engines.length;
  const startClock = new Int32Array(count * E).fill(-1);
  const retireClock = new Int32Array(count * E).fill(-1);
  const previous = new Int32Array(E).fill(-1);
  const pairs = new Map<number, Edge[]>();
  const join = (target: Int32Array, at: number, from: Int32Array, source: number): void => {
    if (source < 0) return;
    for (let e = 0; e < E; e++) target[at * E + e] = Math.max(target[at * E + e]!, from[source * E + e]!);
  };
  for (let c = 0; c < count; c++) {
    const engine = engines[c]!;
    join(startClock, c, startClock, previous[engine]!);
    // The stream itself orders a STORE after the start of the pass that supplies it.
    join(startClock, c, startClock, deps.streamFirst[c]!);

    let needed = 0;
    for (let e = 0; e < E; e++) if (e !== engine && deps.last[c * E + e]! > startClock[c * E + e]!) needed |= 1 << e;
    let direct = needed;
    for (let e = 0; e < E; e++) {
      if ((needed & (1 << e)) === 0) continue;
      const producer = deps.last[c * E + e]!;
      for (let f = 0; f < E; f++) {
        if (f === e || (needed & (1 << f)) === 0) continue;
        if (retireClock[deps.last[c * E + f]! * E + e]! >= producer) direct &= ~(1 << e);
      }
    }
    for (let e = 0; e < E; e++) {
      if ((direct & (1 << e)) === 0) continue;
      const producer = deps.last[c * E + e]!;
      const key = e * E + engine;
      const list = pairs.get(key);
      if (list === undefined) pairs.set(key, [{ producer, consumer: c }]);
      else list.push({ producer, consumer: c });
    }
    for (let e = 0; e < E; e++) {
      if ((direct & (1 << e)) !== 0) join(startClock, c, retireClock, deps.last[c * E + e]!);
    }

    join(retireClock, c, startClock, c);
    join(retireClock, c, retireClock, previous[engine]!);
    retireClock[c * E + engine] = c;
    previous[engine] = c;
  }
  return { pairs, startClock };
}

/**
 * No semaphore may be posted when it is at its maximum, however the engines run ahead of each other: the post of edge j
 * needs the wait of edge j - max to have happened. Where the clocks do not show that, a dependency is added. Returns
 * whether any was, and the edges must be found again.
 */
function boundCounts(params: Params, deps: Dependencies, engines: Uint8Array, { pairs, startClock }: Edges): boolean {
  let changed = false;
  const raise = (command: number, dependency: number): void => {
    const at = command * E + engines[dependency]!;
    if (deps.last[at]! >= dependency) return;
    deps.last[at] = dependency;
    changed = true;
  };
  for (const edges of pairs.values()) {
    for (let j = params.semaphoreMax; j < edges.length; j++) {
      const { producer } = edges[j]!;
      const { consumer } = edges[j - params.semaphoreMax]!;
      if (startClock[producer * E + engines[consumer]!]! >= consumer) continue;
      if (consumer < producer) raise(producer, consumer);
      // The producer comes first in program order: let the wait before this one take this post, which covers both.
      else raise(edges[j - 1]!.consumer, producer);
    }
  }
  return changed;
}

/** A dependency between two commands of different engines. */
interface Hop {
  readonly from: number;
  readonly to: number;
}

/** Replaces every edge of a pair by a chain over commands of other engines in between; false when one has no chain. */
function reroute(
  engines: Uint8Array,
  deps: Dependencies,
  { pairs }: Edges,
  pair: number,
  banned: ReadonlySet<number>,
): boolean {
  const usable = (from: number, to: number): boolean => {
    const key = from * E + to;
    return key !== pair && pairs.has(key) && !banned.has(key);
  };
  const chains = pairs.get(pair)!.map((edge) => findChain(engines, edge, usable));
  if (chains.includes(undefined)) return false;
  for (const { from, to } of chains.flatMap((chain) => chain!)) {
    const at = to * E + engines[from]!;
    deps.last[at] = Math.max(deps.last[at]!, from);
  }
  return true;
}

/** Follows which engines can know of the producer's end, command by command, until the consumer's does. */
function findChain(
  engines: Uint8Array,
  { producer, consumer }: Edge,
  usable: (from: number, to: number) => boolean,
): Hop[] | undefined {
  const chains: (readonly Hop[] | undefined)[] = [];
  const heads: number[] = [];
  chains[engines[producer]!] = [];
  heads[engines[producer]!] = producer;
  for (let x = producer + 1; x <= consumer; x++) {
    const engine = engines[x]!;
    if (chains[engine] !== undefined) continue;
    const via = [0, 1, 2, 3].find((e) => chains[e] !== undefined && usable(e, engine));
    if (via === undefined) continue;
    chains[engine] = [...chains[via]!, { from: heads[via]!, to: x }];
    heads[engine] = x;
  }
  return chains[engines[consumer]!]?.slice();
}

function assign(count: number, { pairs }: Edges, file: SemaphoreFile): Synchronisation {
  const wait = new Uint32Array(count);
  const post = new Uint32Array(count);
  for (const [pair, edges] of [...pairs].sort((a, b) => a[0] - b[0])) {
    const bit = 2 ** file.number(pair);
    for (const { producer, consumer } of edges) {
      post[producer] = post[producer]! + bit;
      wait[consumer] = wait[consumer]! + bit;
    }
  }
  return { wait, post };
}

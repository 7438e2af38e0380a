/**
 * The mapper: ranks an operation's tilings by a closed form, checks the best few by building their steps and predicting
 * them command by command, and remembers what it found. Deterministic; operations of equal shape are searched once.
 */
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import { predictSteps } from "./assemble.ts";
import { ProgramBuilder } from "./builder.ts";
import type { MemoryModel } from "./cost/index.ts";
import { CapacityError } from "./emit.ts";
import type { FusionMapping, Mapping, MappingCandidate, OperationMapping } from "./mapping.ts";
import { boundOf } from "./mapping.ts";
import { explain } from "./mapping-reason.ts";
import { nominees, rank } from "./ranking.ts";
import type { Ranked } from "./ranking.ts";
import { tooSmall } from "./tiling.ts";
import type { DetailedCandidate } from "./tiling.ts";

/** What a mapper plans with. */
export interface MapperSetting {
  /** 0 to 1 of scratchpad and accumulator. */
  readonly fraction: number;
  /** GEMM steps that fetching may look ahead. */
  readonly lookahead: number;
  readonly memory: MemoryModel;
}

/** An operation to be tiled. `Problem` holds all that the result depends on, and is plain data. */
export interface Search<T extends object> {
  readonly kind: string;
  /** For errors. */
  readonly name: string;
  /** Names of the program's operations that the result is for. */
  readonly operations: readonly string[];
  readonly problem: object;
  readonly macs: number;
  /** The program consists of it alone: what the event model says of it is what the program takes. */
  readonly alone?: boolean;
  readonly candidates: Iterable<DetailedCandidate<T>>;
  readonly label: (tiling: T) => string;
  /** Rounds of the outermost loop. */
  readonly units: (tiling: T) => number;
  /** Adds the steps of the first `units` rounds to an empty builder. */
  readonly trial: (builder: ProgramBuilder, tiling: T, units: number) => void;
}

/** Candidates that are predicted, and those that are remembered. */
const CHECKED = 3;
const CHECKED_ALONE = 12;
const REMEMBERED = 8;
/** Candidates that may fail to be placed before the search is content with the closed form. */
const ATTEMPTS = 12;
const ATTEMPTS_ALONE = 24;
/** Rounds that are predicted of an operation with more: the rest goes at the pace of the last. */
const ROUNDS = 2;
/**
 * What the event model must save for the closed form's order to be left: alone, an operation cannot overlap its beginning
 * and end with its neighbours', so small differences say little.
 */
const CLEAR_GAIN = 0.995;

const gainOf = (search: { readonly alone?: boolean }): number => (search.alone === true ? 1 : CLEAR_GAIN);

/** How much slower the next best may be for another to be given up. */
const NEARLY = 1.05;

interface Checked<T> {
  readonly candidate: Ranked<T>;
  readonly predicted: number | null;
  readonly problem: string | null;
}

interface Found {
  /** The candidates, the one taken first. */
  order: readonly Checked<object>[];
  /** How a candidate is shown. */
  readonly describe: (checked: Checked<object>) => MappingCandidate;
  readonly search: Pick<OperationMapping, "kind" | "floorCycles" | "enumerated" | "fitting">;
  readonly operations: string[];
}

export class Mapper {
  readonly params: Params;
  readonly setting: MapperSetting;
  readonly #found = new Map<string, Found>();
  readonly #fusions: FusionMapping[] = [];
  readonly #estimates = new Map<string, number | undefined>();
  #estimated: Map<string, number | undefined> | undefined;
  #trying = false;

  constructor(params: Params, setting: MapperSetting) {
    this.params = params;
    this.setting = setting;
  }

  /** What was found for the operations that took it. */
  get mapping(): Mapping {
    const used = [...this.#found.values()].filter(({ operations }) => operations.length > 0);
    return {
      operations: used.map(({ search, order, describe, operations }) => {
        const candidates = order.slice(0, REMEMBERED).map(describe);
        const reason = explain(candidates, search.enumerated, search.fitting);
        return { operations: [...operations], ...search, candidates, reason };
      }),
      fusions: [...this.#fusions],
    };
  }

  /** Forgets who took what, not what was found: the program is described anew. */
  restart(): void {
    this.#fusions.length = 0;
    for (const { operations } of this.#found.values()) operations.length = 0;
  }

  /**
   * What an operation took cannot be placed beside its neighbours: it takes the next best. False when none is known that is
   * nearly as fast: smaller buffers for all operations may then do better.
   */
  reject(operation: string, problem: string): boolean {
    const found = [...this.#found.values()].find(({ operations }) => operations.includes(operation));
    const [first, next, ...others] = found?.order ?? [];
    const [one, two] = [first?.predicted ?? null, next?.predicted ?? null];
    if (found === undefined || one === null || two === null || two > NEARLY * one) return false;
    found.order = [next!, ...others, { ...first!, predicted: null, problem }];
    return true;
  }

  /** Remembers a choice between fused and not. */
  recordFusion(fusion: FusionMapping): void {
    this.#fusions.push(fusion);
  }

  /**
   * The best tiling, for operations that take it; undefined while operations are only estimated. Error: `compile-capacity`.
   */
  choose<T extends object>(search: Search<T>): T | undefined {
    if (this.#estimated !== undefined) {
      this.#estimated.set(search.name, this.#estimate(search));
      return undefined;
    }
    const found = this.#find(search);
    const tiling = found.order[0]!.candidate.tiling as T;
    if (this.#trying) return tiling;
    for (const name of search.operations) if (!found.operations.includes(name)) found.operations.push(name);
    return tiling;
  }

  /**
   * Cycles by the closed form of what `describe` chooses tilings for, by the searches' names; undefined where nothing fits.
   * No operation takes them.
   */
  estimate(describe: () => void): ReadonlyMap<string, number | undefined> {
    const estimated = new Map<string, number | undefined>();
    this.#estimated = estimated;
    try {
      describe();
    } finally {
      this.#estimated = undefined;
    }
    return estimated;
  }

  /** Cycles by the event model of all that `describe` adds; undefined when something does not fit. */
  predict(describe: (builder: ProgramBuilder) => void): number | undefined {
    const builder = new ProgramBuilder(this.params, { doubleStaging: this.setting.lookahead > 0 });
    this.#trying = true;
    try {
      describe(builder);
      return predictSteps(builder, this.setting);
    } catch (error) {
      const small = error instanceof SystoleError && error.code === "compile-capacity";
      if (small || error instanceof CapacityError) return undefined;
      throw error;
    } finally {
      this.#trying = false;
    }
  }

  #estimate<T extends object>({ kind, problem, candidates }: Search<T>): number | undefined {
    const key = JSON.stringify([kind, problem]);
    if (!this.#estimates.has(key))
      this.#estimates.set(key, rank(this.params, candidates, this.setting).ranked[0]?.estimate);
    return this.#estimates.get(key);
  }

  #find<T extends object>(search: Search<T>): Found {
    const key = JSON.stringify([search.kind, search.problem]);
    const found = this.#found.get(key) ?? this.#search(search);
    this.#found.set(key, found);
    return found;
  }

  #search<T extends object>(search: Search<T>): Found {
    const { ranked, enumerated, smallest } = rank(this.params, search.candidates, this.setting);
    if (ranked.length === 0) throw tooSmall(this.params, search.name, smallest!);
    const checked = this.#check(search, ranked);
    const placed = checked.filter(({ predicted }) => predicted !== null);
    // What was not checked follows in the closed form's order, what cannot be placed comes last.
    const fastest = placed.slice().sort((a, b) => a.predicted! - b.predicted!)[0];
    if (fastest !== undefined && fastest.predicted! < gainOf(search) * placed[0]!.predicted!) {
      placed.splice(placed.indexOf(fastest), 1);
      placed.unshift(fastest);
    }
    const tried = new Set(checked.map(({ candidate }) => candidate));
    const rest = ranked
      .filter((candidate) => !tried.has(candidate))
      .map((candidate): Checked<T> => ({ candidate, predicted: null, problem: null }));
    const failed = checked.filter(({ predicted }) => predicted === null);
    const order = placed.length > 0 ? [...placed, ...rest, ...failed] : [...failed, ...rest];
    const floorCycles = search.macs / (this.params.rows * this.params.cols);
    return {
      order,
      describe: (candidate) => this.#candidate(search, candidate as Checked<T>, floorCycles),
      search: { kind: search.kind, floorCycles, enumerated, fitting: ranked.length },
      operations: [],
    };
  }

  #check<T extends object>(search: Search<T>, ranked: readonly Ranked<T>[]): Checked<T>[] {
    const alone = search.alone === true;
    const checked: Checked<T>[] = [];
    let placed = 0;
    let least = Infinity;
    const attempt = (candidate: Ranked<T>): void => {
      // By the closed form nothing is gained however well it overlaps.
      if (candidate.cycles >= gainOf(search) * least) return;
      const result = this.#attempt(search, candidate);
      checked.push(result);
      if (result.predicted === null) return;
      least = Math.min(least, result.predicted);
      placed++;
    };
    for (const candidate of ranked.slice(0, alone ? ATTEMPTS_ALONE : ATTEMPTS)) {
      if (placed < (alone ? CHECKED_ALONE : CHECKED)) attempt(candidate);
    }
    for (const candidate of nominees(this.params, ranked)) {
      if (!checked.some((other) => other.candidate === candidate)) attempt(candidate);
    }
    return checked;
  }

  #attempt<T extends object>(search: Search<T>, candidate: Ranked<T>): Checked<T> {
    try {
      return { candidate, predicted: this.#predict(search, candidate.tiling), problem: null };
    } catch (error) {
      if (!(error instanceof CapacityError)) throw error;
      return { candidate, predicted: null, problem: error.message };
    }
  }

  /** Cycles of the operation alone, by the event model. Throws CapacityError. */
  #predict<T extends object>({ units, trial }: Search<T>, tiling: T): number {
    const cycles = (rounds: number): number => {
      const builder = new ProgramBuilder(this.params, { doubleStaging: this.setting.lookahead > 0 });
      trial(builder, tiling, rounds);
      return predictSteps(builder, this.setting);
    };
    const total = units(tiling);
    const last = cycles(Math.min(total, ROUNDS));
    if (total <= ROUNDS) return last;
    return last + (last - cycles(ROUNDS - 1)) * (total - ROUNDS);
  }

  #candidate<T extends object>(
    { label }: Search<T>,
    { candidate, predicted, problem }: Checked<T>,
    floorCycles: number,
  ): MappingCandidate {
    const { params } = this;
    const { tiling, estimate, double, parts } = candidate;
    const need = double ? candidate.comfortable : candidate.minimal;
    const cycles = predicted ?? estimate;
    return {
      label: label(tiling),
      tiling: { ...tiling } as Record<string, number | string | boolean>,
      estimatedCycles: Math.round(estimate),
      predictedCycles: predicted === null ? null : Math.round(predicted),
      utilization: cycles === 0 ? 0 : floorCycles / cycles,
      scratchpadBytes: Math.ceil(need.scratchpadWords) * params.wordBytes,
      accumulatorBytes: Math.ceil(need.accumulatorRows) * params.accumulatorRowBytes,
      rowSlots: need.rowSlots,
      buffering: problem !== null ? "none" : double ? "double" : "single",
      problem,
      bound: boundOf(parts),
      parts,
    };
  }
}

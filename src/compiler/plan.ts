/** Plans: an operation whose tiling is yet to be chosen. */
import type { Budget } from "./budget.ts";
import type { ProgramBuilder } from "./builder.ts";
import type { Search } from "./mapper.ts";

/** The search for an operation's tiling, and what adds its steps: of the whole operation, or of its first `units` rounds. */
export interface Plan<T extends object> {
  readonly search: Search<T>;
  readonly emit: (builder: ProgramBuilder, tiling: T, units?: number) => void;
}

/** Chooses the tiling and adds the steps; no steps while the mapper only compares. Error: `compile-capacity`. */
export function carryOut<T extends object>(
  builder: ProgramBuilder,
  { search, emit }: Plan<T>,
  { mapper }: Budget,
): void {
  const tiling = mapper.choose(search);
  if (tiling !== undefined) emit(builder, tiling);
}

/** Names of operations by index, for the mapper. */
export const operationNames = ({ operations }: ProgramBuilder, indices: readonly number[]): string[] =>
  indices.map((index) => operations[index]!.name);

/** Multiply-accumulates of operations by index. */
export const operationMacs = ({ operations }: ProgramBuilder, indices: readonly number[]): number =>
  indices.reduce((sum, index) => sum + operations[index]!.macs, 0);

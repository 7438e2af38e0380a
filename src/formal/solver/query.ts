import { SmtWriter, TermEvaluation, termsUnder, type ArrayValue, type Term, type TermValue } from "../terms/index.ts";
import { solverFailed, type Patience, type Solver } from "./solver.ts";
import { bitsOf, parseSExpression, type SExpression } from "./values.ts";

/** Values of all variables that make a query's constraints true; those the solver left open are 0. */
export type Model = ReadonlyMap<string, TermValue>;

/** Asks whether terms of one bit can all be 1 at once. */
export class Query {
  readonly #solver: Solver;
  readonly #patience: Patience;

  constructor(solver: Solver, patience: Patience = {}) {
    this.#solver = solver;
    this.#patience = patience;
  }

  /** Values that make every constraint true, or undefined when there are none. */
  async solve(constraints: readonly Term[]): Promise<Model | undefined> {
    const open = constraints.filter((term) => !(term.kind === "constant" && term.value === 1n));
    if (open.some((term) => term.kind === "constant")) return undefined;
    const writer = new SmtWriter();
    writer.define(open);
    const all = termsUnder(open);
    const hasArrays = all.some((term) => term.index !== undefined);
    const script = [
      "(set-option :produce-models true)",
      `(set-logic ${hasArrays ? "QF_ABV" : "QF_BV"})`,
      ...writer.lines,
      ...open.map((term) => `(assert ${writer.condition(term)})`),
      "(check-sat)",
    ].join("\n");
    const answer = (await this.#solver.start(script, this.#patience)).trim();
    if (answer === "unsat") return undefined;
    if (answer !== "sat") throw solverFailed(this.#solver.name, `answered ${answer === "" ? "nothing" : answer}`);
    const model = await this.#read(all, writer);
    const evaluation = new TermEvaluation((variable) => model.get(variable.name)!);
    if (!open.every((term) => evaluation.holds(term))) {
      throw solverFailed(this.#solver.name, "gave values that do not satisfy the question");
    }
    return model;
  }

  async #read(all: readonly Term[], writer: SmtWriter): Promise<Model> {
    const model = new Map<string, TermValue>();
    const scalars = all.filter((term) => term.kind === "variable" && term.index === undefined);
    const scalarValues = await this.#values(scalars.map((term) => writer.bits(term)));
    scalars.forEach((term, i) => {
      if (term.kind === "variable") model.set(term.name, scalarValues[i]!);
    });
    // Of an array, only the words at the addresses that are read matter.
    const reads = all.flatMap((term) => {
      if (term.kind !== "apply" || term.operator !== "select") return [];
      const address = term.operands[1]!;
      return arraysUnder(term.operands[0]!).map((array) => ({ array, address: writer.bits(address) }));
    });
    const texts = reads.flatMap(({ array, address }) => [address, `(select ${writer.bits(array)} ${address})`]);
    const read = await this.#values(texts);
    const words = new Map<string, Map<bigint, bigint>>();
    reads.forEach(({ array }, i) => {
      if (array.kind !== "variable") return;
      const known = words.get(array.name) ?? new Map<bigint, bigint>();
      words.set(array.name, known.set(read[2 * i]!, read[2 * i + 1]!));
    });
    for (const term of all) {
      if (term.kind !== "variable" || term.index === undefined) continue;
      const value: ArrayValue = { words: words.get(term.name) ?? new Map<bigint, bigint>(), otherwise: 0n };
      model.set(term.name, value);
    }
    return model;
  }

  async #values(texts: readonly string[]): Promise<bigint[]> {
    if (texts.length === 0) return [];
    const answer = parseSExpression(await this.#solver.ask(`(get-value (${texts.join(" ")}))`, this.#patience));
    if (typeof answer === "string" || answer.length !== texts.length) {
      throw solverFailed(this.#solver.name, "gave no values");
    }
    return answer.map((pair: SExpression) => bitsOf(pair.at(-1)!));
  }
}

/** The array variables that a read of an array may reach. */
function arraysUnder(array: Term): Term[] {
  return termsUnder([array]).filter(
    (term) => term.kind === "variable" && term.index === array.index && term.index !== undefined,
  );
}

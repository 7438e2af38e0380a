import { fitLiteral, wholeNumber } from "./operators.ts";
import { openScope, report, scope, withStatements } from "./context.ts";
import { conditionOf, describe, isSignal, runBody } from "./guards.ts";
import type { Const, Expr, Statement, Switch, When } from "./ir.ts";
import { callSite } from "./location.ts";
import type { Bool, Uint } from "./signal.ts";

/** What may follow a `when`. */
export interface WhenChain {
  /** The branch taken when no earlier one is and `condition` holds. */
  elsewhen(condition: Bool, body: () => void): WhenChain;
  /** The branch taken when no earlier one is. */
  otherwise(body: () => void): void;
}

/** Assignments in `body` apply in cycles where `condition` holds. */
export function when(condition: Bool, body: () => void): WhenChain {
  const { statements } = scope("when");
  const branch = open(condition, "when");
  statements.push(branch);
  run(branch.then, body, "when");
  return chain(branch);
}

function open(condition: Bool, takes: string): When {
  return { kind: "when", condition: conditionOf(condition, takes), then: [], otherwise: [], site: callSite() };
}

function run(statements: Statement[], body: () => void, what: string): void {
  withStatements(statements, () => {
    runBody(body, what);
  });
}

function chain(previous: When): WhenChain {
  let isClosed = false;
  const close = (what: string): void => {
    if (isClosed) {
      report({
        code: "hdl-when",
        message: `${what} after the end of its when`,
        help: "a chain is when, elsewhen as often as needed, and otherwise once, each on the result of the one before",
      });
    }
    isClosed = true;
  };
  return {
    elsewhen(condition, body) {
      close("elsewhen");
      const branch = open(condition, "elsewhen");
      previous.otherwise.push(branch);
      run(branch.then, body, "elsewhen");
      return chain(branch);
    },
    otherwise(body) {
      close("otherwise");
      run(previous.otherwise, body, "otherwise");
    },
  };
}

/** Runs the branch of the value that `selector` has; `otherwise` for the values not listed. */
export function match(selector: Uint, branches: Readonly<Record<number, () => void>>, otherwise?: () => void): void {
  const given: unknown = selector;
  if (!isSignal(given) || given.kind === "sint") {
    const help = isSignal(given) ? "match on the bits: .asUint()" : undefined;
    report({ code: "hdl-match", message: `match takes a Uint, but got ${describe(given)}`, help });
    return;
  }
  const arms = Object.entries(branches).map(([text, body]): [Const, () => void] => {
    if (Number.isNaN(Number(text))) {
      const help = "a branch is listed under a number; states of an fsm are told apart by its states(…)";
      report({ code: "hdl-match", message: `"${text}" is not a value of match`, help });
    }
    const value = wholeNumber(Number(text) || 0);
    return [fitLiteral(value, selector.expr.width, false, "the selector of match") as Const, body];
  });
  if (otherwise !== undefined && new Set(arms.map(([value]) => value.value)).size === 2 ** selector.expr.width) {
    report({
      code: "hdl-match",
      message: `the last branch of match is never taken: all ${arms.length} values are listed`,
      help: "leave it out",
    });
  }
  addSwitch(selector.expr, arms, otherwise);
}

/** Adds a switch statement over constants. */
export function addSwitch(
  selector: Expr,
  arms: readonly (readonly [Const, () => void])[],
  otherwise?: () => void,
): void {
  const statement: Switch = {
    kind: "switch",
    selector,
    arms: arms.map(([value]) => ({ value, body: [] as Statement[] })),
    otherwise: [],
    site: callSite(),
  };
  scope("match").statements.push(statement);
  arms.forEach(([, body], index) => {
    run(statement.arms[index]!.body, body, "a branch");
  });
  if (otherwise !== undefined) run(statement.otherwise, otherwise, "the last branch");
  const values = arms.map(([value]) => value.value);
  if (new Set(values).size < values.length) report({ code: "hdl-match", message: "match lists a value twice" });
}

/** `f(0)` to `f(count - 1)` as an array; what `f` declares is named with the index. */
export function times<T>(count: number, f: (index: number) => T): T[] {
  if (!Number.isInteger(count) || count < 0) {
    report({ code: "hdl-times", message: `times(${count}): a count is a whole number, 0 or more` });
    return [];
  }
  return indexed(count, f);
}

function indexed<T>(count: number, f: (index: number) => T): T[] {
  const open = openScope();
  const outer = open?.indices ?? [];
  try {
    return Array.from({ length: count }, (_, index) => {
      if (open !== undefined) open.indices = [...outer, index];
      return f(index);
    });
  } finally {
    if (open !== undefined) open.indices = outer;
  }
}

import { fitLiteral, wholeNumber } from "./operators.ts";
import { openScope, report, scope, withStatements } from "./context.ts";
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
  const branch = open(condition);
  scope("when").statements.push(branch);
  withStatements(branch.then, body);
  return chain(branch);
}

function open(condition: Bool): When {
  return { kind: "when", condition: condition.expr, then: [], otherwise: [], site: callSite() };
}

function chain(previous: When): WhenChain {
  return {
    elsewhen(condition, body) {
      const branch = open(condition);
      previous.otherwise.push(branch);
      withStatements(branch.then, body);
      return chain(branch);
    },
    otherwise(body) {
      withStatements(previous.otherwise, body);
    },
  };
}

/** Runs the branch of the value that `selector` has; `otherwise` for the values not listed. */
export function match(selector: Uint, branches: Readonly<Record<number, () => void>>, otherwise?: () => void): void {
  const arms = Object.entries(branches).map(([text, body]): [Const, () => void] => {
    const literal = fitLiteral(wholeNumber(Number(text)), selector.width, false, "the selector of match");
    return [literal as Const, body];
  });
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
    withStatements(statement.arms[index]!.body, body);
  });
  if (otherwise !== undefined) withStatements(statement.otherwise, otherwise);
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

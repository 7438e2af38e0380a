/** Boolean functions of Liberty files: `(!(A B))`, `(A & B)'`, `!A + !B`. */

type Assignment = Readonly<Record<string, boolean>>;

/** The value of a function for given inputs; undefined for what is no function of these inputs. */
export function evaluateFunction(text: string, inputs: Assignment): boolean | undefined {
  const tokens = text.match(/[A-Za-z_][\w[\].]*|[01!'&*|+^()]|\S/g) ?? [];
  let at = 0;
  const state = { known: true };

  const primary = (): boolean => {
    const token = tokens[at++];
    let value: boolean;
    if (token === "!") return !primary();
    if (token === "(") {
      value = either();
      if (tokens[at++] !== ")") state.known = false;
    } else if (token === "0" || token === "1") value = token === "1";
    else {
      if (token === undefined || !Object.hasOwn(inputs, token)) state.known = false;
      value = token !== undefined && inputs[token] === true;
    }
    for (; tokens[at] === "'"; at++) value = !value;
    return value;
  };
  const exclusive = (): boolean => {
    let value = primary();
    for (; tokens[at] === "^";) {
      at++;
      value = primary() !== value;
    }
    return value;
  };
  const both = (): boolean => {
    let value = exclusive();
    // Side by side means and.
    while (at < tokens.length && !["|", "+", ")"].includes(tokens[at]!)) {
      if (tokens[at] === "&" || tokens[at] === "*") at++;
      value = exclusive() && value;
    }
    return value;
  };
  const either = (): boolean => {
    let value = both();
    while (tokens[at] === "|" || tokens[at] === "+") {
      at++;
      value = both() || value;
    }
    return value;
  };

  if (tokens.length === 0) return undefined;
  const value = either();
  return state.known && at === tokens.length ? value : undefined;
}

/** Whether a function of two inputs is NOT (a AND b). */
export function isNand2(text: string, [a, b]: readonly [string, string]): boolean {
  return [0, 1, 2, 3].every((row) => evaluateFunction(text, { [a]: (row & 1) === 1, [b]: row > 1 }) === (row !== 3));
}

import { callSite, type Site } from "./location.ts";
import { HdlError } from "./problems.ts";
import { chainEnd, tokensAt } from "./source-names.ts";

/** What JavaScript does to objects on its own, as operators and JSON, has no meaning for signals and is refused. */

/** The method that does what a JavaScript operator looks like. */
const methods: Readonly<Record<string, string>> = {
  "+": "a.add(b)",
  "-": "a.sub(b)",
  "*": "a.mul(b)",
  "&": "a.and(b)",
  "|": "a.or(b)",
  "^": "a.xor(b)",
  "<": "a.lt(b)",
  ">": "a.gt(b)",
  "<=": "a.le(b)",
  ">=": "a.ge(b)",
  "==": "a.eq(b)",
  "!=": "a.ne(b)",
  "~": "a.not()",
};

const all = "use methods: a.add(b), a.lt(b), a.eq(b), a.and(b), a.not(), mux(c, a, b), when(c, …)";

/** Throws what `Symbol.toPrimitive` of a signal throws; `hint` is JavaScript's. */
export function refuseOperator(hint: string): never {
  const site = callSite();
  if (hint === "string") {
    throw new HdlError([
      {
        code: "hdl-javascript-operator",
        message: "a signal stands in a text or as the index of an array",
        site,
        help: "its value is not known while hardware is described; select(index, items) chooses by a signal",
      },
    ]);
  }
  const operator = site === undefined ? undefined : operatorAt(site);
  const method = methods[operator ?? ""];
  throw new HdlError([
    {
      code: "hdl-javascript-operator",
      message: `JavaScript's ${method === undefined ? "operators do" : `operator ${operator!} does`} not work on signals`,
      site,
      help: method === undefined ? all : `write ${method}`,
    },
  ]);
}

/** Throws what `JSON.stringify` of a signal throws. */
export function refuseJson(): never {
  throw new HdlError([
    {
      code: "hdl-javascript-json",
      message: "a signal has no value that JSON could hold",
      site: callSite(),
      help: "its value is not known while hardware is described; testbenches peek at values",
    },
  ]);
}

/** The operator behind the operand at a place of the source. */
function operatorAt(site: Site): string | undefined {
  const { tokens, at } = tokensAt(site);
  if (at === undefined) return undefined;
  const end = chainEnd(tokens, at);
  const after = tokens[end]?.text;
  // Shifts are two tokens.
  return after === undefined || tokens[end + 1]?.text === after ? undefined : after;
}

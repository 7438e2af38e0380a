import { RuleTester, type Rule } from "eslint";
import tseslint from "typescript-eslint";
import { afterAll, describe, it } from "vitest";
import { rules } from "../../eslint-plugin/index.mjs";

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = it.only;
(RuleTester as unknown as { afterAll: typeof afterAll }).afterAll = afterAll;

const root = new URL("../..", import.meta.url).pathname;
const tester = new RuleTester({
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: { projectService: true, tsconfigRootDir: root },
  },
});

const head = `
import { fsm, module, mux, reg, select, times, when, type Bool, type Sint, type Uint, type UintReg } from "../../../src/hdl/index.ts";
declare const a: Uint; declare const b: Uint; declare const s: Sint; declare const c: Bool; declare let r: UintReg;
declare const list: readonly Uint[]; declare const n: number; declare const maybe: Uint | undefined; declare const anything: any;
declare const p: { readonly enable?: Bool };
`;
const filename = `${root}test/eslint/fixture/design.ts`;
/** One file of what is right and one of what is wrong, a line each, keep the type checker's work short. */
function run(name: keyof typeof rules, valid: readonly string[], invalid: Readonly<Record<string, string>>): void {
  const rule: Rule.RuleModule = rules[name];
  const code = (lines: readonly string[]): string =>
    [head, ...lines.map((line) => `void (() => { ${line} });`)].join("\n");
  const first = head.split("\n").length + 1;
  const errors = Object.values(invalid).map((message, index) => ({ message, line: first + index }));
  tester.run(name, rule, {
    valid: [{ code: code(valid), filename }],
    invalid: [{ code: code(Object.keys(invalid)), filename, errors }],
  });
}

const operator = (symbol: string, instead: string): string =>
  `\`${symbol}\` does not work on signals: write \`${instead}\`.`;

run(
  "no-operators",
  [
    "a.add(b);",
    "n + 1; n < 2; !n; -n;",
    "a === undefined; maybe !== undefined; maybe === null;",
    "maybe ?? a; list[n] ?? a;",
    "!maybe; maybe && maybe.add(1); p.enable || c;",
    "anything + 1; a instanceof Object; 'x' in a;",
    "r.next = r.add(1).wrap(8);",
  ],
  {
    "a + b;": operator("+", "a.add(b)"),
    "a - 1;": operator("-", "a.sub(1)"),
    "a * b;": operator("*", "a.mul(b)"),
    "a & b;": operator("&", "a.and(b)"),
    "a | b;": operator("|", "a.or(b)"),
    "a ^ b;": operator("^", "a.xor(b)"),
    "a << 2;": operator("<<", "a.shl(2)"),
    "a >> 2;": operator(">>", "a.shr(2)"),
    "s >>> 2;": operator(">>>", "s.shr(2)"),
    "a < b;": operator("<", "a.lt(b)"),
    "a <= b;": operator("<=", "a.le(b)"),
    "a.add(1) > b;": operator(">", "a.add(1).gt(b)"),
    "list[n]! >= b;": operator(">=", "list[n]!.ge(b)"),
    "a == b;": operator("==", "a.eq(b)"),
    "a === b;": operator("===", "a.eq(b)"),
    "a != b;": operator("!=", "a.ne(b)"),
    "maybe !== b;": operator("!==", "maybe.ne(b)"),
    "c && c;": operator("&&", "c.and(c)"),
    "c || c;": operator("||", "c.or(c)"),
    "1 + a;": operator("+", "signal.add(a)"),
    "a / b;": "`/` does not work on signals, and no method does the same.",
    "a % 2;": "`%` does not work on signals, and no method does the same.",
    "a ** 2;": "`**` does not work on signals, and no method does the same.",
    "!c;": operator("!", "c.not()"),
    "~a;": operator("~", "a.not()"),
    "-a;": operator("-", "a.neg()"),
    "+a;": operator("+", "a"),
    "r--;": "`--` does not work on signals: a register counts by `r.next = r.add(1).wrap(…)`.",
    "r += 1;": "`+=` does not work on signals: assign `r.add(1)` by .set(…) or .next = ….",
    "r &&= b;": "`&&=` does not work on signals: assign `r.and(b)` by .set(…) or .next = ….",
    "r /= b;": "`/=` does not work on signals, and no method does the same.",
  },
);

run(
  "no-truthiness",
  [
    "if (n) n.toString();",
    "if (maybe) maybe.add(1);",
    "p.enable ? 1 : 2;",
    "when(c, () => undefined);",
    "while (anything) n.toFixed();",
    "Boolean(maybe); Boolean(n);",
    "for (;;) break;",
  ],
  {
    "if (c) { r.next = a; }": "A signal is always true for `if`: write `when(c, () => { … })`.",
    "if (a.lt(b)) { r.next = a; }": "A signal is always true for `if`: write `when(a.lt(b), () => { … })`.",
    "if (n) {} else if (c) {}": "A signal is always true for `if`: write `when(c, () => { … })`.",
    "while (c) {}":
      "A signal is always true for a loop: hardware is repeated by times(n, f), and in time by a register or an fsm.",
    "do {} while (c);":
      "A signal is always true for a loop: hardware is repeated by times(n, f), and in time by a register or an fsm.",
    "for (; c;) {}":
      "A signal is always true for a loop: hardware is repeated by times(n, f), and in time by a register or an fsm.",
    "c ? a : b;": "A signal is always true for `?:`: write `mux(c, a, b)`.",
    "Boolean(a);": "Boolean(…) of a signal is always true: write `a.ne(0)`, or `.asBool()` of a single bit.",
    "switch (a) {}": "`switch` compares objects: write match(a, { … }) or the states of an fsm.",
  },
);

run(
  "no-values",
  ["`${n}`; String(n); JSON.stringify({ n });", "list[n]; select(a, list);", "console.log(a);", "`${a.width}`;"],
  {
    "`total ${a}`;": "A signal has no text: its value is not known while hardware is described.",
    "String(maybe);": "A signal has no text: its value is not known while hardware is described.",
    "Number(a);": "A signal is no number: its value is not known while hardware is described.",
    "JSON.stringify(a);": "A signal has no value that JSON could hold; testbenches peek at values.",
    "list[a as never as number & Uint];":
      "A signal is no index of an array: write `select(a as never as number & Uint, list)`.",
  },
);

run(
  "no-unused-result",
  ["const x = a.add(b); r.next = x.wrap(8);", "n.toString();", "r.next = a;", "when(c, () => undefined);", "void a;"],
  {
    "a.add(b);": "Nothing uses the result of `a.add(b)`: assign it by .set(…) or .next = …, or give it a name.",
    "mux(c, a, b);": "Nothing uses the result of `mux(c, a, b)`: assign it by .set(…) or .next = …, or give it a name.",
    "select(a, list);":
      "Nothing uses the result of `select(a, list)`: assign it by .set(…) or .next = …, or give it a name.",
  },
);

import { isSignal, servicesOf } from "./types.mjs";

/** Decisions of JavaScript on signals, which are objects and so always true. */
export const noTruthiness = {
  meta: {
    type: "problem",
    docs: { description: "a signal decides nothing while hardware is described" },
    schema: [],
    messages: {
      if: "A signal is always true for `if`: write `when({{test}}, () => { … })`.",
      loop: "A signal is always true for a loop: hardware is repeated by times(n, f), and in time by a register or an fsm.",
      choice: "A signal is always true for `?:`: write `mux({{test}}, {{yes}}, {{no}})`.",
      boolean: "Boolean(…) of a signal is always true: write `{{test}}.ne(0)`, or `.asBool()` of a single bit.",
      switch: "`switch` compares objects: write match({{test}}, { … }) or the states of an fsm.",
    },
  },
  create(context) {
    const services = servicesOf(context);
    const text = (node) => context.sourceCode.getText(node);
    // Whether a signal is there may be asked: options and elements of arrays may be missing.
    const check = (test, messageId, data = {}) => {
      if (test == null || !isSignal(services, test, { orMissing: false })) return;
      context.report({ node: test, messageId, data: { test: text(test), ...data } });
    };
    const loop = ({ test }) => {
      check(test, "loop");
    };
    return {
      IfStatement: ({ test }) => {
        check(test, "if");
      },
      WhileStatement: loop,
      DoWhileStatement: loop,
      ForStatement: loop,
      ConditionalExpression({ test, consequent, alternate }) {
        check(test, "choice", { yes: text(consequent), no: text(alternate) });
      },
      SwitchStatement({ discriminant }) {
        check(discriminant, "switch");
      },
      CallExpression({ callee, arguments: [first] }) {
        if (callee.type === "Identifier" && callee.name === "Boolean" && first !== undefined) check(first, "boolean");
      },
    };
  },
};

import { isSignal, servicesOf } from "./types.mjs";

/** Expressions over signals that stand as statements: they describe nothing. */
export const noUnusedResult = {
  meta: {
    type: "problem",
    docs: { description: "an expression over signals is used, or it describes nothing" },
    schema: [],
    messages: {
      unused: "Nothing uses the result of `{{call}}`: assign it by .set(…) or .next = …, or give it a name.",
    },
  },
  create(context) {
    const services = servicesOf(context);
    return {
      ExpressionStatement({ expression }) {
        if (expression.type === "AssignmentExpression" || expression.type === "AwaitExpression") return;
        if (!isSignal(services, expression)) return;
        const call = context.sourceCode.getText(expression).replace(/\s+/g, " ");
        context.report({
          node: expression,
          messageId: "unused",
          data: { call: call.length > 60 ? `${call.slice(0, 57)}…` : call },
        });
      },
    };
  },
};

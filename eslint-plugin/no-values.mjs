import { isSignal, servicesOf } from "./types.mjs";

/** Signals where JavaScript wants a value: texts, JSON, numbers, indices of arrays. */
export const noValues = {
  meta: {
    type: "problem",
    docs: { description: "a signal has no value while hardware is described" },
    schema: [],
    messages: {
      text: "A signal has no text: its value is not known while hardware is described.",
      json: "A signal has no value that JSON could hold; testbenches peek at values.",
      number: "A signal is no number: its value is not known while hardware is described.",
      index: "A signal is no index of an array: write `select({{index}}, {{array}})`.",
    },
  },
  create(context) {
    const services = servicesOf(context);
    const text = (node) => context.sourceCode.getText(node);
    return {
      TemplateLiteral({ expressions }) {
        for (const node of expressions) if (isSignal(services, node)) context.report({ node, messageId: "text" });
      },
      MemberExpression({ computed, object, property }) {
        if (!computed || !isSignal(services, property)) return;
        context.report({ node: property, messageId: "index", data: { index: text(property), array: text(object) } });
      },
      CallExpression({ callee, arguments: [first] }) {
        if (first === undefined || first.type === "SpreadElement" || !isSignal(services, first)) return;
        const messageId = { String: "text", Number: "number", BigInt: "number", "JSON.stringify": "json" }[
          text(callee)
        ];
        if (messageId !== undefined) context.report({ node: first, messageId });
      },
    };
  },
};

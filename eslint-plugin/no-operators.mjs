import { isSignal, servicesOf } from "./types.mjs";

/** The method for each operator of two operands; `/` and `%` have none. */
const METHODS = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "&": "and",
  "|": "or",
  "^": "xor",
  "<<": "shl",
  ">>": "shr",
  ">>>": "shr",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "==": "eq",
  "===": "eq",
  "!=": "ne",
  "!==": "ne",
  "&&": "and",
  "||": "or",
};
const EQUALITY = new Set(["==", "===", "!=", "!=="]);

const isNothing = (node) =>
  (node.type === "Identifier" && node.name === "undefined") || (node.type === "Literal" && node.value === null);

/** JavaScript's operators on signals: the message names the method. */
export const noOperators = {
  meta: {
    type: "problem",
    docs: { description: "JavaScript's operators do not work on signals" },
    schema: [],
    messages: {
      method: "`{{operator}}` does not work on signals: write `{{instead}}`.",
      none: "`{{operator}}` does not work on signals, and no method does the same.",
      step: "`{{operator}}` does not work on signals: a register counts by `{{name}}.next = {{name}}.add(1).wrap(…)`.",
      assign: "`{{operator}}` does not work on signals: assign `{{instead}}` by .set(…) or .next = ….",
    },
  },
  create(context) {
    const services = servicesOf(context);
    const text = (node) => context.sourceCode.getText(node);
    const operand = (node) => (/^[\w$.[\]!?]+$|\)$/.test(text(node)) ? text(node) : `(${text(node)})`);
    const call = (node, operator) => `${operand(node.left)}.${METHODS[operator]}(${text(node.right)})`;
    const binary = (node) => {
      const { left, operator, right } = node;
      const isSum = isSignal(services, left) || isSignal(services, right);
      if (!isSum || operator === "in" || operator === "instanceof") return;
      if (EQUALITY.has(operator) && (isNothing(left) || isNothing(right))) return;
      const method = METHODS[operator];
      if (method === undefined) context.report({ node, messageId: "none", data: { operator } });
      else if (isSignal(services, left)) {
        context.report({ node, messageId: "method", data: { operator, instead: call(node, operator) } });
      } else {
        const instead = `signal.${method}(${text(right)})`;
        context.report({ node, messageId: "method", data: { operator, instead } });
      }
    };
    return {
      BinaryExpression: binary,
      LogicalExpression(node) {
        if (node.operator === "??" || !isSignal(services, node.left, { orMissing: false })) return;
        binary(node);
      },
      UnaryExpression(node) {
        const { argument, operator } = node;
        if (!["!", "~", "-", "+"].includes(operator)) return;
        // The absence of a signal may be asked: `!options.enable`.
        if (!isSignal(services, argument, { orMissing: operator !== "!" })) return;
        const instead = { "!": ".not()", "~": ".not()", "-": ".neg()", "+": "" }[operator];
        context.report({ node, messageId: "method", data: { operator, instead: `${operand(argument)}${instead}` } });
      },
      UpdateExpression(node) {
        if (!isSignal(services, node.argument)) return;
        context.report({ node, messageId: "step", data: { operator: node.operator, name: text(node.argument) } });
      },
      AssignmentExpression(node) {
        if (node.operator === "=" || node.operator === "??=" || !isSignal(services, node.left)) return;
        const operator = node.operator.slice(0, -1);
        if (METHODS[operator] === undefined) {
          context.report({ node, messageId: "none", data: { operator: node.operator } });
        } else {
          const instead = call(node, operator);
          context.report({ node, messageId: "assign", data: { operator: node.operator, instead } });
        }
      },
    };
  },
};

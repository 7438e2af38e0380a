import type { Design, EmittedDesign } from "../../../src/hdl/index.ts";
import type { Expr, Statement } from "../../../src/hdl/ir.ts";
import { withOperands } from "../../../src/hdl/walk.ts";
import type { DesignMutation } from "./agreement.ts";
import type { Mutation } from "./bench.ts";

/** Changes the text of every file: what an emitter with this mistake would have written. */
const inText =
  (change: (text: string) => string): Mutation =>
  (verilog): EmittedDesign => ({
    ...verilog,
    files: verilog.files.map(({ name, text }) => ({ name, text: change(text) })),
  });

/** Mistakes of an emitter, made on purpose. */
export const emitterMistakes: Readonly<Record<string, Mutation>> = {
  "arithmetic shifts are logical": inText((text) => text.replaceAll(">>>", ">>")),
  "signed wires are declared unsigned": inText((text) => text.replace(/^( {4}logic) signed/gm, "$1      ")),
  "registers that reset to 0 reset to 1": inText((text) =>
    text.replace(
      /(if \(\w+\) begin\n)((?: +\w+ <= [^;]+;\n)+)( +end else begin)/g,
      (_, head: string, resets: string, tail: string) => {
        return head + resets.replace(/(<= \d+'s?d)0;/g, "$11;") + tail;
      },
    ),
  ),
  "the write mask is ignored": inText((text) => text.replace(/if \(\w+_mask(\[\d+\])?\) /g, "")),
  "the branches of a multiplexer are swapped": inText((text) =>
    text.replace(/ \? ([\w']+) : ([\w']+);/g, " ? $2 : $1;"),
  ),
  "registers of which no assignment can come true are not driven": inText((text) =>
    text.replace(/ {4}always_ff @\(posedge \w+\) begin\n {8}if \(\w+\) begin\n(?: {12}.*\n)+ {8}end\n {4}end\n/g, ""),
  ),
  "a sync read ignores its enable": inText((text) => text.replace(/if \(\w+_enable\) (\w+_data <= )/g, "$1")),
  "slices are taken one bit too low": inText((text) =>
    text.replace(/(= \w+)\[(\d+):([1-9]\d*)\];/g, (_, name: string, high: string, low: string) => {
      return `${name}[${Number(high) - 1}:${Number(low) - 1}];`;
    }),
  ),
  "instances take the reset of their parent": inText((text) => text.replace(/\.reset\(\w+\)/g, ".reset(reset)")),
};

/** Replaces nodes in all statements of a design: what a lowering with this mistake would have made of them. */
const inNodes =
  (change: (expr: Expr) => Expr): DesignMutation =>
  (design: Design): void => {
    const known = new Map<Expr, Expr>();
    const rewrite = (expr: Expr): Expr => {
      let result = known.get(expr);
      if (result === undefined) known.set(expr, (result = change(withOperands(expr, rewrite))));
      return result;
    };
    const visit = (statements: Statement[]): void => {
      statements.forEach((statement, index) => {
        if (statement.kind === "assign") statements[index] = { ...statement, value: rewrite(statement.value) };
        if (statement.kind === "when") {
          statements[index] = { ...statement, condition: rewrite(statement.condition) };
          visit(statement.then);
          visit(statement.otherwise);
        }
        if (statement.kind === "switch") {
          for (const { body } of statement.arms) visit(body);
          visit(statement.otherwise);
        }
      });
    };
    for (const { body } of design.modules) visit(body);
  };

/** Mistakes of the embedded simulator's lowering, made on purpose. */
export const loweringMistakes: Readonly<Record<string, DesignMutation>> = {
  "signed comparisons are unsigned": inNodes((expr) => {
    if (expr.kind !== "binary" || (expr.op !== "lt" && expr.op !== "ge")) return expr;
    const unsigned = (operand: Expr): Expr => ({ kind: "cast", operand, width: operand.width, signed: false });
    return { ...expr, left: unsigned(expr.left), right: unsigned(expr.right) };
  }),
  "a subtraction adds": inNodes((expr) =>
    expr.kind === "binary" && expr.op === "sub" ? { ...expr, op: "add" } : expr,
  ),
  "a case ignores its last arm": inNodes((expr) =>
    expr.kind === "case" && expr.arms.length > 1 ? { ...expr, arms: expr.arms.slice(0, -1) } : expr,
  ),
  "parts are joined in the wrong order": inNodes((expr) =>
    expr.kind === "cat" ? { ...expr, parts: [...expr.parts].reverse() } : expr,
  ),
  "a signed value is extended with zeros": inNodes((expr) => {
    if (expr.kind !== "resize" || !expr.signed || expr.operand.width >= expr.width) return expr;
    const { width, operand } = expr;
    const bits: Expr = { kind: "cast", operand, width: operand.width, signed: false };
    return { kind: "cast", operand: { kind: "resize", operand: bits, width, signed: false }, width, signed: true };
  }),
};

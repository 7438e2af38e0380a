import type { Design, Expr, Statement } from "../../../src/hdl/ir.ts";
import { eachStatement, operandsOf } from "../../../src/hdl/walk.ts";

/** How often each kind of the intermediate form was met. */
export type KindCounts = Map<string, number>;

/** Every kind that a design without external modules can have. */
export const KINDS: readonly string[] = [
  ...["const", "ref", "mux", "case", "cat", "slice", "resize", "cast"],
  ...["not", "neg", "reduceOr", "reduceAnd", "reduceXor"].map((op) => `unary ${op}`),
  ...["add", "sub", "mul", "and", "or", "xor", "eq", "ne", "lt", "le", "gt", "ge", "shl", "shr"].map(
    (op) => `binary ${op}`,
  ),
  ...["mul", "lt", "shr"].map((op) => `signed binary ${op}`),
  ...["input", "output", "wire", "reg", "reg without reset", "read", "reset", "pin"].map((kind) => `net ${kind}`),
  ...["assign", "when", "switch", "assert", "assume", "cover"].map((kind) => `statement ${kind}`),
  ...["sync read", "async read", "write", "readWrite", "masked write"].map((kind) => `memory ${kind}`),
  ...["old", "undefined"].map((mode) => `memory read under write ${mode}`),
  ...["instance", "instance with own reset", "hierarchy of three"],
  ...["1", "2 to 32", "33 to 64", "65 to 128", "129 to 200"].map((range) => `width ${range}`),
];

/** Adds what a design holds. */
export function countKinds(design: Design, counts: KindCounts): void {
  const add = (kind: string): void => {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  };
  const seen = new Set<Expr>();
  const visit = (expr: Expr): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind === "unary") add(`unary ${expr.op}`);
    else if (expr.kind === "binary") {
      add(`binary ${expr.op}`);
      if (expr.left.signed) add(`signed binary ${expr.op}`);
    } else add(expr.kind);
    add(`width ${rangeOf(expr.width)}`);
    operandsOf(expr).forEach(visit);
  };
  const visitStatement = (statement: Statement): void => {
    add(`statement ${statement.kind === "property" ? statement.check : statement.kind}`);
    if (statement.kind === "assign") visit(statement.value);
    if (statement.kind === "when" || statement.kind === "property") visit(statement.condition);
    if (statement.kind === "switch") visit(statement.selector);
  };
  for (const module of design.modules) {
    for (const net of [...module.ports, ...module.nets]) add(`net ${net.kind}`);
    for (const net of module.nets) if (net.kind === "reg" && net.reset === undefined) add("net reg without reset");
    if (module.resetPin !== undefined) add("net reset");
    eachStatement(module.body, visitStatement);
    for (const memory of module.memories) {
      add(`memory read under write ${memory.readUnderWrite}`);
      for (const port of memory.ports) {
        add(`memory ${port.kind === "read" ? (port.sync ? "sync read" : "async read") : port.kind}`);
        if (port.mask !== undefined) add("memory masked write");
        for (const expr of [port.address, port.enable, port.write, port.value, port.mask]) {
          if (expr !== undefined) visit(expr);
        }
      }
    }
    for (const instance of module.instances) {
      add("instance");
      for (const pin of instance.pins) add(`net ${pin.kind}`);
      if (instance.reset !== undefined) {
        add("instance with own reset");
        visit(instance.reset);
      }
      if (module === design.top && instance.module.instances.length > 0) add("hierarchy of three");
    }
  }
}

function rangeOf(width: number): string {
  if (width === 1) return "1";
  return width <= 32 ? "2 to 32" : width <= 64 ? "33 to 64" : width <= 128 ? "65 to 128" : "129 to 200";
}

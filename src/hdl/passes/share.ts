import { nameAt } from "../source-names.ts";
import type { Assign, Expr, Module, Net } from "../ir.ts";
import { countUses, isIndexed, rewriteRoots, withOperands } from "../walk.ts";

/**
 * Gives a wire to every expression that is used more than once or that the source names (`const sum = a.add(b)`), and
 * to every `case` inside another expression, which Verilog writes as a statement. Afterwards expressions are trees. A wire
 * takes the name in the source, or its consumer's name and what it computes.
 */
export function share(module: Module): void {
  const uses = countUses(module);
  const wires = new Map<Expr, Net>();
  const assigns: Assign[] = [];
  const visit = (expr: Expr, consumer: string, place: Place, parent?: Expr): Expr => {
    // What an operator is made of has the operator's site; the name in the source is the whole's.
    const isCut = place === "operand" && cutsExpression(expr, (inner) => !isPlain(inner) && (uses.get(inner) ?? 1) > 1);
    const isPart = parent !== undefined && parent.site === expr.site && parent.field === expr.field;
    if (!isCut && !deservesWire(expr, uses.get(expr) ?? 1, place, isPart)) {
      return withOperands(expr, (operand) => visit(operand, consumer, placeIn(expr, place), expr));
    }
    let net = wires.get(expr);
    if (net === undefined) {
      const sourceName = isPart ? undefined : exactName(expr);
      const hint = sourceName ?? `${consumer}_${noun(expr)}`;
      const { width, signed, site } = expr;
      net = { kind: "wire", owner: module, width, signed, hint, name: hint, site };
      wires.set(expr, net);
      const value = withOperands(expr, (operand) =>
        visit(operand, sourceName ?? consumer, placeIn(expr, "whole"), expr),
      );
      module.nets.push(net);
      assigns.push({ kind: "assign", target: net, value, site });
    }
    return { kind: "ref", net, width: net.width, signed: net.signed };
  };
  rewriteRoots(module, (expr, { name, target }) => visit(expr, name, target === undefined ? "operand" : "whole"));
  module.body.unshift(...assigns);
}

/**
 * Where an expression stands: it is the whole of an assignment, which needs no further name unless it is shared; or it
 * is extended, which Verilator's casts do right only to names; or an operator uses it; or it is joined or converted.
 */
type Place = "whole" | "extended" | "operand" | "joined";

function placeIn(parent: Expr, place: Place): Place {
  if (parent.kind === "resize" && parent.width > parent.operand.width) return "extended";
  if (parent.kind === "cat") return "joined";
  return parent.kind === "cast" ? (place === "whole" ? "joined" : place) : "operand";
}

/**
 * Whether an expression keeps some bits of an operator's result. It is then written as a size cast, whose width Yosys
 * gets wrong inside another operator.
 */
function cutsExpression(expr: Expr, isShared: (inner: Expr) => boolean): boolean {
  const cuts = expr.kind === "slice" || (expr.kind === "resize" && expr.width < expr.operand.width);
  if (!cuts || isIndexed(expr)) return false;
  let inner = expr.operand;
  while (inner.kind === "cast") inner = inner.operand;
  return inner.kind !== "ref" && !isShared(inner);
}

function deservesWire(expr: Expr, uses: number, place: Place, isPart: boolean): boolean {
  if (isPlain(expr)) return place === "extended" && expr.kind === "unary";
  if (uses > 1) return true;
  if (place === "whole") return false;
  if (place === "extended" && expr.kind !== "cat" && expr.kind !== "slice") return true;
  return expr.kind === "case" || (!isPart && exactName(expr) !== undefined);
}

/** `sum` when the source says `const sum =` and nothing but this expression; `lane_act` for a field of a bundle. */
function exactName(expr: Expr): string | undefined {
  const { name, exact } = nameAt(expr.site);
  if (!exact || name === undefined) return undefined;
  return expr.field === undefined ? name : `${name}_${expr.field}`;
}

/** What is as easily written twice as named. */
function isPlain(expr: Expr): boolean {
  if (expr.kind === "const" || expr.kind === "ref") return true;
  if (expr.kind === "slice" || expr.kind === "cast" || expr.kind === "resize") return isPlain(expr.operand);
  return expr.kind === "unary" && expr.op === "not" && expr.operand.kind === "ref";
}

function noun(expr: Expr): string {
  switch (expr.kind) {
    case "binary":
    case "unary":
      return nouns[expr.op];
    case "case":
      return "selected";
    case "cat":
      return "joined";
    case "slice":
      return "part";
    case "resize":
      return "resized";
    default:
      return "value";
  }
}

const nouns = {
  add: "sum",
  sub: "difference",
  mul: "product",
  and: "and",
  or: "or",
  xor: "xor",
  eq: "equal",
  ne: "differs",
  lt: "below",
  le: "most",
  gt: "above",
  ge: "least",
  shl: "shifted",
  shr: "shifted",
  not: "not",
  neg: "negative",
  reduceOr: "any",
  reduceAnd: "all",
  reduceXor: "parity",
} as const;

import type { Binary, Expr, Ref, Unary } from "../../hdl/ir.ts";
import type { Term, TermBuilder } from "../terms/index.ts";

/** The term of a node from those of its operands: what `evaluateNode` computes, as bit patterns. Not for refs. */
export function nodeTerm(terms: TermBuilder, expr: Exclude<Expr, Ref>, termOf: (operand: Expr) => Term): Term {
  switch (expr.kind) {
    case "const":
      return terms.constant(expr.value, expr.width);
    case "unary":
      return unaryTerm(terms, expr, termOf(expr.operand));
    case "binary":
      return binaryTerm(terms, expr, termOf(expr.left), termOf(expr.right));
    case "mux":
      return terms.ite(termOf(expr.condition), termOf(expr.whenTrue), termOf(expr.whenFalse));
    case "case": {
      const selector = termOf(expr.selector);
      return expr.arms
        .filter((arm) => arm.value < 1n << BigInt(selector.width))
        .reduceRight(
          (rest, arm) =>
            terms.ite(terms.equal(selector, terms.constant(arm.value, selector.width)), termOf(arm.expr), rest),
          termOf(expr.otherwise),
        );
    }
    case "cat":
      return terms.concat(expr.parts.map(termOf));
    case "slice":
      return terms.extract(termOf(expr.operand), expr.high, expr.low);
    case "resize":
      return terms.resize(termOf(expr.operand), expr.width, expr.operand.signed);
    case "cast":
      return termOf(expr.operand);
  }
}

function unaryTerm(terms: TermBuilder, { op }: Unary, operand: Term): Term {
  const { width } = operand;
  switch (op) {
    case "not":
      return terms.not(operand);
    case "neg":
      return terms.bitwise("bvneg", operand);
    case "reduceOr":
      return terms.not(terms.equal(operand, terms.constant(0n, width)));
    case "reduceAnd":
      return terms.equal(operand, terms.constant(-1n, width));
    case "reduceXor":
      return parity(terms, operand);
  }
}

/** The halves of a vector xored until one bit is left. */
function parity(terms: TermBuilder, operand: Term): Term {
  const { width } = operand;
  if (width === 1) return operand;
  const half = Math.ceil(width / 2);
  const high = terms.resize(terms.extract(operand, width - 1, half), half, false);
  return parity(terms, terms.bitwise("bvxor", high, terms.extract(operand, half - 1, 0)));
}

function binaryTerm(terms: TermBuilder, expr: Binary, left: Term, right: Term): Term {
  const { signed } = expr.left;
  switch (expr.op) {
    case "add":
    case "sub":
    case "mul":
    case "and":
    case "or":
    case "xor":
      return terms.bitwise(`bv${expr.op}`, left, right);
    case "eq":
      return terms.equal(left, right);
    case "ne":
      return terms.not(terms.equal(left, right));
    case "lt":
      return terms.relation(signed ? "bvslt" : "bvult", left, right);
    case "le":
      return terms.relation(signed ? "bvsle" : "bvule", left, right);
    case "gt":
      return terms.relation(signed ? "bvslt" : "bvult", right, left);
    case "ge":
      return terms.relation(signed ? "bvsle" : "bvule", right, left);
    case "shl":
    case "shr": {
      // SMT-LIB wants both operands of one width; amounts past the end mean the same in both worlds.
      const width = Math.max(left.width, right.width);
      const operator = expr.op === "shl" ? "bvshl" : signed ? "bvashr" : "bvlshr";
      const shifted = terms.bitwise(operator, terms.resize(left, width, signed), terms.resize(right, width, false));
      return terms.extract(shifted, left.width - 1, 0);
    }
  }
}

import type { Expr, Net } from "../ir.ts";

/** The bits of nets on which the bits `mask` of an expression (all when undefined) depend, as masks. */
export function bitsBehind(expr: Expr, mask: bigint | undefined): Map<Net, bigint> {
  const found = new Map<Net, bigint>();
  const seen = new Map<Expr, bigint>();
  const visit = (node: Expr, bits: bigint): void => {
    const known = seen.get(node) ?? 0n;
    if (bits === 0n || (known | bits) === known) return;
    seen.set(node, known | bits);
    switch (node.kind) {
      case "const":
        return;
      case "ref":
        found.set(node.net, (found.get(node.net) ?? 0n) | bits);
        return;
      case "slice":
        visit(node.operand, bits << BigInt(node.low));
        return;
      case "cast":
        visit(node.operand, bits);
        return;
      case "resize": {
        const { operand } = node;
        const above = bits >> BigInt(operand.width);
        const sign = above !== 0n && operand.signed ? 1n << BigInt(operand.width - 1) : 0n;
        visit(operand, (bits & all(operand.width)) | sign);
        return;
      }
      case "cat": {
        let low = node.width;
        for (const part of node.parts) {
          low -= part.width;
          visit(part, (bits >> BigInt(low)) & all(part.width));
        }
        return;
      }
      case "mux":
        visit(node.condition, 1n);
        visit(node.whenTrue, bits);
        visit(node.whenFalse, bits);
        return;
      case "case":
        visit(node.selector, all(node.selector.width));
        for (const arm of node.arms) visit(arm.expr, bits);
        visit(node.otherwise, bits);
        return;
      case "unary":
        if (node.op === "not") visit(node.operand, bits);
        else visit(node.operand, node.op === "neg" ? upTo(bits) : all(node.operand.width));
        return;
      case "binary":
        visit(node.left, operandBits(node, bits, node.left.width));
        visit(node.right, isShift(node.op) ? all(node.right.width) : operandBits(node, bits, node.right.width));
    }
  };
  visit(expr, mask ?? all(expr.width));
  return found;
}

function operandBits(node: Expr & { kind: "binary" }, bits: bigint, width: number): bigint {
  switch (node.op) {
    case "and":
    case "or":
    case "xor":
      return bits;
    case "add":
    case "sub":
    case "mul":
    case "shl":
      return upTo(bits);
    default:
      return all(width);
  }
}

function isShift(op: string): boolean {
  return op === "shl" || op === "shr";
}

function all(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}

/** All bits up to the highest one set. */
function upTo(bits: bigint): bigint {
  return (1n << BigInt(bits.toString(2).length)) - 1n;
}

import type { Expr, Module, Net } from "../ir.ts";
import { eachRoot } from "../walk.ts";

/** Which bits of each net are read, as a mask: what the emitted text selects, so that a linter agrees. */
export function bitsRead(module: Module): Map<Net, bigint> {
  const used = new Map<Net, bigint>();
  const mark = (net: Net, bits: bigint): void => {
    used.set(net, (used.get(net) ?? 0n) | bits);
  };
  const visit = (expr: Expr): void => {
    switch (expr.kind) {
      case "const":
        return;
      case "ref":
        mark(expr.net, mask(expr.width));
        return;
      case "slice":
        if (expr.operand.kind === "ref") mark(expr.operand.net, mask(expr.width) << BigInt(expr.low));
        else visit(expr.operand);
        return;
      case "resize":
        if (expr.operand.kind === "ref" && expr.width < expr.operand.width) mark(expr.operand.net, mask(expr.width));
        else visit(expr.operand);
        return;
      case "unary":
      case "cast":
        visit(expr.operand);
        return;
      case "binary":
        visit(expr.left);
        visit(expr.right);
        return;
      case "mux":
        visit(expr.condition);
        visit(expr.whenTrue);
        visit(expr.whenFalse);
        return;
      case "case":
        visit(expr.selector);
        for (const arm of expr.arms) visit(arm.expr);
        visit(expr.otherwise);
        return;
      case "cat":
        expr.parts.forEach(visit);
    }
  };
  eachRoot(module, visit);
  return used;
}

function mask(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}

/** The parts of `name` whose bits are not in `used`: `name`, `name[7:4]`, … */
export function unusedParts(name: string, width: number, used: bigint): string[] {
  const all = mask(width);
  const unused = all & ~used;
  if (unused === all) return [name];
  const parts: string[] = [];
  for (let high = width - 1; high >= 0; high--) {
    if (((unused >> BigInt(high)) & 1n) === 0n) continue;
    let low = high;
    while (low > 0 && ((unused >> BigInt(low - 1)) & 1n) === 1n) low--;
    parts.push(high === low ? `${name}[${high}]` : `${name}[${high}:${low}]`);
    high = low;
  }
  return parts;
}

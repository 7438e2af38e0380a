import type { Expr } from "../ir.ts";
import { operandsOf } from "../walk.ts";
import type { Node } from "./graph.ts";
import { bytesOf } from "./layout.ts";
import { WORD_BITS } from "./trees.ts";
import { isVectorisable } from "./vector.ts";

/** Code of an expression's node or of a node's frame, on average. */
const BYTES_PER_OPERATION = 6;

/** About how many bytes of code a node and its inner nodes take. */
export function costOf(node: Node): number {
  return [...node.inner, node].reduce((sum, part) => sum + ownCost(part), 0);
}

function ownCost(node: Node): number {
  const operations = node.exprs.reduce((sum, expr) => sum + sizeOf(expr), 1);
  const { width } = node.exprs[0] ?? { width: 1 };
  const copies = isPacked(node) ? Math.ceil((node.lanes.length * bytesOf(width)) / 16) : node.lanes.length;
  return operations * copies * BYTES_PER_OPERATION;
}

/** Whether a node is written for all its lanes at once. */
export function isPacked({ kind, lanes, exprs }: Node): boolean {
  return lanes.length > 1 && (kind === "compute" || kind === "register") && isVectorisable(exprs[0]!);
}

function sizeOf(expr: Expr): number {
  const limbs = Math.ceil(expr.width / WORD_BITS);
  return operandsOf(expr).reduce((sum, operand) => sum + sizeOf(operand), limbs);
}

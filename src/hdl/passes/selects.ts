import type { Assign, Expr, Module, Net, Statement } from "../ir.ts";
import { findDrivers } from "../verilog/drivers.ts";
import { eachStatement, isIndexed, mapExpressions, withOperands } from "../walk.ts";

/**
 * Gives wires to constant selections and truncations inside `always_comb`, where Icarus Verilog does not take them:
 * bits 7 to 4 of `address` become `address_7_4`.
 */
export function selects(module: Module): void {
  const { plain } = findDrivers(module);
  const wires = new Map<string, Net>();
  const assigns: Assign[] = [];
  const hoist = (expr: Expr): Expr => {
    const inner = withOperands(expr, hoist);
    const truncates = inner.kind === "resize" && inner.width < inner.operand.width;
    if (inner.kind !== "slice" && !truncates) return inner;
    const { operand, width, signed, site } = inner;
    if (isIndexed(inner)) return inner;
    const low = inner.kind === "slice" ? inner.low : 0;
    const high = low + width - 1;
    const base = operand.kind === "ref" ? operand.net.hint : "selected";
    const hint = `${base}_${high}${high === low ? "" : `_${low}`}`;
    const key = operand.kind === "ref" ? `${hint} ${signed} ${keyOf(operand.net)}` : undefined;
    let net = key === undefined ? undefined : wires.get(key);
    if (net === undefined) {
      net = { kind: "wire", owner: module, width, signed, hint, name: hint, site };
      if (key !== undefined) wires.set(key, net);
      module.nets.push(net);
      assigns.push({ kind: "assign", target: net, value: inner, site });
    }
    return { kind: "ref", net, width, signed };
  };
  const numbers = new Map<Net, number>();
  const keyOf = (net: Net): number => {
    if (!numbers.has(net)) numbers.set(net, numbers.size);
    return numbers.get(net)!;
  };
  const body = module.body.map((statement): Statement => {
    const simple = statement.kind === "assign" && plain.has(statement.target) && statement.value.kind !== "case";
    if (simple || !assignsCombinational(statement)) return statement;
    return mapExpressions(statement, (expr, inner) => {
      return inner.kind === "assign" && inner.target.kind === "reg" ? expr : hoist(expr);
    });
  });
  module.body.splice(0, module.body.length, ...assigns, ...body);
}

function assignsCombinational(statement: Statement): boolean {
  let found = false;
  eachStatement([statement], (inner) => {
    found ||= inner.kind === "assign" && inner.target.kind !== "reg";
  });
  return found;
}

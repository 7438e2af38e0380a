import * as build from "./build.ts";
import { report, scope } from "./context.ts";
import { bitCount } from "./guards.ts";
import type { Expr, Net } from "./ir.ts";
import { callSite, type Site } from "./location.ts";
import { fitLiteral, type Operand } from "./operators.ts";

/** Adds an assignment to the open branch: the value is extended to the net, never truncated. */
export function drive(net: Net, value: Operand): void {
  const site = callSite(drive);
  const { module, statements } = scope(`an assignment to "${net.hint}"`);
  if (net.owner !== module) {
    report({
      code: "hdl-foreign",
      message: `"${net.hint}" belongs to module ${net.owner.hint}, but is assigned in ${module.hint}`,
      notes: declaredAt(net),
      help: "modules talk through ports",
    });
    return;
  }
  let expr = fitLiteral(value, net.width, net.signed, `"${net.hint}"`);
  if (expr.width > net.width) {
    reportTooWide(net, expr.width, site);
    expr = build.resize(expr, net.width);
  }
  statements.push({ kind: "assign", target: net, value: build.resize(expr, net.width, site), site });
}

function reportTooWide(net: Net, width: number, site: Site | undefined): void {
  report({
    code: "hdl-width",
    message: `cannot assign ${bitCount(width)} to "${net.hint}", which has ${bitCount(net.width)}`,
    site,
    notes: declaredAt(net),
    help: `narrow the value: .wrap(${net.width}), .saturate(${net.width}) or .bits(${net.width - 1}, 0)`,
  });
}

/** Reports `.set(…)` or `.next = …` on what does not take it; the type checker refuses it too. */
export function refuseDrive(expr: Expr, verb: "set" | "next"): void {
  const net = expr.kind === "ref" ? expr.net : undefined;
  if (net === undefined) {
    const help = "only wires, outputs and registers take values";
    report({ code: "hdl-direction", message: "the result of an operator cannot be assigned", help });
    return;
  }
  const port = net.port?.kind ?? net.kind;
  const who = net.port === undefined ? `"${net.hint}"` : `"${net.port.hint}" of an instance`;
  const isRead = port === "read" || port === "reset" || port === (net.kind === "pin" ? "output" : "input");
  const noun =
    { input: "an input", output: "an output", reg: "a register", wire: "a wire" }[port as string] ?? "read data";
  const help = isRead ? "" : verb === "set" ? ".next = …" : ".set(…)";
  report({
    code: "hdl-direction",
    message: `${who} is ${noun}: it ${isRead ? "is read, not driven" : `takes ${help}, not ${verb === "set" ? ".set(…)" : ".next = …"}`}`,
    notes: declaredAt(net),
  });
}

/** The note that points at a net's declaration. */
export function declaredAt(net: Net): { text: string; site: Site | undefined }[] {
  return net.site === undefined ? [] : [{ text: `"${net.hint}" is declared here`, site: net.site }];
}

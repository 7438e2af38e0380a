import { declaredAt } from "../drive.ts";
import type { Expr, Module, Net } from "../ir.ts";
import type { Problem } from "../problems.ts";
import { isVerilogKeyword } from "../verilog/keywords.ts";
import { eachNode, eachRoot, eachStatement, expressionOf } from "../walk.ts";

/** Legal port names, every output and instance input driven, no signal of another module. */
export function check(module: Module, problems: Problem[]): void {
  if (module.external !== undefined) return;
  checkPortNames(module, problems);
  checkDriven(module, problems);
  checkOwners(module, problems);
}

function checkPortNames(module: Module, problems: Problem[]): void {
  const seen = new Set<string>();
  const complain = (port: Net, message: string, help: string): void => {
    problems.push({
      code: "hdl-port-name",
      message: `port "${port.hint}" of ${module.hint} ${message}`,
      site: module.site,
      help,
    });
  };
  for (const port of module.ports) {
    const { hint } = port;
    if (isVerilogKeyword(hint)) complain(port, "has the name of a Verilog keyword", "choose another name");
    else if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(hint) || hint.includes("__")) {
      complain(port, "is not a plain identifier", "use letters, digits and single underscores, a letter first");
    } else if (hint === "clock" || hint === "reset") {
      complain(port, "has the name of the implicit port", "clock and reset are there without being declared");
    } else if (seen.has(hint))
      complain(port, "is there twice", "nested names are joined by underscores: choose others");
    seen.add(hint);
  }
}

function checkDriven(module: Module, problems: Problem[]): void {
  const driven = new Set<Net>();
  eachStatement(module.body, (statement) => {
    if (statement.kind === "assign") driven.add(statement.target);
  });
  const undriven = (net: Net, message: string, help: string): void => {
    if (!driven.has(net)) problems.push({ code: "hdl-undriven", message, site: net.site, help });
  };
  for (const port of module.ports) {
    if (port.kind === "output")
      undriven(port, `output "${port.hint}" of ${module.hint} is never driven`, "drive it with .set(…)");
  }
  for (const { hint, module: child, pins } of module.instances) {
    for (const pin of pins) {
      if (pin.port!.kind !== "input") continue;
      undriven(
        pin,
        `input "${pin.port!.hint}" of instance "${hint}" (${child.hint}) is never driven`,
        "drive it with .set(…)",
      );
    }
  }
  const read = netsRead(module);
  for (const net of module.nets) {
    if (!read.has(net)) continue;
    if (net.kind === "wire") undriven(net, `wire "${net.hint}" is read but never driven`, "drive it with .set(…)");
    if (net.kind === "reg") undriven(net, `register "${net.hint}" is read but never assigned`, "assign it: .next = …");
  }
}

function netsRead(module: Module): Set<Net> {
  const read = new Set<Net>();
  const seen = new Set<Expr>();
  eachRoot(module, (root) => {
    eachNode(root, seen, (expr) => {
      if (expr.kind === "ref") read.add(expr.net);
    });
  });
  return read;
}

function checkOwners(module: Module, problems: Problem[]): void {
  const seen = new Set<Expr>();
  eachStatement(module.body, (statement) => {
    eachNode(expressionOf(statement), seen, (expr) => {
      if (expr.kind !== "ref" || expr.net.owner === module) return;
      const { hint, owner } = expr.net;
      problems.push({
        code: "hdl-foreign",
        message: `"${hint}" belongs to module ${owner.hint}, but is read in ${module.hint}`,
        site: statement.site,
        notes: declaredAt(expr.net),
        help: "modules talk through ports",
      });
    });
  });
}

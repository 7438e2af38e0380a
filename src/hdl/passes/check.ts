import { declaredAt } from "../drive.ts";
import type { Expr, Module, Net } from "../ir.ts";
import type { Site } from "../location.ts";
import type { Problem } from "../problems.ts";
import { clockName, resetName } from "../verilog/clocking.ts";
import { isVerilogKeyword, otherName } from "../verilog/keywords.ts";
import { eachNode, eachRoot, eachStatement, expressionOf, portExpressions } from "../walk.ts";

/** Legal port names, every output and instance input driven, no signal of another module. */
export function check(module: Module, problems: Problem[]): void {
  checkModuleName(module, problems);
  checkPortNames(module, problems);
  if (module.external !== undefined) return;
  checkMemories(module, problems);
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
    if (isVerilogKeyword(hint)) complain(port, "has the name of a Verilog keyword", otherName(hint, "value"));
    else if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(hint) || (hint.includes("__") && module.external === undefined)) {
      complain(port, "is not a plain identifier", "use letters, digits and single underscores, a letter first");
    } else if (module.external === undefined && (hint === "clock" || hint === "reset")) {
      complain(port, "has the name of the implicit port", "clock and reset are there without being declared");
    } else if (module.domains.some((domain) => hint === clockName(domain) || hint === resetName(domain))) {
      complain(
        port,
        "has the name of a clock domain's port",
        "the clocks and resets of domains are there without being declared",
      );
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
  for (const { hint, module: child, pins, site } of module.instances) {
    const inputs = pins.filter((pin) => pin.port!.kind === "input");
    if (inputs.length > 1 && inputs.every((pin) => !driven.has(pin))) {
      problems.push({
        code: "hdl-undriven",
        message: `instance "${hint}" (${child.hint}) is not connected: none of its ${inputs.length} inputs is driven`,
        site,
        help: `drive them with .set(…): ${listed(inputs.map((pin) => pin.port!.hint))}`,
      });
      continue;
    }
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
  const visit = (root: Expr, site: Site | undefined): void => {
    eachNode(root, seen, (expr) => {
      if (expr.kind !== "ref" || expr.net.owner === module) return;
      const { hint, owner } = expr.net;
      problems.push({
        code: "hdl-foreign",
        message: `"${hint}" belongs to module ${owner.hint}, but is read in ${module.hint}`,
        site,
        notes: declaredAt(expr.net),
        help: "modules talk through ports",
      });
    });
  };
  eachStatement(module.body, (statement) => {
    visit(expressionOf(statement), statement.site);
  });
  for (const port of module.memories.flatMap(({ ports }) => ports)) {
    for (const [, expr] of portExpressions(port)) visit(expr, port.site);
  }
  for (const { reset, site } of module.instances) if (reset !== undefined) visit(reset, site);
}

/** The first few of some names. */
function listed(names: readonly string[]): string {
  return names.length <= 6 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}

/** A memory that is read has something in it. */
function checkMemories(module: Module, problems: Problem[]): void {
  for (const { hint, ports, init, site } of module.memories) {
    if (init !== undefined || ports.length === 0 || ports.some((port) => port.kind !== "read")) continue;
    problems.push({
      code: "hdl-memory",
      message: `memory "${hint}" is read, but nothing is ever in it`,
      site,
      help: "give it a write port, or its contents with init",
    });
  }
}

/** Modules appear as Verilog modules and files under their names; that of an external module is not ours to change. */
function checkModuleName({ hint, site, external }: Module, problems: Problem[]): void {
  const complain = (message: string, help: string): void => {
    problems.push({ code: "hdl-module-name", message: `the module name "${hint}" is ${message}`, site, help });
  };
  if (isVerilogKeyword(hint)) complain("a Verilog keyword", otherName(hint, "unit"));
  else if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(hint) || (hint.includes("__") && external === undefined)) {
    complain("not a plain identifier", "use letters, digits and single underscores, a letter first");
  }
}

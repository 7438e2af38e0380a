import { declaredAt } from "../drive.ts";
import type { Module, Net, Statement } from "../ir.ts";
import type { Problem } from "../problems.ts";
import { targetsOf } from "../verilog/drivers.ts";

/** Every wire, output and instance input is driven on every path. */
export function noLatch(module: Module, problems: Problem[]): void {
  const nets = new Set<Net>();
  for (const statement of module.body) {
    for (const net of targetsOf(statement)) if (net.kind !== "reg") nets.add(net);
  }
  const complete = completelyDriven(module.body);
  for (const net of nets) {
    if (complete.has(net)) continue;
    const branch = module.body.find((statement) => targetsOf(statement).has(net));
    problems.push({
      code: "hdl-latch",
      message: `"${net.hint}" is not driven on every path`,
      site: branch?.site,
      notes: declaredAt(net),
      help: "give it a default before the branch: .set(…)",
    });
  }
}

/** The nets that are assigned whichever branches are taken. */
function completelyDriven(statements: readonly Statement[]): Set<Net> {
  const driven = new Set<Net>();
  for (const statement of statements) {
    if (statement.kind === "assign") driven.add(statement.target);
    if (statement.kind === "when") {
      const otherwise = completelyDriven(statement.otherwise);
      for (const net of completelyDriven(statement.then)) if (otherwise.has(net)) driven.add(net);
    }
    if (statement.kind === "switch") {
      const { arms, selector } = statement;
      const exhaustive = arms.length === 2 ** selector.width;
      const branches = arms.map((arm) => completelyDriven(arm.body));
      if (!exhaustive) branches.push(completelyDriven(statement.otherwise));
      const [first, ...rest] = branches;
      for (const net of first ?? []) if (rest.every((branch) => branch.has(net))) driven.add(net);
    }
  }
  return driven;
}

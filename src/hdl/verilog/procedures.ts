import type { Const, Expr, Module, Net, Statement } from "../ir.ts";
import { type Drivers, branches, groupTargets, project, readsOf, targetsOf } from "./drivers.ts";
import { clockName, resetName } from "./clocking.ts";
import { inverse } from "../passes/simplify.ts";
import { literal, verilogBits, verilogExpression, type NameOf } from "./expression.ts";
import type { Writer } from "./text.ts";

/** Writes the statements of a module as `assign`, `always_comb` and `always_ff`. */

/** Plain assignments of wires, outputs and pins; `skip` names the nets that need none. */
export function writeAssigns(
  out: Writer,
  module: Module,
  drivers: Drivers,
  nameOf: NameOf,
  skip: (net: Net) => boolean,
): void {
  for (const statement of module.body) {
    if (statement.kind !== "assign" || statement.target.kind === "reg") continue;
    const { target, value } = statement;
    if (drivers.plain.get(target) !== statement || skip(target) || value.kind === "case") continue;
    out.line(`assign ${nameOf(target)} = ${verilogBits(value, nameOf)};`);
  }
}

/** One `always_comb` per group of nets that are assigned under the same conditions. */
export function writeCombinational(out: Writer, module: Module, drivers: Drivers, nameOf: NameOf): void {
  const isPlain = (net: Net): boolean => {
    const plain = drivers.plain.get(net);
    return plain !== undefined && plain.value.kind !== "case";
  };
  const groups = groupTargets(module.body, (net) => net.kind !== "reg" && !isPlain(net));
  for (const group of groups) {
    for (const nets of feedsItself(group, module, drivers) ? group.map((net) => [net]) : [group]) {
      const statements = statementsOf(nets, module, drivers);
      out.gap();
      out.block("always_comb begin", "end", () => {
        writeStatements(out, statements, "=", nameOf);
      });
    }
  }
}

/** The statements of a module restricted to the assignments of some nets. */
function statementsOf(nets: readonly Net[], module: Module, drivers: Drivers): Statement[] {
  const members = new Set(nets);
  const touching = new Set(nets.flatMap((net) => drivers.statements.get(net) ?? []));
  return project(
    module.body.filter((statement) => touching.has(statement)),
    (inner) => inner.kind === "assign" && members.has(inner.target),
  );
}

/** Whether a net of the group reaches an input of the group, through any logic of this module. */
function feedsItself(group: readonly Net[], module: Module, drivers: Drivers): boolean {
  if (group.length === 1) return false;
  const members = new Set(group);
  const seen = new Set<Net>();
  const pending = [...readsOf(group.flatMap((net) => drivers.statements.get(net) ?? []).map(keepOnly(members)))];
  for (let net = pending.pop(); net !== undefined; net = pending.pop()) {
    if (members.has(net)) return true;
    if (seen.has(net) || net.kind === "reg") continue;
    seen.add(net);
    if (net.kind === "wire" || net.kind === "output" || isInputPin(net)) {
      pending.push(...readsOf((drivers.statements.get(net) ?? []).map(keepOnly(new Set([net])))));
    } else if (net.kind === "pin") {
      pending.push(...net.instance!.pins.filter(isInputPin));
    } else if (net.kind === "read") {
      const port = module.memories.flatMap((memory) => memory.ports).find((candidate) => candidate.data === net);
      if (port !== undefined && !port.sync) pending.push(...refsOf(port.address));
    }
  }
  return false;
}

function isInputPin(net: Net): boolean {
  return net.kind === "pin" && net.port!.kind === "input";
}

function keepOnly(members: ReadonlySet<Net>): (statement: Statement) => Statement {
  return (statement) => {
    const kept = project([statement], (inner) => inner.kind === "assign" && members.has(inner.target));
    return kept[0] ?? statement;
  };
}

function refsOf(expr: Expr): Net[] {
  return [...readsOf([{ kind: "property", check: "assert", condition: expr, message: "", site: undefined }])];
}

/** Registers in one block of plain assignments: the time Yosys takes for a block grows with the square of it. */
const PLAIN_BLOCK = 200;

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** Registers: those without conditions together, others by groups; registers with reset apart from those without. */
export function writeRegisters(out: Writer, module: Module, drivers: Drivers, nameOf: NameOf): void {
  const conditional = new Set<Net>();
  for (const statement of module.body)
    if (branches(statement)) for (const net of targetsOf(statement)) conditional.add(net);
  const kinds = [undefined, ...module.domains].flatMap((domain) =>
    [false, true].map((withReset) => ({ domain, withReset })),
  );
  for (const { domain, withReset } of kinds) {
    const keep = (net: Net): boolean =>
      net.kind === "reg" && net.domain === domain && (net.reset !== undefined) === withReset;
    const groups = groupTargets(module.body, keep);
    const plain = groups.filter((group) => !group.some((net) => conditional.has(net))).flat();
    const rest = groups.filter((group) => group.some((net) => conditional.has(net)));
    const constant = module.nets.filter((net) => keep(net) && !drivers.statements.has(net));
    for (const nets of [...chunks(plain, PLAIN_BLOCK), ...rest, ...constant.map((net) => [net])]) {
      writeRegisterBlock(out, module, drivers, nets, nameOf);
    }
  }
}

/** The reset value of a register that has one. */
export function resetConstant({ reset, resetLabel, width, signed }: Net): Const {
  return { kind: "const", value: reset ?? 0n, width, signed, label: resetLabel };
}

function writeRegisterBlock(out: Writer, module: Module, drivers: Drivers, nets: readonly Net[], nameOf: NameOf): void {
  const statements = statementsOf(nets, module, drivers);
  out.gap();
  const { domain, reset } = nets[0]!;
  out.block(`always_ff @(posedge ${clockName(domain)}) begin`, "end", () => {
    if (reset === undefined) {
      // A register of which no assignment can come true still needs a driver.
      if (statements.length === 0) for (const net of nets) out.line(`${nameOf(net)} <= ${nameOf(net)};`);
      writeStatements(out, statements, "<=", nameOf);
      return;
    }
    out.open(`if (${resetName(domain)}) begin`, () => {
      for (const net of nets) {
        out.line(`${nameOf(net)} <= ${literal(resetConstant(net))};`);
      }
    });
    const [only] = statements;
    if (only === undefined) {
      out.line("end");
      return;
    }
    if (statements.length === 1 && only.kind === "when" && only.then.length > 0) {
      writeWhen(out, only, "<=", nameOf, "end else ");
      return;
    }
    out.block("end else begin", "end", () => {
      writeStatements(out, statements, "<=", nameOf);
    });
  });
}

/** Assertions and assumptions in simulation and proof; covers only for tools that define FORMAL. */
export function writeProperties(out: Writer, module: Module, nameOf: NameOf): void {
  const kinds = [undefined, ...module.domains].flatMap((domain) => [
    { domain, guard: "", checks: ["assert", "assume"] },
    { domain, guard: "FORMAL", checks: ["cover"] },
  ]);
  for (const { domain, guard, checks } of kinds) {
    const statements = project(
      module.body,
      (inner) => inner.kind === "property" && inner.domain === domain && checks.includes(inner.check),
    );
    if (statements.length === 0) continue;
    out.gap();
    if (guard !== "") out.line(`\`ifdef ${guard}`);
    // Not always_ff: Icarus Verilog takes no failure messages there.
    out.block(`always @(posedge ${clockName(domain)}) begin`, "end", () => {
      out.block(`if (!${resetName(domain)}) begin`, "end", () => {
        writeStatements(out, statements, "<=", nameOf);
      });
    });
    if (guard !== "") out.line("`endif");
  }
}

function writeStatements(out: Writer, statements: readonly Statement[], operator: "=" | "<=", nameOf: NameOf): void {
  for (const statement of statements) writeStatement(out, statement, operator, nameOf);
}

function writeStatement(out: Writer, statement: Statement, operator: "=" | "<=", nameOf: NameOf): void {
  switch (statement.kind) {
    case "assign":
      writeAssignment(out, statement.target, statement.value, operator, nameOf);
      return;
    case "property":
      out.line(`// ${statement.message.replaceAll("\n", " ")}`);
      out.line(`${statement.check} (${verilogExpression(statement.condition, nameOf)});`);
      return;
    case "when":
      writeWhen(out, statement, operator, nameOf, "");
      return;
    case "switch":
      out.block(`case (${verilogExpression(statement.selector, nameOf)})`, "endcase", () => {
        for (const { value, body } of statement.arms) {
          if (body.length === 0 && statement.otherwise.length === 0) continue;
          writeArm(out, literal(value), body, operator, nameOf);
        }
        writeArm(out, "default", statement.otherwise, operator, nameOf);
      });
  }
}

function writeArm(out: Writer, label: string, body: readonly Statement[], operator: "=" | "<=", nameOf: NameOf): void {
  if (body.length === 0) {
    out.line(`${label}: ;`);
    return;
  }
  out.block(`${label}: begin`, "end", () => {
    writeStatements(out, body, operator, nameOf);
  });
}

function writeAssignment(out: Writer, target: Net, value: Expr, operator: "=" | "<=", nameOf: NameOf): void {
  const name = nameOf(target);
  if (value.kind !== "case") {
    out.line(`${name} ${operator} ${verilogBits(value, nameOf)};`);
    return;
  }
  const { selector } = value;
  out.block(`case (${verilogExpression(selector, nameOf)})`, "endcase", () => {
    for (const arm of value.arms) {
      const label = literal({ kind: "const", value: arm.value, width: selector.width, signed: selector.signed });
      out.line(`${label}: ${name} ${operator} ${verilogBits(arm.expr, nameOf)};`);
    }
    out.line(`default: ${name} ${operator} ${verilogBits(value.otherwise, nameOf)};`);
  });
}

type When = Statement & { kind: "when" };

function writeWhen(out: Writer, statement: When, operator: "=" | "<=", nameOf: NameOf, lead: string): void {
  const { condition, then, otherwise } = statement;
  if (then.length === 0) {
    writeWhen(
      out,
      { ...statement, condition: inverse(condition), then: otherwise, otherwise: [] },
      operator,
      nameOf,
      lead,
    );
    return;
  }
  const [only] = otherwise;
  const head = `${lead}if (${verilogExpression(condition, nameOf)}) begin`;
  const body = (): void => {
    writeStatements(out, then, operator, nameOf);
  };
  if (otherwise.length === 0) out.block(head, "end", body);
  else if (otherwise.length === 1 && only?.kind === "when" && only.then.length > 0) {
    out.open(head, body);
    writeWhen(out, only, operator, nameOf, "end else ");
  } else {
    out.open(head, body);
    out.block("end else begin", "end", () => {
      writeStatements(out, otherwise, operator, nameOf);
    });
  }
}

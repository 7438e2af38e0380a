import * as build from "../hdl/build.ts";
import type { Design, Expr, Instance, Module, Net, Statement } from "../hdl/ir.ts";
import { gateClocks, hasDomains, tickName } from "../hdl/simulate/index.ts";
import { clockPorts } from "../hdl/verilog/clocking.ts";
import { rewriteRoots, withOperands } from "../hdl/walk.ts";

/** A design as a proof follows it, step by step. */
export interface SteppedDesign {
  readonly design: Design;
  /** Inputs of the top that are resets. */
  readonly resets: readonly string[];
  /** Inputs of the top that say whether a clock ticks; none of a design of one clock, which ticks in every step. */
  readonly ticks: readonly string[];
}

const known = new WeakMap<Design, SteppedDesign>();

/**
 * The design itself when it has one clock. One of several clocks becomes one of a single clock that ticks in every step, with an
 * input for each of its own clocks; and where the first register of a synchroniser takes a value that changes in the same step,
 * an input chooses for each bit whether it takes the old or the new one, as flip-flops do whose input changes at their edge.
 */
export function steppedDesign(design: Design): SteppedDesign {
  let stepped = known.get(design);
  if (stepped === undefined) {
    const ports = clockPorts(design.top);
    const resets = ports.flatMap(({ role, name }) => (role === "reset" ? [name] : []));
    stepped = hasDomains(design)
      ? {
          design: withUncertainCrossings(gateClocks(design)),
          resets,
          ticks: ports.flatMap(({ role, domain }) => (role === "clock" ? [tickName(domain)] : [])),
        }
      : { design, resets, ticks: [] };
    known.set(design, stepped);
  }
  return stepped;
}

/** Changes the modules of a design that was made for this, children first. */
function withUncertainCrossings(design: Design): Design {
  for (const module of design.modules) {
    for (const instance of module.instances) passChoices(module, instance);
    const first = module.nets.filter(({ kind, stage }) => kind === "reg" && stage === 0);
    if (first.length > 0) makeUncertain(module, first);
  }
  return design;
}

const choices = new WeakMap<Module, Net[]>();

/** A further input of a module, which its parents take from theirs. */
function addChoice(module: Module, name: string, width: number): Net {
  const port: Net = { kind: "input", owner: module, width, signed: false, hint: name, name, site: undefined };
  module.ports.push(port);
  choices.set(module, [...(choices.get(module) ?? []), port]);
  return port;
}

function passChoices(module: Module, instance: Instance): void {
  for (const port of choices.get(instance.module) ?? []) {
    const name = `${instance.name}_${port.name}`;
    const outer = addChoice(module, name, port.width);
    const pin: Net = { ...outer, kind: "pin", instance, port };
    instance.pins.push(pin);
    module.body.push({ kind: "assign", target: pin, value: refTo(outer), site: undefined });
  }
}

/**
 * What looks at a first register sees, in the step after it took a value, the bits of that value that have changed in the meantime
 * as an input chooses them.
 */
function makeUncertain(module: Module, registers: readonly Net[]): void {
  const crossings = new Map(registers.map((register) => [register, crossingOf(module, register)]));
  const rewritten = new Map<Expr, Expr>();
  const rewrite = (expr: Expr): Expr => {
    let result = rewritten.get(expr);
    if (result === undefined) {
      const seen = expr.kind === "ref" ? crossings.get(expr.net)?.seen : undefined;
      result = seen === undefined ? withOperands(expr, rewrite) : refTo(seen);
      rewritten.set(expr, result);
    }
    return result;
  };
  rewriteRoots(module, rewrite);
  const before: Statement[] = [];
  for (const [register, { seen, fresh, choice }] of crossings) {
    module.nets.push(seen, fresh);
    const taken = takenBy(module.body, register);
    const changed = build.arithmetic("xor", refTo(register), taken, register.width);
    const early = build.arithmetic("and", changed, refTo(choice), register.width);
    const settled = build.arithmetic("xor", refTo(register), early, register.width);
    before.push(
      { kind: "assign", target: seen, value: build.choose(refTo(fresh), settled, refTo(register)), site: undefined },
      // Later assignments win: those of the ticks of its clock.
      { kind: "assign", target: register, value: refTo(seen), site: undefined },
      { kind: "assign", target: fresh, value: build.constant(0n, 1, false), site: undefined },
    );
  }
  const body = module.body.flatMap((statement) => withFreshness(statement, crossings));
  module.body.splice(0, module.body.length, ...before, ...body);
}

interface Crossing {
  /** What the register is seen as. */
  readonly seen: Net;
  /** Whether the register took its value in the last step. */
  readonly fresh: Net;
  /** The bits that are taken as they are after the step. */
  readonly choice: Net;
}

function crossingOf(module: Module, register: Net): Crossing {
  const { name, width } = register;
  const net = (suffix: string, kind: Net["kind"], bits: number): Net => {
    const own = `${name}_${suffix}`;
    return { kind, owner: module, width: bits, signed: false, hint: own, name: own, site: register.site };
  };
  return {
    seen: net("seen", "wire", width),
    fresh: net("fresh", "reg", 1),
    choice: addChoice(module, `${name}_early`, width),
  };
}

/** What a first register takes from the other side: synchronisers have one assignment, and one for their reset. */
function takenBy(statements: readonly Statement[], register: Net): Expr {
  const values: Expr[] = [];
  const visit = (statement: Statement): void => {
    if (statement.kind === "assign") {
      if (statement.target === register && statement.value.kind !== "const") values.push(statement.value);
    } else if (statement.kind === "when") [...statement.then, ...statement.otherwise].forEach(visit);
  };
  statements.forEach(visit);
  return values[0] ?? refTo(register);
}

/** The statement with a note of freshness beside every assignment to a first register. */
function withFreshness(statement: Statement, crossings: ReadonlyMap<Net, Crossing>): Statement[] {
  const all = (inner: readonly Statement[]): Statement[] => inner.flatMap((each) => withFreshness(each, crossings));
  switch (statement.kind) {
    case "assign": {
      const crossing = crossings.get(statement.target);
      if (crossing === undefined) return [statement];
      const isFresh = build.constant(statement.value.kind === "const" ? 0n : 1n, 1, false);
      return [statement, { kind: "assign", target: crossing.fresh, value: isFresh, site: undefined }];
    }
    case "when":
      return [{ ...statement, then: all(statement.then), otherwise: all(statement.otherwise) }];
    case "switch": {
      const arms = statement.arms.map(({ value, body }) => ({ value, body: all(body) }));
      return [{ ...statement, arms, otherwise: all(statement.otherwise) }];
    }
    case "property":
      return [statement];
  }
}

function refTo(net: Net): Expr {
  return { kind: "ref", net, width: net.width, signed: net.signed };
}

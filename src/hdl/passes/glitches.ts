import type { Design, Expr, Instance, Module, Net, Statement } from "../ir.ts";
import type { Site } from "../location.ts";
import type { Problem } from "../problems.ts";
import { branchesOf } from "../walk.ts";

/**
 * What a synchroniser takes comes from a register or from outside, not from logic: while the inputs of logic change, its
 * output may for a moment have a value that it never has between clock edges, and the other clock may see just that.
 * Inverters, slices and joined bits are no such logic. Wires and instances are followed back.
 */
export function checkGlitches(design: Design, problems: Problem[]): void {
  if (!design.modules.some(hasSynchroniser)) return;
  const checks = new Map<Module, GlitchCheck>();
  for (const module of design.modules) {
    const check = new GlitchCheck(module, checks);
    checks.set(module, check);
    check.run(problems);
  }
}

function hasSynchroniser({ nets }: Module): boolean {
  return nets.some(({ stage }) => stage === 0);
}

/** Where a value comes from: the logic nearest to it, if there is any, and the inputs that reach it straight. */
interface Source {
  readonly logic: { readonly site: Site | undefined } | undefined;
  readonly inputs: ReadonlySet<Net>;
}

/** An assignment; under a condition it is a multiplexer. */
interface Driver {
  readonly value: Expr;
  readonly isConditional: boolean;
  readonly site: Site | undefined;
}

class GlitchCheck {
  readonly #module: Module;
  readonly #checks: ReadonlyMap<Module, GlitchCheck>;
  readonly #drivers = new Map<Net, Driver[]>();
  /** Inputs that a synchroniser inside takes straight. */
  readonly #synchronised = new Set<Net>();

  constructor(module: Module, checks: ReadonlyMap<Module, GlitchCheck>) {
    this.#module = module;
    this.#checks = checks;
    this.#collect(module.body, false);
  }

  run(problems: Problem[]): void {
    for (const net of this.#module.nets) {
      if (net.stage === 0) this.#demand(net, "synchronise takes the result of logic", problems);
    }
    for (const instance of this.#module.instances) {
      const { hint, module, pins } = instance;
      for (const pin of pins) {
        if (!this.#checks.get(module)!.#synchronised.has(pin.port!)) continue;
        const what = `input "${pin.port!.hint}" of instance "${hint}" is synchronised inside, but takes the result of logic`;
        this.#demand(pin, what, problems);
      }
    }
  }

  #demand(net: Net, what: string, problems: Problem[]): void {
    const { logic, inputs } = this.#sourceOf(net);
    for (const input of inputs) this.#synchronised.add(input);
    if (logic === undefined) return;
    const site = this.#drivers.get(net)?.[0]?.site ?? net.site;
    problems.push({
      code: "hdl-glitch",
      message: `${what}: the other clock may see its glitches`,
      site,
      notes: logic.site === undefined || logic.site === site ? [] : [{ text: "the logic is here", site: logic.site }],
      help: "put a register of the domain it comes from in between",
    });
  }

  #collect(statements: readonly Statement[], isConditional: boolean): void {
    for (const statement of statements) {
      if (statement.kind === "assign") {
        const { target, value, site } = statement;
        const drivers = this.#drivers.get(target) ?? [];
        // Of several the last wins.
        this.#drivers.set(
          target,
          isConditional ? [...drivers, { value, isConditional, site }] : [{ value, isConditional, site }],
        );
      }
      for (const branch of branchesOf(statement)) this.#collect(branch, true);
    }
  }

  /** Where what drives a net comes from. */
  #sourceOf(net: Net): Source {
    const inputs = new Set<Net>();
    let logic: Source["logic"];
    const seen = new Set<Net>();
    const found = (site: Site | undefined): void => {
      logic ??= { site };
    };
    const driven = (target: Net): void => {
      const drivers = this.#drivers.get(target) ?? [];
      const conditional = drivers.find(({ isConditional }) => isConditional);
      if (conditional !== undefined) found(conditional.site);
      else for (const { value } of drivers) follow(value);
    };
    const follow = (expr: Expr): void => {
      switch (expr.kind) {
        case "const":
          return;
        case "ref":
          visit(expr.net);
          return;
        case "slice":
        case "resize":
        case "cast":
          follow(expr.operand);
          return;
        case "cat":
          for (const part of expr.parts) follow(part);
          return;
        case "unary":
          if (expr.op === "not") follow(expr.operand);
          else found(expr.site);
          return;
        default:
          found(expr.site);
      }
    };
    const visit = (at: Net): void => {
      if (seen.has(at)) return;
      seen.add(at);
      if (at.kind === "input") inputs.add(at);
      else if (at.kind === "read") this.#visitRead(at, found);
      else if (at.kind === "wire" || at.kind === "output") driven(at);
      else if (at.kind === "pin") {
        if (at.port!.kind === "input") driven(at);
        else this.#visitInstance(at.instance!, at.port!, found, visit);
      }
    };
    driven(net);
    return { logic, inputs };
  }

  /** A read within the cycle is a multiplexer of the words. */
  #visitRead(net: Net, found: (site: Site | undefined) => void): void {
    const ports = this.#module.memories.flatMap((memory) => memory.ports);
    const port = ports.find(({ data }) => data === net);
    if (port?.sync === false) found(port.site);
  }

  /** The output of an instance; what is in an external module nobody knows. */
  #visitInstance(
    instance: Instance,
    port: Net,
    found: (site: Site | undefined) => void,
    visit: (net: Net) => void,
  ): void {
    if (instance.module.external !== undefined) return;
    const { logic, inputs } = this.#checks.get(instance.module)!.#sourceOf(port);
    if (logic !== undefined) found(logic.site);
    for (const pin of instance.pins) if (inputs.has(pin.port!)) visit(pin);
  }
}

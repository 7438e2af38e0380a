import * as build from "../build.ts";
import type { Design, Expr, Instance, Memory, MemoryPort, Module, Net, Statement } from "../ir.ts";
import { tickName } from "./clocks.ts";
import { boundDomain, clockPorts, declareResetless, ownReset, type ClockPort } from "../verilog/clocking.ts";
import { project } from "../verilog/drivers.ts";
import { mapExpressions, portExpressions, withOperands } from "../walk.ts";

/**
 * A design of several clocks as one of a single clock that ticks in every step of the simulation: clocks have become inputs that
 * enable what they clocked, resets inputs that are looked at like others. The design itself stays as it is.
 */
export function gateClocks(design: Design): Design {
  const gated = new Map<Module, Module>();
  for (const module of design.modules) gated.set(module, new Gate(module, gated).module);
  return { top: gated.get(design.top)!, modules: [...gated.values()] };
}

/** One module and its twin. */
class Gate {
  readonly module: Module;
  readonly #nets = new Map<Net, Net>();
  readonly #exprs = new Map<Expr, Expr>();
  /** Inputs in place of clocks and resets, by their names in the module. */
  readonly #inputs = new Map<string, Net>();

  constructor(source: Module, gated: ReadonlyMap<Module, Module>) {
    const { nets, memories, instances } = { nets: [] as Net[], memories: [] as Memory[], instances: [] as Instance[] };
    const body: Statement[] = [];
    const ports: Net[] = [];
    const none = { resetPin: undefined, domains: [], domainResets: new Map<string, Net>() };
    this.module = { ...source, ...none, ports, nets, memories, instances, body };
    declareResetless(this.module);
    for (const clock of clockPorts(source)) {
      const name = inputName(clock);
      const net: Net = { ...bitNet(name), kind: "input", owner: this.module };
      this.#inputs.set(keyOf(clock.role, clock.domain), net);
      ports.push(net);
    }
    ports.push(...source.ports.map((port) => this.#clone(port)));
    nets.push(...source.nets.map((net) => this.#clone(net)));
    for (const pin of [source.resetPin, ...source.domainResets.values()]) {
      if (pin !== undefined) this.#nets.set(pin, this.#inputs.get(keyOf("reset", pin.domain))!);
    }
    for (const instance of source.instances) this.#place(instance, gated.get(instance.module)!);
    memories.push(...source.memories.map((memory) => this.#gateMemory(memory)));
    body.push(...this.#gateBody(source));
  }

  #clone(net: Net): Net {
    const twin: Net = { ...net, owner: this.module, reset: undefined, domain: undefined };
    this.#nets.set(net, twin);
    return twin;
  }

  #rewrite = (expr: Expr): Expr => {
    let result = this.#exprs.get(expr);
    if (result === undefined) {
      result = expr.kind === "ref" ? { ...expr, net: this.#nets.get(expr.net)! } : withOperands(expr, this.#rewrite);
      this.#exprs.set(expr, result);
    }
    return result;
  };

  #input(role: ClockPort["role"], domain: string | undefined): Expr {
    return refTo(this.#inputs.get(keyOf(role, domain))!);
  }

  /** An instance whose clocks and resets are pins like others. */
  #place(source: Instance, module: Module): void {
    const pins: Net[] = [];
    const { hint, name, site } = source;
    const none = { domain: undefined, domains: new Map<string, undefined>(), resets: new Map<string, Expr>() };
    const twin: Instance = { hint, name, site, module, pins, reset: undefined, ...none };
    const clocks = clockPorts(source.module);
    for (const [index, { role, domain }] of clocks.entries()) {
      const port = module.ports[index]!;
      const pin: Net = { ...bitNet(`${name}_${port.name}`), kind: "pin", owner: this.module, instance: twin, port };
      const own = role === "reset" ? ownReset(source, domain) : undefined;
      const value = own === undefined ? this.#input(role, boundDomain(source, domain)) : own;
      pins.push(pin);
      this.#driven.push({ kind: "assign", target: pin, value, site: undefined });
    }
    source.pins.forEach((pin, index) => {
      const made: Net = { ...pin, owner: this.module, instance: twin, port: module.ports[clocks.length + index]! };
      this.#nets.set(pin, made);
      pins.push(made);
    });
    this.module.instances.push(twin);
  }

  /** What drives the clock and reset pins of instances; resets of their own are not yet rewritten. */
  readonly #driven: (Statement & { readonly kind: "assign" })[] = [];

  #gateMemory(memory: Memory): Memory {
    const ports = memory.ports.map((port): MemoryPort => {
      const rewritten = portExpressions(port).map(([role, expr]) => [role, this.#rewrite(expr)]);
      const twin: MemoryPort = {
        ...port,
        ...(Object.fromEntries(rewritten) as Partial<MemoryPort>),
        domain: undefined,
      };
      const data = port.data === undefined ? {} : { data: this.#nets.get(port.data)! };
      if (!port.sync) return { ...twin, ...data };
      const tick = this.#input("clock", port.domain);
      const enable = twin.enable === undefined ? tick : build.arithmetic("and", twin.enable, tick, 1);
      return { ...twin, ...data, enable };
    });
    return { ...memory, ports };
  }

  #gateBody(source: Module): Statement[] {
    const own = new Set(this.#inputs.values());
    const resets = this.#driven.map((pin): Statement => {
      const known = pin.value.kind === "ref" && own.has(pin.value.net);
      return known ? pin : { ...pin, value: this.#rewrite(pin.value) };
    });
    const logic = project(source.body, (inner) => inner.kind === "assign" && inner.target.kind !== "reg");
    const gated = [undefined, ...source.domains].flatMap((domain) => this.#gateDomain(source, domain));
    return [...resets, ...this.#statements(logic), ...gated];
  }

  /** The registers and properties of a domain, in steps where its clock ticks. */
  #gateDomain(source: Module, domain: string | undefined): Statement[] {
    const registers = source.nets.filter((net) => net.kind === "reg" && net.domain === domain);
    const updates = project(
      source.body,
      (inner) => inner.kind === "assign" && inner.target.kind === "reg" && inner.target.domain === domain,
    );
    const properties = project(source.body, (inner) => inner.kind === "property" && inner.domain === domain);
    if (registers.length + properties.length === 0) return [];
    const resets = registers.flatMap((net): Statement[] => {
      if (net.reset === undefined) return [];
      const value = build.constant(net.reset, net.width, net.signed);
      return [{ kind: "assign", target: this.#nets.get(net)!, value, site: undefined }];
    });
    const then = this.#statements(updates);
    if (resets.length > 0) then.push(when(this.#input("reset", domain), resets, []));
    if (properties.length > 0) then.push(when(this.#input("reset", domain), [], this.#statements(properties)));
    return [when(this.#input("clock", domain), then, [])];
  }

  #statements(statements: readonly Statement[]): Statement[] {
    return statements.map((statement) => this.#retarget(mapExpressions(statement, this.#rewrite)));
  }

  #retarget(statement: Statement): Statement {
    const all = (inner: readonly Statement[]): Statement[] => inner.map((each) => this.#retarget(each));
    switch (statement.kind) {
      case "assign":
        return { ...statement, target: this.#nets.get(statement.target)! };
      case "property":
        return { ...statement, domain: undefined };
      case "when":
        return { ...statement, then: all(statement.then), otherwise: all(statement.otherwise) };
      case "switch": {
        const arms = statement.arms.map(({ value, body }) => ({ value, body: all(body) }));
        return { ...statement, arms, otherwise: all(statement.otherwise) };
      }
    }
  }
}

function inputName({ name, role, domain }: ClockPort): string {
  return role === "clock" ? tickName(domain) : name;
}

function keyOf(role: ClockPort["role"], domain: string | undefined): string {
  return `${role} ${domain ?? ""}`;
}

function bitNet(name: string): Omit<Net, "kind" | "owner"> {
  return { width: 1, signed: false, hint: name, name, site: undefined };
}

function refTo(net: Net): Expr {
  return { kind: "ref", net, width: net.width, signed: net.signed };
}

function when(condition: Expr, then: Statement[], otherwise: Statement[]): Statement {
  return { kind: "when", condition, then, otherwise, site: undefined };
}

import { SystoleError } from "../../errors.ts";
import type { Expr, Instance, Memory, MemoryPort, Module, Net, Property, Statement } from "../../hdl/ir.ts";
import { formatSite } from "../../hdl/location.ts";
import { boundDomain, ownReset } from "../../hdl/verilog/clocking.ts";
import { findDrivers } from "../../hdl/verilog/drivers.ts";
import type { Term, TermBuilder } from "../terms/index.ts";
import { nodeTerm } from "./expression.ts";
import { MemoryTerms } from "./memory.ts";

/** What surrounds an instance, as terms. */
export interface TermSurroundings {
  readonly input: (port: Net) => Term;
  /** The reset of a clock domain, by its name in the module; `undefined` is the module's own clock. */
  readonly reset: (domain: string | undefined) => Term;
  /** The value of a child's output pin, when children are left out; `undefined` translates the children too. */
  readonly cut?: ((pin: Net) => Term) | undefined;
  /** The data of a memory's read port, when memories are left out. */
  readonly read?: ((data: Net, memory: Memory) => Term) | undefined;
}

/** A register, the data of a clocked read, or a memory. */
export interface StateVariable {
  /** Instance names from the top down and the net's or memory's name, joined by dots. */
  readonly name: string;
  readonly term: Term;
  readonly next: Term;
  /** Contents at power-on; undefined when they may be anything. */
  readonly initial: Term | undefined;
  readonly net: Net | undefined;
  readonly memory: Memory | undefined;
}

/** A property of one instance. */
export interface TranslatedProperty {
  /** Instance names from the top down, joined by dots; empty for the top. */
  readonly path: string;
  readonly property: Property;
  /** The enclosing conditions hold, and the instance is not in reset. */
  readonly applies: Term;
  readonly condition: Term;
}

/** One instance of a module as terms; the symbolic twin of the evaluator's instance. */
export class TranslatedInstance {
  readonly module: Module;
  readonly path: string;
  readonly children = new Map<Instance, TranslatedInstance>();
  readonly memories = new Map<Memory, MemoryTerms>();
  readonly #terms: TermBuilder;
  readonly #surroundings: TermSurroundings;
  readonly #drivers: ReadonlyMap<Net, readonly Statement[]>;
  readonly #reads = new Map<Net, { readonly memory: MemoryTerms; readonly port: MemoryPort }>();
  readonly #values = new Map<Net | Expr, Term>();
  readonly #open = new Set<Net>();

  constructor(terms: TermBuilder, module: Module, path: string, surroundings: TermSurroundings) {
    this.module = module;
    this.path = path;
    this.#terms = terms;
    this.#surroundings = surroundings;
    this.#drivers = findDrivers(module).statements;
    for (const memory of module.memories) {
      const made = new MemoryTerms(terms, this.nameOf(memory), memory, (expr) => this.expression(expr));
      this.memories.set(memory, made);
      for (const port of memory.ports) if (port.data !== undefined) this.#reads.set(port.data, { memory: made, port });
    }
    if (surroundings.cut !== undefined) return;
    for (const instance of module.instances) {
      const pins = new Map(instance.pins.map((pin) => [pin.port!, pin]));
      const child = new TranslatedInstance(terms, instance.module, this.nameOf(instance), {
        input: (port) => this.value(pins.get(port)!),
        reset: (domain) => this.resetOf(instance, domain),
      });
      this.children.set(instance, child);
    }
  }

  /** The name of something of this instance, from the top down. */
  nameOf({ name }: { readonly name: string }): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  /** The reset of a child's clock domain. */
  resetOf(instance: Instance, domain: string | undefined): Term {
    const own = ownReset(instance, domain);
    return own === undefined ? this.#surroundings.reset(boundDomain(instance, domain)) : this.expression(own);
  }

  /** The term of an expression over this instance's nets. */
  expression(expr: Expr): Term {
    if (expr.kind === "ref") return this.value(expr.net);
    let term = this.#values.get(expr);
    if (term === undefined) {
      term = nodeTerm(this.#terms, expr, (operand) => this.expression(operand));
      this.#values.set(expr, term);
    }
    return term;
  }

  /** The term of a net. */
  value(net: Net): Term {
    let term = this.#values.get(net);
    if (term === undefined) {
      if (this.#open.has(net)) throw cyclicNet(net);
      this.#open.add(net);
      term = this.#compute(net);
      this.#open.delete(net);
      this.#values.set(net, term);
    }
    return term;
  }

  /** The value of a register after the next edge of its clock. */
  next(register: Net): Term {
    const driven = this.#assigned(register) ?? this.value(register);
    if (register.reset === undefined) return driven;
    const reset = this.#surroundings.reset(register.domain);
    return this.#terms.ite(reset, this.#terms.constant(register.reset, register.width), driven);
  }

  /** The state of this instance and of those in it, next values included. */
  states(): StateVariable[] {
    const terms = this.#terms;
    const registers = this.module.nets.filter((net) => net.kind === "reg");
    const own = registers.map((net): StateVariable => {
      const [name, term, next] = [this.nameOf(net), this.value(net), this.next(net)];
      return { name, term, next, initial: undefined, net, memory: undefined };
    });
    const words = [...this.memories.values()].map((memory): StateVariable => {
      const name = this.nameOf(memory.memory);
      return {
        name,
        term: memory.array,
        next: memory.next(),
        initial: memory.initial(),
        net: undefined,
        memory: memory.memory,
      };
    });
    const read = [...this.#reads]
      .filter(([, { port }]) => port.sync)
      .map(([net, { memory, port }]): StateVariable => {
        const kept = this.value(net);
        const next = terms.ite(memory.reads(port), memory.wordAt(port), kept);
        return { name: this.nameOf(net), term: kept, next, initial: undefined, net, memory: undefined };
      });
    return [...own, ...words, ...read, ...[...this.children.values()].flatMap((child) => child.states())];
  }

  /** The properties of this instance and of those in it. */
  properties(): TranslatedProperty[] {
    const found: TranslatedProperty[] = [];
    const walk = (statements: readonly Statement[], applies: Term): void => {
      for (const statement of statements) {
        if (statement.kind === "property") {
          const condition = this.expression(statement.condition);
          const outside = this.#terms.not(this.#surroundings.reset(statement.domain));
          found.push({ path: this.path, property: statement, applies: this.#terms.and(outside, applies), condition });
        }
        for (const { condition, body } of this.#branches(statement)) walk(body, this.#terms.and(applies, condition));
      }
    };
    walk(this.module.body, this.#terms.constant(1n, 1));
    return [...found, ...[...this.children.values()].flatMap((child) => child.properties())];
  }

  #compute(net: Net): Term {
    switch (net.kind) {
      case "reset":
        return this.#surroundings.reset(net.domain);
      case "reg":
        return this.#terms.variable(this.nameOf(net), net.width);
      case "input":
        return this.#surroundings.input(net);
      case "read": {
        const { memory, port } = this.#reads.get(net)!;
        const { read } = this.#surroundings;
        if (read !== undefined) return read(net, memory.memory);
        return port.sync ? this.#terms.variable(this.nameOf(net), net.width) : memory.wordAt(port);
      }
      case "pin": {
        if (net.port!.kind !== "output") return this.#assigned(net)!;
        const { cut } = this.#surroundings;
        return cut === undefined ? this.children.get(net.instance!)!.value(net.port!) : cut(net);
      }
      case "wire":
      case "output":
        return this.#assigned(net)!;
    }
  }

  /** What the statements make of a net: the last assignment that applies; `undefined` when none can. */
  #assigned(net: Net): Term | undefined {
    const kept = net.kind === "reg" ? this.value(net) : undefined;
    const run = (statements: readonly Statement[], before: Term | undefined): Term | undefined =>
      statements.reduce((value, statement) => {
        if (statement.kind === "assign") return statement.target === net ? this.expression(statement.value) : value;
        const branches = this.#branches(statement).map(({ condition, body }) => ({
          condition,
          value: run(body, value),
        }));
        return branches.every((branch) => branch.value === value)
          ? value
          : branches.reduceRight<Term | undefined>(
              (rest, branch) => this.#choose(branch.condition, branch.value, rest),
              undefined,
            );
      }, before);
    return run(this.#drivers.get(net) ?? [], kept);
  }

  /** A net without a value on one path has one on every path that can be taken. */
  #choose(condition: Term, value: Term | undefined, rest: Term | undefined): Term | undefined {
    if (value === undefined || rest === undefined) return value ?? rest;
    return this.#terms.ite(condition, value, rest);
  }

  /** The branches of a statement with the conditions under which they run: exactly one holds. */
  #branches(statement: Statement): { readonly condition: Term; readonly body: readonly Statement[] }[] {
    const terms = this.#terms;
    if (statement.kind === "when") {
      const condition = this.expression(statement.condition);
      return [
        { condition, body: statement.then },
        { condition: terms.not(condition), body: statement.otherwise },
      ];
    }
    if (statement.kind !== "switch") return [];
    const selector = this.expression(statement.selector);
    const arms = statement.arms.map(({ value, body }) => {
      return { condition: terms.equal(selector, terms.constant(value.value, selector.width)), body };
    });
    const none = terms.not(terms.or(...arms.map((arm) => arm.condition)));
    return [...arms, { condition: none, body: statement.otherwise }];
  }
}

function cyclicNet(net: Net): SystoleError {
  const where = net.site === undefined ? "" : ` (${formatSite(net.site)})`;
  return new SystoleError({
    code: "formal-cyclic-net",
    message: `"${net.name}"${where} feeds itself through other bits of the same nets, which a proof cannot follow`,
    remedy: "Split the net into parts that do not depend on each other.",
  });
}

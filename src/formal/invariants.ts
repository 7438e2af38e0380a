import { SystoleError } from "../errors.ts";
import type { Expr, Instance, Net } from "../hdl/ir.ts";
import { didYouMean } from "../hdl/problems.ts";
import { Bool, Sint, Uint } from "../hdl/signal.ts";
import type { Obligation } from "./obligations.ts";
import type { Term } from "./terms/index.ts";
import { nodeTerm, type TransitionSystem, type TranslatedInstance } from "./translate/index.ts";

/**
 * The inside of a design, for invariants: registers and ports by their paths from the top, such as `queue.count`, as signals
 * of the language.
 */
export interface StateView {
  uint(path: string): Uint;
  sint(path: string): Sint;
  bool(path: string): Bool;
  /** The word of a memory at an address. */
  word(path: string, address: Uint): Uint;
}

/** What always holds inside a design, each with its name; it is proven with the rest. */
export type Invariants = (state: StateView) => Readonly<Record<string, Bool>>;

/** The invariants of a design as obligations. Throws SystoleError for a path that leads nowhere. */
export function invariantsOf(system: TransitionSystem, invariants: Invariants): Obligation[] {
  const { terms } = system;
  const view = new View(system);
  const applies = terms.not(terms.or(...system.resets));
  return Object.entries(invariants(view)).map(([message, { expr }]) => {
    const event = terms.and(applies, terms.not(view.term(expr)));
    return { kind: "invariant", message, path: "", site: undefined, property: undefined, event };
  });
}

class View implements StateView {
  readonly #system: TransitionSystem;
  readonly #nets = new Map<Net, Term>();

  constructor(system: TransitionSystem) {
    this.#system = system;
  }

  uint(path: string): Uint {
    return new Uint(this.#read(path, this.#find(path)));
  }

  sint(path: string): Sint {
    return new Sint({ ...this.#read(path, this.#find(path), true) });
  }

  bool(path: string): Bool {
    const term = this.#find(path);
    if (term.width === 1) return new Bool(this.#read(path, term));
    throw new SystoleError({ code: "formal-path", message: `"${path}" has ${term.width} bits, a Bool has one` });
  }

  word(path: string, address: Uint): Uint {
    const { instance, name } = this.#instance(path);
    const memories = [...instance.memories.values()];
    const found = memories.find(({ memory }) => memory.name === name);
    if (found === undefined)
      throw unknown(
        path,
        "memory",
        memories.map(({ memory }) => instance.nameOf(memory)),
      );
    return new Uint(this.#read(path, found.word(this.term(address.expr))));
  }

  term(expr: Expr): Term {
    if (expr.kind === "ref") return this.#nets.get(expr.net)!;
    return nodeTerm(this.#system.terms, expr, (operand) => this.term(operand));
  }

  /** A net of its own for a term, so that expressions can refer to it. */
  #read(name: string, term: Term, signed = false): Expr & { readonly kind: "ref" } {
    const owner = this.#system.design.top;
    const net: Net = { kind: "wire", owner, width: term.width, signed, hint: name, name, site: undefined };
    this.#nets.set(net, term);
    return { kind: "ref", net, width: term.width, signed };
  }

  #find(path: string): Term {
    const { instance, name } = this.#instance(path);
    const nets = [...instance.module.ports, ...instance.module.nets];
    // A name that Verilog keeps for itself is changed in the design, and still found.
    const net = nets.find((other) => other.name === name) ?? nets.find((other) => other.hint === name);
    if (net === undefined)
      throw unknown(
        path,
        "register or port",
        nets.map((other) => instance.nameOf(other)),
      );
    return instance.value(net);
  }

  /** The instance in which a path ends, and the last name of the path. */
  #instance(path: string): { readonly instance: TranslatedInstance; readonly name: string } {
    const names = path.split(".");
    const name = names.pop()!;
    let instance = this.#system.top;
    for (const step of names) {
      const children: [Instance, TranslatedInstance][] = [...instance.children];
      const found = children.find(([child]) => child.name === step);
      if (found === undefined)
        throw unknown(
          path,
          "instance",
          children.map(([child]) => instance.nameOf(child)),
        );
      instance = found[1];
    }
    return { instance, name };
  }
}

function unknown(path: string, what: string, known: readonly string[]): SystoleError {
  const near = didYouMean(path, known);
  return new SystoleError({
    code: "formal-path",
    message: `no ${what} "${path}" in the design`,
    remedy: near === undefined ? `There are: ${known.slice(0, 20).join(", ")}.` : `Did you mean "${near}"?`,
  });
}

import { report, scope, withScope } from "./context.ts";
import type { Module } from "./ir.ts";

/** A clock of the open module with its reset: made by {@link clock}, used by {@link inDomain} and by the options of instances. */
export interface ClockDomain {
  /** Its name in the module; `undefined` for the module's own clock. */
  readonly name: string | undefined;
  readonly module: Module;
}

/**
 * A clock domain of the open module: `clock("write")` is driven by the ports `write_clock` and `write_reset` (high, synchronous);
 * `clock()` is the module's own, `clock` and `reset`. Asking twice gives the same domain.
 */
export function clock(name?: string): ClockDomain {
  const { module } = scope("clock()");
  if (name !== undefined) declareDomain(module, name);
  return { name, module };
}

/**
 * Runs `body` with `domain` as the clock of the registers, memory ports, instances and properties that it makes, and of `reset()`.
 * Logic between them has no clock: it may stand anywhere. A signal passes from one domain into another only through
 * `synchronise` or `asyncQueue`.
 */
export function inDomain<T>(domain: ClockDomain, body: () => T): T {
  const open = scope("inDomain");
  if (domain.module === open.module) return withScope({ ...open, domain: domain.name }, body);
  report({
    code: "hdl-domain",
    message: `clock domain "${domainName(domain.name)}" belongs to module ${domain.module.hint}, but is used in ${open.module.hint}`,
    help: "a module has its own domains: clock(name) in its body, and clocks: { name: domain } where it is placed",
  });
  return body();
}

/** Adds a domain to a module, if it has none of this name. */
export function declareDomain(module: Module, name: string): void {
  if (module.domains.includes(name)) return;
  if (!/^[a-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*$/.test(name) || name === "clock") {
    report({
      code: "hdl-domain",
      message: `"${name}" cannot be the name of a clock domain`,
      help: "letters, digits and single underscores, a small letter first; its ports are <name>_clock and <name>_reset",
    });
  }
  module.domains.push(name);
}

/** The name of a domain in messages. */
export function domainName(domain: string | undefined): string {
  return domain ?? "clock";
}

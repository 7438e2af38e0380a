import type { Instance, Module } from "../ir.ts";
import { eachStatement } from "../walk.ts";

/**
 * Which clocks and resets modules have as ports: `clock` and `reset`, and `<domain>_clock` and `<domain>_reset` for further
 * domains. Modules that use them have them, and the parents of those.
 */

/** A clock or reset port. */
export interface ClockPort {
  readonly name: string;
  readonly role: "clock" | "reset";
  /** The domain within the module; `undefined` is its own clock. */
  readonly domain: string | undefined;
}

/** The clock and reset ports of a module, in the order of its Verilog. */
export function clockPorts(module: Module): ClockPort[] {
  return [undefined, ...module.domains].flatMap((domain) => [
    ...(needsClock(module, domain) ? [{ name: clockName(domain), role: "clock" as const, domain }] : []),
    ...(needsReset(module, domain) ? [{ name: resetName(domain), role: "reset" as const, domain }] : []),
  ]);
}

/** The clock of a domain, as every module calls it that has the domain. */
export function clockName(domain: string | undefined): string {
  return domain === undefined ? "clock" : `${domain}_clock`;
}

/** The reset of a domain. */
export function resetName(domain: string | undefined): string {
  return domain === undefined ? "reset" : `${domain}_reset`;
}

/** The parent's domain that drives a domain of an instance. */
export function boundDomain(instance: Instance, domain: string | undefined): string | undefined {
  return domain === undefined ? instance.domain : instance.domains.get(domain);
}

const clocked = new WeakMap<Module, Map<string | undefined, boolean>>();
const resettable = new WeakMap<Module, Map<string | undefined, boolean>>();

/** Whether the module has a clock port of the domain; without one, of its own clock. */
export function needsClock(module: Module, domain?: string): boolean {
  return known(clocked, module, domain, () => {
    return (
      (domain === undefined && module.external?.clock !== undefined) ||
      module.nets.some((net) => net.kind === "reg" && net.domain === domain) ||
      module.memories.some((memory) => memory.ports.some((port) => port.sync && port.domain === domain)) ||
      hasProperties(module, domain) ||
      module.instances.some((instance) => {
        const inner = domainsBoundTo(instance, domain);
        return inner.some((name) => needsClock(instance.module, name));
      })
    );
  });
}

/** Whether the module has a reset port of the domain; without one, of its own clock. */
export function needsReset(module: Module, domain?: string): boolean {
  return known(resettable, module, domain, () => {
    return (
      (domain === undefined ? module.external?.reset !== undefined || module.resetPin !== undefined : false) ||
      (domain !== undefined && module.domainResets.has(domain)) ||
      module.nets.some((net) => net.kind === "reg" && net.reset !== undefined && net.domain === domain) ||
      hasProperties(module, domain) ||
      module.instances.some((instance) => {
        const inner = domainsBoundTo(instance, domain);
        return inner.some((name) => ownReset(instance, name) === undefined && needsReset(instance.module, name));
      })
    );
  });
}

/** Says of a module made by a transformation that its resets are inputs like others: it has no reset port. */
export function declareResetless(module: Module): void {
  resettable.set(module, new Map([[undefined, false]]));
}

/** The reset that an instance has of its own for one of its domains. */
export function ownReset(instance: Instance, domain: string | undefined): Instance["reset"] {
  return domain === undefined ? instance.reset : instance.resets.get(domain);
}

/** Whether the body itself has assertions, assumptions or covers in the domain. */
function hasProperties(module: Module, domain?: string): boolean {
  let found = false;
  eachStatement(module.body, (statement) => {
    found ||= statement.kind === "property" && statement.domain === domain;
  });
  return found;
}

function domainsBoundTo(instance: Instance, domain: string | undefined): (string | undefined)[] {
  return [undefined, ...instance.module.domains].filter((name) => boundDomain(instance, name) === domain);
}

function known(
  memo: WeakMap<Module, Map<string | undefined, boolean>>,
  module: Module,
  domain: string | undefined,
  compute: () => boolean,
): boolean {
  let answers = memo.get(module);
  if (answers === undefined) memo.set(module, (answers = new Map<string | undefined, boolean>()));
  let answer = answers.get(domain);
  if (answer === undefined) answers.set(domain, (answer = compute()));
  return answer;
}

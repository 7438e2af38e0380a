import type { Module } from "../ir.ts";
import { eachStatement } from "../walk.ts";

/** Which modules have the implicit ports `clock` and `reset`: those that use them, and the parents of those. */

const clocked = new WeakMap<Module, boolean>();
const resettable = new WeakMap<Module, boolean>();

/** Whether the module has a clock port. */
export function needsClock(module: Module): boolean {
  let needs = clocked.get(module);
  if (needs === undefined) {
    needs =
      module.external?.clock !== undefined ||
      module.nets.some((net) => net.kind === "reg") ||
      module.memories.some((memory) => memory.ports.some((port) => port.sync)) ||
      hasProperties(module) ||
      module.instances.some((instance) => needsClock(instance.module));
    clocked.set(module, needs);
  }
  return needs;
}

/** Whether the module has a reset port. */
export function needsReset(module: Module): boolean {
  let needs = resettable.get(module);
  if (needs === undefined) {
    needs =
      module.external?.reset !== undefined ||
      module.resetPin !== undefined ||
      module.nets.some((net) => net.kind === "reg" && net.reset !== undefined) ||
      hasProperties(module) ||
      module.instances.some((instance) => instance.reset === undefined && needsReset(instance.module));
    resettable.set(module, needs);
  }
  return needs;
}

/** Whether the body itself has assertions, assumptions or covers. */
export function hasProperties(module: Module): boolean {
  let found = false;
  eachStatement(module.body, (statement) => {
    found ||= statement.kind === "property";
  });
  return found;
}

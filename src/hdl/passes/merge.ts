import type { Design, Expr, Module, Net, Statement } from "../ir.ts";

/** Modules of one name and equal structure, built for different parameters, become one. Children come first. */
export function mergeEqual(design: Design): void {
  const canonical = new Map<Module, Module>();
  const byHint = new Map<string, Module[]>();
  const kept: Module[] = [];
  for (const module of design.modules) {
    for (const instance of module.instances) redirect(instance, canonical.get(instance.module)!);
    const rivals = byHint.get(module.hint) ?? [];
    const twin = rivals.find((rival) => sameSize(rival, module) && fingerprint(rival) === fingerprint(module));
    canonical.set(module, twin ?? module);
    if (twin !== undefined) continue;
    byHint.set(module.hint, [...rivals, module]);
    kept.push(module);
  }
  design.modules.splice(0, design.modules.length, ...kept);
}

function redirect(instance: Module["instances"][number], module: Module): void {
  if (instance.module === module) return;
  instance.module = module;
  instance.pins.forEach((pin, index) => {
    pin.port = module.ports[index]!;
  });
}

function sameSize(a: Module, b: Module): boolean {
  return a.ports.length === b.ports.length && a.nets.length === b.nets.length && a.body.length === b.body.length;
}

const fingerprints = new WeakMap<Module, string>();

/** A text that is equal for modules of equal structure and names. */
function fingerprint(module: Module): string {
  let text = fingerprints.get(module);
  if (text === undefined) fingerprints.set(module, (text = print(module)));
  return text;
}

function print(module: Module): string {
  const ids = new Map<Net | Module, number>();
  const id = (item: Net | Module): number => {
    let number = ids.get(item);
    if (number === undefined) ids.set(item, (number = ids.size));
    return number;
  };
  const net = (item: Net): unknown[] => {
    return [id(item), item.kind, item.hint, item.width, item.signed, item.reset, item.domain, item.stage];
  };
  const expr = (node: Expr): unknown => {
    return JSON.stringify(node, (key, value: unknown) => {
      if (key === "site") return undefined;
      if (key === "net") return id(value as Net);
      return typeof value === "bigint" ? `${value}n` : value;
    });
  };
  const statement = (node: Statement): unknown => {
    switch (node.kind) {
      case "assign":
        return ["assign", id(node.target), expr(node.value)];
      case "property":
        return [node.check, node.message, node.domain, expr(node.condition)];
      case "when":
        return ["when", expr(node.condition), node.then.map(statement), node.otherwise.map(statement)];
      case "switch": {
        const arms = node.arms.map(({ value, body }) => [expr(value), body.map(statement)]);
        return ["switch", expr(node.selector), arms, node.otherwise.map(statement)];
      }
    }
  };
  const parts = [
    module.external,
    module.ports.map(net),
    module.nets.map(net),
    module.resetPin === undefined ? undefined : id(module.resetPin),
    module.domains,
    [...module.domainResets].map(([domain, pin]) => [domain, id(pin)]),
    module.memories.map((memory) => [
      memory.hint,
      memory.width,
      memory.depth,
      memory.maskBits,
      memory.readUnderWrite,
      memory.init,
      memory.ports.map((port) => [
        port.kind,
        port.sync,
        port.domain,
        port.data === undefined ? undefined : id(port.data),
        ...[port.address, port.enable, port.write, port.value, port.mask].map((e) =>
          e === undefined ? undefined : expr(e),
        ),
      ]),
    ]),
    module.instances.map((instance) => [
      instance.hint,
      moduleNumber(instance.module),
      instance.pins.map(id),
      instance.reset === undefined ? undefined : expr(instance.reset),
      instance.domain,
      [...instance.domains],
      [...instance.resets].map(([domain, reset]) => [domain, expr(reset)]),
    ]),
    module.body.map(statement),
  ];
  return JSON.stringify(parts, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}

const moduleNumbers = new WeakMap<Module, number>();
let lastModule = 0;

function moduleNumber(module: Module): number {
  let number = moduleNumbers.get(module);
  if (number === undefined) moduleNumbers.set(module, (number = ++lastModule));
  return number;
}

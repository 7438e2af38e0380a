import { createHash } from "node:crypto";
import type { Design, Instance, Memory, Module, Net } from "../ir.ts";
import { clockName, resetName } from "../verilog/clocking.ts";
import { memoryNames } from "../verilog/memory.ts";
import { isVerilogKeyword } from "../verilog/keywords.ts";

/**
 * Final names. Ports keep theirs; everything else takes its wish, made legal and, where it is taken, numbered. Modules
 * of one name but different contents are told apart by the parameters that differ.
 */
export function name(design: Design): void {
  nameModules(design.modules);
  design.modules.forEach(nameContents);
}

/** A legal identifier close to `wish`: no double underscores, no keyword. */
function legalName(wish: string): string {
  const name =
    wish
      .replace(/[^A-Za-z0-9_]/g, "_")
      .replace(/_+/g, "_")
      .replace(/^_|_$/g, "") || "value";
  return /^[0-9]/.test(name) ? `n${name}` : isVerilogKeyword(name) ? `${name}_value` : name;
}

/** An instance is never called as something inside it: Verilator says that the one hides the other. */
function nameContents(module: Module): void {
  const clocks = module.domains.flatMap((domain) => [clockName(domain), resetName(domain)]);
  const taken = new Set(["clock", "reset", ...clocks, ...module.ports.map((port) => port.name)]);
  const claim = (item: Net | Instance | Memory, wish: string): void => {
    const base = legalName(wish);
    let name = base;
    for (let number = 1; taken.has(name); number++) name = `${base}_${number}`;
    taken.add(name);
    item.name = name;
  };
  for (const net of module.nets) if (net.kind !== "read") claim(net, net.hint);
  for (const memory of module.memories) {
    claim(memory, memoryNames(memory).has(legalName(memory.hint)) ? `${memory.hint}_unit` : memory.hint);
  }
  for (const net of module.nets) if (net.kind === "read") claim(net, net.hint);
  for (const instance of module.instances) {
    const inside = namesIn(instance.module);
    claim(instance, inside.has(legalName(instance.hint)) ? `${instance.hint}_unit` : instance.hint);
  }
  for (const instance of module.instances) {
    for (const pin of instance.pins) claim(pin, `${instance.name}_${pin.port!.name}`);
  }
}

const namesOf = new WeakMap<Module, ReadonlySet<string>>();

function namesIn(module: Module): ReadonlySet<string> {
  let names = namesOf.get(module);
  if (names === undefined) {
    const items = [module.ports, module.nets, module.memories, module.instances].flat();
    names = new Set(items.map((item) => item.name));
    namesOf.set(module, names);
  }
  return names;
}

function nameModules(modules: readonly Module[]): void {
  const groups = new Map<string, Module[]>();
  for (const module of modules) {
    // An external module is called as its Verilog calls it.
    const key = module.external === undefined ? legalName(module.hint) : module.hint;
    groups.set(key, [...(groups.get(key) ?? []), module]);
  }
  const taken = new Set(groups.keys());
  for (const [base, group] of groups) {
    const suffixes = differences(group);
    group.forEach((module, index) => {
      module.name = base;
      if (index === 0 || module.external !== undefined) return;
      const wish = `${base}_${suffixes[index]!}`;
      module.name = wish;
      for (let number = 2; taken.has(module.name); number++) module.name = `${wish}_${number}`;
      taken.add(module.name);
    });
  }
}

/** What tells the parameters of each module from those of the others: `rows4_cols8`, or a short digest. */
function differences(group: readonly Module[]): string[] {
  const flat = group.map((module) => new Map(scalars(module.params, "")));
  const keys = [...new Set(flat.flatMap((map) => [...map.keys()]))];
  const telling = keys.filter((key) => new Set(flat.map((map) => map.get(key))).size > 1);
  return flat.map((map, index) => {
    const text = legalName(telling.map((key) => `${key}${map.get(key) ?? ""}`).join("_"));
    if (telling.length > 0 && text.length <= 32) return text;
    if (telling.length === 0) return String(index);
    return createHash("sha256").update(text).digest("hex").slice(0, 6);
  });
}

function scalars(value: unknown, path: string): [string, string][] {
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, field]) => scalars(field, key));
  }
  return typeof value === "function" ? [] : [[path, String(value)]];
}

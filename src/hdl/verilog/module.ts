import type { Const, Expr, External, Instance, Module, Net } from "../ir.ts";
import { relativeFile, type Site } from "../location.ts";
import { eachNode, eachRoot, eachStatement } from "../walk.ts";
import { boundDomain, clockName, clockPorts, ownReset, resetName, type ClockPort } from "./clocking.ts";
import { findDrivers, type Drivers } from "./drivers.ts";
import { literal, verilogBits, type NameOf } from "./expression.ts";
import { declarePort, memoryConnections, memoryModule, range } from "./memory.ts";
import { resetConstant, writeAssigns, writeCombinational, writeProperties, writeRegisters } from "./procedures.ts";
import { Writer } from "./text.ts";
import { bitsRead, unusedParts } from "./usage.ts";

/** The text of one module; `locations`: a comment at the module and at every declaration says where they are written. */
export function moduleText(module: Module, locations = true): string {
  const drivers = findDrivers(module);
  const plan = planNets(module, drivers);
  const { nameOf, inlined, merged } = plan;
  const out = new Writer();
  out.line(`// ${module.name}${module.site === undefined || !locations ? "" : `, ${place(module.site)}`}`);
  out.line("`default_nettype none");
  out.gap();
  writeHeader(out, module);
  out.gap();
  out.indent(() => {
    writeParameters(out, module);
    writeDeclarations(out, module, plan, locations);
    for (const memory of module.memories) {
      writeInstance(out, memoryModule(memory).name, "", memory.name, memoryConnections(memory, nameOf));
    }
    for (const instance of module.instances) {
      writeInstance(out, instance.module.name, parameters(instance), instance.name, connections(instance, plan));
    }
    out.gap();
    writeAssigns(out, module, drivers, nameOf, (net) => inlined.has(net) || merged.has(net));
    writeCombinational(out, module, drivers, nameOf);
    writeRegisters(out, module, drivers, nameOf);
    writeProperties(out, module, nameOf);
    writeUnused(out, module, plan);
  });
  out.line("endmodule");
  out.gap();
  out.line("`default_nettype wire");
  return out.text();
}

/** The names of a module's nets in its text: a register may have that of the output it drives. */
export function verilogNames(module: Module): NameOf {
  return planNets(module, findDrivers(module)).nameOf;
}

/** How nets appear in the text. */
interface Plan {
  /** The name of a net, or of the net it is merged with. */
  readonly nameOf: NameOf;
  /** Input pins whose expression stands in the connection. */
  readonly inlined: ReadonlyMap<Net, Expr>;
  /** Ports and wires that are but another name of a register, pin or read data, which takes their name. */
  readonly merged: ReadonlySet<Net>;
  readonly carriers: ReadonlyMap<Net, Net>;
}

function planNets(module: Module, drivers: Drivers): Plan {
  const carriers = new Map<Net, Net>();
  const merged = new Set<Net>();
  const inlined = new Map<Net, Expr>();
  for (const kind of ["output", "wire"] as const) {
    for (const [net, { value }] of drivers.plain) {
      if (net.kind !== kind || value.kind !== "ref" || carriers.has(value.net)) continue;
      const source = value.net;
      const anonymous = (source.kind === "pin" && source.port!.kind === "output") || source.kind === "read";
      const namesake =
        kind === "output" && (source.kind === "reg" || source.kind === "wire") && source.hint === net.hint;
      if (!(anonymous || namesake) || merged.has(source) || source.stage !== undefined) continue;
      carriers.set(source, net);
      merged.add(net);
    }
  }
  const nameOf: NameOf = (net) => {
    let named = net;
    for (let carrier = carriers.get(named); carrier !== undefined; carrier = carriers.get(named)) named = carrier;
    return named.name;
  };
  const read = bitsRead(module);
  for (const [net, { value }] of drivers.plain) {
    if (net.kind === "pin" && !read.has(net) && value.kind !== "case" && verilogBits(value, nameOf).length <= 48)
      inlined.set(net, value);
  }
  return { nameOf, inlined, merged, carriers };
}

function writeHeader(out: Writer, module: Module): void {
  const ports = [
    ...clockPorts(module).map(({ name }) => implicit(name)),
    ...module.ports.map(({ name, kind, width, signed }) => {
      return { pin: { name, direction: kind as "input" | "output", width }, signed };
    }),
  ];
  const widths = ports.map(({ pin, signed }) => (signed ? 7 : 0) + range(pin.width).length);
  const widest = Math.max(0, ...widths);
  if (ports.length === 0) {
    out.line(`module ${module.name};`);
    return;
  }
  out.block(`module ${module.name} (`, ");", () => {
    ports.forEach(({ pin, signed }, index) => {
      out.line(`${declarePort(pin, signed, widest)}${index + 1 < ports.length ? "," : ""}`);
    });
  });
}

function implicit(name: string): { pin: { name: string; direction: "input"; width: number }; signed: boolean } {
  return { pin: { name, direction: "input", width: 1 }, signed: false };
}

function writeParameters(out: Writer, module: Module): void {
  const labelled = new Map<string, Const>();
  const seen = new Set<Expr>();
  const note = (expr: Expr): void => {
    if (expr.kind === "const" && expr.label !== undefined) labelled.set(expr.label, expr);
  };
  eachStatement(module.body, (statement) => {
    if (statement.kind === "switch") for (const { value } of statement.arms) note(value);
  });
  for (const net of module.nets) if (net.resetLabel !== undefined) note(resetConstant(net));
  eachRoot(module, (root) => {
    eachNode(root, seen, note);
  });
  for (const [label, { value, width, signed }] of labelled) {
    const text = literal({ kind: "const", value, width, signed });
    out.line(`localparam logic ${signed ? "signed " : ""}${range(width)}${label} = ${text};`);
  }
  if (labelled.size > 0) out.gap();
}

function writeDeclarations(out: Writer, module: Module, { inlined, carriers }: Plan, locations: boolean): void {
  const declared = [
    ...module.nets,
    ...module.instances.flatMap((instance) => instance.pins.filter((pin) => !inlined.has(pin))),
  ].filter((net) => !carriers.has(net));
  const types = declared.map(
    (net) => `${attribute(net)}logic ${net.signed ? "signed " : ""}${range(net.width)}${net.name};`,
  );
  const column = Math.min(48, Math.max(0, ...types.map((text) => text.length)));
  declared.forEach((net, index) => {
    const comment = net.site === undefined || !locations ? "" : `  // ${place(net.site)}`;
    out.line(`${types[index]!.padEnd(comment === "" ? 0 : column)}${comment}`);
  });
  if (declared.length > 0) out.gap();
}

/** Registers of a synchroniser stand close together and are left as they are. */
function attribute(net: Net): string {
  return net.stage === undefined ? "" : '(* ASYNC_REG = "TRUE" *) ';
}

function place(site: Site): string {
  return `${relativeFile(site.file)}:${site.line}`;
}

function connections(instance: Instance, { nameOf, inlined }: Plan): [string, string][] {
  const { external } = instance.module;
  const result: [string, string][] = [];
  const clocks = external === undefined ? clockPorts(instance.module) : externalClocks(external);
  for (const { name, role, domain } of clocks) {
    const bound = boundDomain(instance, domain);
    const reset = ownReset(instance, domain);
    if (role === "clock") result.push([name, clockName(bound)]);
    else result.push([name, reset === undefined ? resetName(bound) : verilogBits(reset, nameOf)]);
  }
  for (const pin of instance.pins) {
    const inline = inlined.get(pin);
    result.push([pin.port!.name, inline === undefined ? nameOf(pin) : verilogBits(inline, nameOf)]);
  }
  return result;
}

function externalClocks({ clock, reset }: External): ClockPort[] {
  return [
    ...(clock === undefined ? [] : [{ name: clock, role: "clock" as const, domain: undefined }]),
    ...(reset === undefined ? [] : [{ name: reset, role: "reset" as const, domain: undefined }]),
  ];
}

function parameters({ module }: Instance): string {
  const entries = Object.entries(module.external?.parameters ?? {});
  if (entries.length === 0) return "";
  const text = entries.map(([key, value]) => `.${key}(${typeof value === "string" ? JSON.stringify(value) : value})`);
  return ` #(${text.join(", ")})`;
}

function writeInstance(
  out: Writer,
  module: string,
  parameterText: string,
  name: string,
  pins: readonly (readonly [string, string])[],
): void {
  out.gap();
  out.block(`${module}${parameterText} ${name} (`, ");", () => {
    pins.forEach(([pin, text], index) => {
      out.line(`.${pin}(${text})${index + 1 < pins.length ? "," : ""}`);
    });
  });
}

/** Bits that nothing reads go to one wire, whose name tells linters that this is meant. */
function writeUnused(out: Writer, module: Module, { nameOf, inlined }: Plan): void {
  const used = new Map<string, bigint>();
  for (const [net, bits] of bitsRead(module)) used.set(nameOf(net), (used.get(nameOf(net)) ?? 0n) | bits);
  for (const port of module.ports) if (port.kind === "output") used.set(port.name, (1n << BigInt(port.width)) - 1n);
  for (const { pins } of module.instances) {
    for (const pin of pins) {
      if (pin.port!.kind === "input" && !inlined.has(pin)) used.set(nameOf(pin), (1n << BigInt(pin.width)) - 1n);
    }
  }
  const nets = [...module.ports, ...module.nets, ...module.instances.flatMap(({ pins }) => pins)];
  const names = new Map(nets.filter((net) => !inlined.has(net)).map((net) => [nameOf(net), net.width]));
  const parts = [...names].flatMap(([name, width]) => unusedParts(name, width, used.get(name) ?? 0n));
  if (parts.length === 0) return;
  out.gap();
  out.line("// Bits that nothing reads.");
  out.line("logic _unused_ok;");
  out.line(`assign _unused_ok = &{1'b0, ${parts.join(", ")}};`);
}

import { createHash } from "node:crypto";
import type { Memory, MemoryPort } from "../ir.ts";
import { portExpressions } from "../walk.ts";
import { clockName } from "./clocking.ts";
import { verilogBits, type NameOf } from "./expression.ts";
import { Writer } from "./text.ts";

/** One port of a memory module as it stands in the Verilog. */
export interface MemoryPin {
  readonly name: string;
  readonly direction: "input" | "output";
  readonly width: number;
}

/** The wrapper module that all memories of one shape share. */
export interface MemoryModule {
  readonly name: string;
  readonly width: number;
  readonly depth: number;
  readonly pins: readonly MemoryPin[];
  /** Some port reads without a clock, which no hard macro does: always text, never a black box. */
  readonly asynchronous: boolean;
  readonly text: string;
}

/** The wrapper for a memory; its name tells depth, width, ports, mask and, for initial contents, a digest. */
export function memoryModule(memory: Memory): MemoryModule {
  const name = moduleName(memory);
  const pins = pinsOf(memory);
  const asynchronous = memory.ports.some((port) => port.kind === "read" && !port.sync);
  const { width, depth } = memory;
  return { name, width, depth, pins, asynchronous, text: moduleText(memory, name, pins) };
}

/** All names inside the wrapper of a memory. */
export function memoryNames(memory: Memory): ReadonlySet<string> {
  return new Set(["memory", ...pinsOf(memory).map((pin) => pin.name)]);
}

function moduleName(memory: Memory): string {
  const { width, depth, ports, maskBits, init, readUnderWrite } = memory;
  const count = (kind: MemoryPort["kind"], letter: string): string => {
    const { length } = ports.filter((port) => port.kind === kind);
    return length === 0 ? "" : `${length}${letter}`;
  };
  const shape = count("readWrite", "rw") + readShape(ports) + count("write", "w");
  const parts = ["memory", shape, `${depth}x${width}`];
  if (maskBits !== undefined) parts.push(`mask${maskBits}`);
  if (readUnderWrite === "old") parts.push("old");
  if (clockPins(memory).length > 1) parts.push("clocks");
  if (init !== undefined) parts.push(createHash("sha256").update(init.join()).digest("hex").slice(0, 6));
  return parts.join("_");
}

/** Read ports in the order of their numbers, equal neighbours counted: `r` with a clock, `re` with clock and enable, `a` without a clock. */
function readShape(ports: readonly MemoryPort[]): string {
  const runs: { readonly letters: string; length: number }[] = [];
  for (const { kind, sync, enable } of ports) {
    if (kind !== "read") continue;
    const letters = sync ? (enable === undefined ? "r" : "re") : "a";
    const last = runs.at(-1);
    if (last?.letters === letters) last.length += 1;
    else runs.push({ letters, length: 1 });
  }
  return runs.map(({ letters, length }) => `${length}${letters}`).join("");
}

/** The prefix of a port's pins: `read`, `write`, `port`, numbered when there are several of the kind. */
function prefixes(ports: readonly MemoryPort[]): string[] {
  const word = { read: "read", write: "write", readWrite: "port" } as const;
  return ports.map((port, index) => {
    const same = ports.filter((other) => other.kind === port.kind).length;
    const number = ports.slice(0, index).filter((other) => other.kind === port.kind).length;
    return same === 1 ? word[port.kind] : `${word[port.kind]}${number}`;
  });
}

function pinsOf(memory: Memory): MemoryPin[] {
  const names = prefixes(memory.ports);
  const pins = memory.ports.flatMap((port, index): MemoryPin[] => [
    ...portExpressions(port).map(([role, expr]): MemoryPin => {
      return { name: pinName(names[index]!, role), direction: "input", width: expr.width };
    }),
    ...(port.data === undefined
      ? []
      : [{ name: `${names[index]!}_data`, direction: "output" as const, width: memory.width }]),
  ]);
  const clocks = clockPins(memory).map(({ name }): MemoryPin => ({ name, direction: "input", width: 1 }));
  return [...clocks, ...pins];
}

/** A clock pin of a wrapper. */
export interface MemoryClockPin {
  readonly name: string;
  /** The clock domain it stands for where the memory is placed. */
  readonly domain: string | undefined;
  readonly ports: readonly MemoryPort[];
}

/** The clock pins of a wrapper: one for all ports, or one for each where they have different clocks. */
export function clockPins({ ports }: Memory): MemoryClockPin[] {
  const names = prefixes(ports);
  const clocked = ports.flatMap((port, index): MemoryClockPin[] =>
    port.sync ? [{ name: `${names[index]!}_clock`, domain: port.domain, ports: [port] }] : [],
  );
  if (new Set(clocked.map(({ domain }) => domain)).size > 1) return clocked;
  const all = clocked.flatMap((pin) => pin.ports);
  return clocked.slice(0, 1).map(({ domain }) => ({ name: "clock", domain, ports: all }));
}

function pinName(prefix: string, role: string): string {
  if (role === "value") return prefix.startsWith("write") ? `${prefix}_data` : `${prefix}_write_data`;
  return `${prefix}_${role}`;
}

/** The connections of a memory instance: pin name and expression, read data as nets. */
export function memoryConnections(memory: Memory, nameOf: NameOf): (readonly [pin: string, text: string])[] {
  const names = prefixes(memory.ports);
  const connections = clockPins(memory).map(({ name, domain }): [string, string] => [name, clockName(domain)]);
  memory.ports.forEach((port, index) => {
    const prefix = names[index]!;
    for (const [role, expr] of portExpressions(port)) {
      connections.push([pinName(prefix, role), verilogBits(expr, nameOf)]);
    }
    if (port.data !== undefined) connections.push([`${prefix}_data`, nameOf(port.data)]);
  });
  return connections;
}

function moduleText(memory: Memory, name: string, pins: readonly MemoryPin[]): string {
  const { width, depth, ports } = memory;
  const out = new Writer();
  out.line(`// ${depth} words of ${width} bits.`);
  out.line("`default_nettype none");
  out.gap();
  out.block(`module ${name} (`, ");", () => {
    const widest = Math.max(...pins.map((pin) => range(pin.width).length));
    pins.forEach((pin, index) => {
      out.line(`${declarePort(pin, false, widest)}${index + 1 < pins.length ? "," : ""}`);
    });
  });
  out.gap();
  out.indent(() => {
    if (memory.readUnderWrite === "undefined" && ports.some((port) => port.kind === "read" && port.sync)) {
      out.line("(* no_rw_check *)");
    }
    out.line(`logic ${range(width)}memory [0:${depth - 1}];`);
    writeInit(out, memory);
    const names = prefixes(ports);
    const writing = ports.flatMap((port, index) => (port.kind === "write" ? [[port, names[index]!] as const] : []));
    const reading = ports.flatMap((port, index) => {
      return port.kind === "read" && port.sync ? [[port, names[index]!] as const] : [];
    });
    const several = clockPins(memory).length > 1;
    const clocks = several ? [...writing, ...reading].map(([, prefix]) => prefix) : [undefined];
    for (const only of writing.length + reading.length > 0 ? clocks : []) {
      const own = ([, prefix]: readonly [MemoryPort, string]): boolean => only === undefined || only === prefix;
      out.gap();
      out.block(`always_ff @(posedge ${only === undefined ? "clock" : `${only}_clock`}) begin`, "end", () => {
        for (const [, prefix] of writing.filter(own)) {
          writeStore(out, memory, prefix, `${prefix}_enable`, `${prefix}_data`);
        }
        for (const [port, prefix] of reading.filter(own)) {
          const load = `${prefix}_data <= memory[${prefix}_address];`;
          out.line(port.enable === undefined ? load : `if (${prefix}_enable) ${load}`);
        }
      });
    }
    ports.forEach((port, index) => {
      const prefix = names[index]!;
      if (port.kind === "read" && !port.sync) {
        out.gap();
        out.line(`assign ${prefix}_data = memory[${prefix}_address];`);
      }
      if (port.kind === "readWrite") writeSinglePort(out, memory, prefix, several ? `${prefix}_clock` : "clock");
    });
  });
  out.line("endmodule");
  out.gap();
  out.line("`default_nettype wire");
  return out.text();
}

function writeSinglePort(out: Writer, memory: Memory, prefix: string, clock: string): void {
  out.gap();
  out.block(`always_ff @(posedge ${clock}) begin`, "end", () => {
    out.block(`if (${prefix}_enable) begin`, "end", () => {
      out.open(`if (${prefix}_write) begin`, () => {
        writeStore(out, memory, prefix, undefined, `${prefix}_write_data`);
      });
      out.block("end else begin", "end", () => {
        out.line(`${prefix}_data <= memory[${prefix}_address];`);
      });
    });
  });
}

function writeStore(out: Writer, memory: Memory, prefix: string, enable: string | undefined, data: string): void {
  const { maskBits, width } = memory;
  const word = `memory[${prefix}_address]`;
  const store = (): void => {
    if (maskBits === undefined) {
      out.line(`${word} <= ${data};`);
      return;
    }
    const lanes = width / maskBits;
    for (let lane = 0; lane < lanes; lane++) {
      const bits = maskBits === 1 ? `[${lane}]` : `[${lane * maskBits + maskBits - 1}:${lane * maskBits}]`;
      const mask = lanes === 1 ? `${prefix}_mask` : `${prefix}_mask[${lane}]`;
      out.line(`if (${mask}) ${word}${lanes === 1 ? "" : bits} <= ${data}${lanes === 1 ? "" : bits};`);
    }
  };
  if (enable === undefined) store();
  else out.block(`if (${enable}) begin`, "end", store);
}

function writeInit(out: Writer, { init, width, depth }: Memory): void {
  if (init === undefined) return;
  out.gap();
  out.block("initial begin", "end", () => {
    for (let address = 0; address < depth; address++) {
      out.line(`memory[${address}] = ${width}'h${(init[address] ?? 0n).toString(16)};`);
    }
  });
}

/** `input  logic [7:0] name`; `range` columns are padded to `rangeWidth`. */
export function declarePort({ name, direction, width }: MemoryPin, signed: boolean, rangeWidth: number): string {
  const type = `${signed ? "signed " : ""}${range(width)}`;
  return `${direction === "input" ? "input  logic" : "output logic"} ${type.padEnd(rangeWidth)}${name}`;
}

/** `[7:0] `, or nothing for one bit. */
export function range(width: number): string {
  return width === 1 ? "" : `[${width - 1}:0] `;
}

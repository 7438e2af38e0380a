import type { Expr, Memory, Net } from "../../hdl/ir.ts";
import { memoryModule } from "../../hdl/verilog/memory.ts";
import { portExpressions } from "../../hdl/walk.ts";
import { TermBuilder, type Term } from "../terms/index.ts";
import { addressBits, MemoryTerms } from "../translate/index.ts";
import { FIRST, NEXT, NOW, verilogNet, type Claim, type Comparison } from "./claims.ts";

/** A pin of a memory's wrapper and what is connected to it: an expression, or the net of read data. */
export interface ConnectedPin {
  readonly name: string;
  readonly expr: Expr | undefined;
  readonly data: Net | undefined;
}

/** The pins of a memory's wrapper, the clock left out, in their order. */
export function portPins(memory: Memory): ConnectedPin[] {
  const names = memoryModule(memory)
    .pins.map((pin) => pin.name)
    .filter((name) => name !== "clock");
  const connected = memory.ports.flatMap((port): Omit<ConnectedPin, "name">[] => [
    ...portExpressions(port).map(([, expr]) => ({ expr, data: undefined })),
    ...(port.data === undefined ? [] : [{ expr: undefined, data: port.data }]),
  ]);
  return connected.map((one, i) => ({ name: names[i]!, ...one }));
}

/**
 * The wrapper of a memory: read data now and after the edge, and every word after the edge. An address that the memory does
 * not have is left out: Verilog reads unknown bits there.
 */
export function compareMemory(memory: Memory): Comparison {
  const { name } = memoryModule(memory);
  const { width, depth } = memory;
  const terms = new TermBuilder();
  const meaning = new Map<Term, string>();
  const stands = (own: string, bits: number, text: string, index?: number): Term => {
    const variable = terms.variable(own, bits, index);
    meaning.set(variable, text);
    return variable;
  };
  const pins = portPins(memory);
  // Two ports may be given the same expression; each has a pin of its own, so each gets a memory port of its own.
  const values = new Map<string, Term>();
  for (const { name: pin, expr } of pins) {
    if (expr !== undefined) values.set(pin, stands(pin, expr.width, verilogNet(name, pin, expr.width, NOW)));
  }
  const own = new MemoryTerms(terms, "memory", { ...memory, ports: namedPorts(memory, pins) }, (expr) => {
    return values.get((expr as Expr & { readonly kind: "const" }).label!)!;
  });
  meaning.set(own.array, `(|${name}_m memory| ${NOW})`);

  const claims: Claim[] = [];
  const assumptions: Term[] = [];
  const data = pins.filter((pin) => pin.data !== undefined);
  let reads = 0;
  for (const port of own.memory.ports) {
    if (port.data === undefined) continue;
    const pin = data[reads++]!.name;
    const address = values.get((port.address as Expr & { readonly kind: "const" }).label!)!;
    if (BigInt(depth) < 1n << BigInt(address.width)) {
      assumptions.push(terms.relation("bvult", address, terms.constant(depth, address.width)));
    }
    const now = verilogNet(name, pin, width, NOW);
    if (!port.sync) {
      claims.push({ what: pin, own: own.wordAt(port), verilog: now });
      continue;
    }
    const next = terms.ite(own.reads(port), own.wordAt(port), stands(pin, width, now));
    claims.push({ what: `next value of ${pin}`, own: next, verilog: verilogNet(name, pin, width, NEXT) });
  }
  // Any word: the solver chooses the address.
  const any = terms.variable("any address", addressBits(memory));
  if (depth < 2 ** any.width) assumptions.push(terms.relation("bvult", any, terms.constant(depth, any.width)));
  const verilog = `(select (|${name}_m memory| ${NEXT}) |any address|)`;
  claims.push({ what: "next words", own: terms.select(own.next(), any), verilog });
  const initial = own.initial();
  if (initial !== undefined) {
    const first = `(select (|${name}_m memory| ${FIRST}) |any address|)`;
    claims.push({ what: "words at power-on", own: terms.select(initial, any), verilog: first });
  }
  return { name, meaning, claims, wires: [], assumptions, children: new Map() };
}

/** The memory's ports with the name of its pin in place of every expression. */
function namedPorts(memory: Memory, pins: readonly ConnectedPin[]): Memory["ports"] {
  const named = pins.filter((pin) => pin.expr !== undefined).map((pin) => pin.name);
  let next = 0;
  return memory.ports.map((port) => {
    const roles = portExpressions(port).map(([role, { width, signed }]) => {
      return [role, { kind: "const", value: 0n, width, signed, label: named[next++]! }] as const;
    });
    return { ...port, ...Object.fromEntries(roles) };
  });
}

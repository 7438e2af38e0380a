import type { Const, Expr, Memory, MemoryPort, Net } from "../../hdl/ir.ts";
import { clockPins, memoryModule } from "../../hdl/verilog/memory.ts";
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

/** The pins of a memory's wrapper, clocks left out, in their order. */
export function portPins(memory: Memory): ConnectedPin[] {
  const clocks = new Set(clockPins(memory).map((pin) => pin.name));
  const names = memoryModule(memory)
    .pins.map((pin) => pin.name)
    .filter((name) => !clocks.has(name));
  const connected = memory.ports.flatMap((port): Omit<ConnectedPin, "name">[] => [
    ...portExpressions(port).map(([, expr]) => ({ expr, data: undefined })),
    ...(port.data === undefined ? [] : [{ expr: undefined, data: port.data }]),
  ]);
  return connected.map((one, i) => ({ name: names[i]!, ...one }));
}

/**
 * The wrapper of a memory: read data now and after a step in which any of its clocks may tick, and every word after the step. An
 * address that the memory does not have is left out: Verilog reads unknown bits there.
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
  const valueOf = (expr: Expr): Term => values.get((expr as Const).label!)!;
  const ticks = new Map<MemoryPort, Term>();
  for (const { name: clock, ports } of clockPins(memory)) {
    const tick = stands(clock, 1, verilogNet(name, clock, 1, NOW));
    for (const port of ports) ticks.set(port, tick);
  }
  const ports = namedPorts(memory, pins).map((port, index): MemoryPort => {
    const tick = ticks.get(memory.ports[index]!);
    if (tick === undefined) return port;
    const enable = named(`enable ${index}`, 1);
    values.set(enable.label!, port.enable === undefined ? tick : terms.and(tick, valueOf(port.enable)));
    return { ...port, enable };
  });
  const own = new MemoryTerms(terms, "memory", { ...memory, ports }, valueOf);
  meaning.set(own.array, `(|${name}_m memory| ${NOW})`);

  const claims: Claim[] = [];
  const assumptions: Term[] = [];
  const data = pins.filter((pin) => pin.data !== undefined);
  let reads = 0;
  for (const port of own.memory.ports) {
    if (port.data === undefined) continue;
    const pin = data[reads++]!.name;
    const address = valueOf(port.address);
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
  const names = pins.filter((pin) => pin.expr !== undefined).map((pin) => pin.name);
  let next = 0;
  return memory.ports.map((port) => {
    const roles = portExpressions(port).map(([role, { width }]) => [role, named(names[next++]!, width)] as const);
    return { ...port, ...Object.fromEntries(roles) };
  });
}

function named(label: string, width: number): Const {
  return { kind: "const", value: 0n, width, signed: false, label };
}

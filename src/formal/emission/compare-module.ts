import type { Instance, Module, Property } from "../../hdl/ir.ts";
import { boundDomain, clockPorts } from "../../hdl/verilog/clocking.ts";
import { clockPins, memoryModule } from "../../hdl/verilog/memory.ts";
import { verilogNames } from "../../hdl/verilog/module.ts";
import { TermBuilder, type Term } from "../terms/index.ts";
import { portPins } from "./compare-memory.ts";
import { TranslatedInstance } from "../translate/index.ts";
import { NEXT, NOW, verilogBit, verilogNet, type Claim, type Comparison } from "./claims.ts";

/**
 * A module on its own: its outputs, what registers and properties are after a step in which any of its clocks may tick, and
 * everything it gives to children and memories, for any inputs, any state and anything that children and memories answer.
 */
export function compareModule(module: Module, meaningText: string): Comparison {
  const { name } = module;
  const terms = new TermBuilder();
  const nameOf = verilogNames(module);
  const meaning = new Map<Term, string>();
  const stands = (own: string, width: number, text: string): Term => {
    const variable = terms.variable(own, width);
    meaning.set(variable, text);
    return variable;
  };
  const net = (text: string, width: number): string => verilogNet(name, text, width, NOW);
  const pinOf = (child: string, instance: string, pin: string, width: number): string =>
    verilogNet(child, pin, width, `(|${name}_h ${instance}| ${NOW})`);

  const never = terms.constant(0n, 1);
  const resets = new Map<string | undefined, Term>();
  const ticks = new Map<string | undefined, Term>();
  for (const { name: port, role, domain } of clockPorts(module)) {
    (role === "clock" ? ticks : resets).set(domain, stands(port, 1, net(port, 1)));
  }
  const tick: OfDomain = (domain) => ticks.get(domain) ?? never;
  const reset: OfDomain = (domain) => resets.get(domain) ?? never;
  const own = new TranslatedInstance(terms, module, "", {
    input: (port) => stands(port.name, port.width, net(port.name, port.width)),
    reset,
    cut: ({ name: pin, width, instance, port }) =>
      stands(`pin ${pin}`, width, pinOf(instance!.module.name, instance!.name, port!.name, width)),
    read: (data, memory) => {
      const pin = portPins(memory).find((candidate) => candidate.data === data)!;
      return stands(
        `read ${data.name}`,
        data.width,
        pinOf(memoryModule(memory).name, memory.name, pin.name, data.width),
      );
    },
  });

  const claims: Claim[] = [];
  for (const port of module.ports) {
    if (port.kind !== "output") continue;
    claims.push({ what: `output ${port.name}`, own: own.value(port), verilog: net(port.name, port.width) });
  }
  for (const register of module.nets.filter(({ kind }) => kind === "reg")) {
    const text = nameOf(register);
    const kept = stands(register.name, register.width, net(text, register.width));
    const verilog = verilogNet(name, text, register.width, NEXT);
    const next = terms.ite(tick(register.domain), own.next(register), kept);
    claims.push({ what: `next value of ${text}`, own: next, verilog });
  }
  const children = new Map<string, ReadonlyMap<string, number>>();
  for (const instance of module.instances) {
    children.set(instance.module.name, portWidths(instance.module));
    const pin = (port: string, width: number): string => pinOf(instance.module.name, instance.name, port, width);
    claims.push(...pinClaims(own, instance, { tick, pin }));
  }
  for (const memory of module.memories) {
    const wrapper = memoryModule(memory);
    children.set(wrapper.name, new Map(wrapper.pins.map((pin) => [pin.name, pin.width])));
    const pin = (port: string, width: number): string => pinOf(wrapper.name, memory.name, port, width);
    for (const { name: clock, domain } of clockPins(memory)) {
      claims.push({ what: `${clock} of ${memory.name}`, own: tick(domain), verilog: pin(clock, 1) });
    }
    for (const { name: port, expr } of portPins(memory)) {
      if (expr === undefined) continue;
      claims.push({ what: `${port} of ${memory.name}`, own: own.expression(expr), verilog: pin(port, expr.width) });
    }
  }
  claims.push(...propertyClaims(terms, own, meaningText, { tick, stands }));
  const wires = module.nets
    .filter((wire) => wire.kind === "wire" && meaningText.includes(`(define-fun |${name}_n ${nameOf(wire)}| `))
    .map((wire): Claim => ({ what: wire.name, own: own.value(wire), verilog: net(nameOf(wire), wire.width) }));
  return { name, meaning, claims, wires, assumptions: [], children };
}

/** A value of a clock domain of the module, by its name; `undefined` is the module's own clock. */
type OfDomain = (domain: string | undefined) => Term;

function pinClaims(
  own: TranslatedInstance,
  instance: Instance,
  { tick, pin }: { readonly tick: OfDomain; readonly pin: (port: string, width: number) => string },
): Claim[] {
  const { module: child, name, pins } = instance;
  const inputs = pins.filter(({ port }) => port!.kind === "input");
  return [
    ...clockPorts(child).map(({ name: port, role, domain }): Claim => {
      const given = role === "clock" ? tick(boundDomain(instance, domain)) : own.resetOf(instance, domain);
      return { what: `${port} of ${name}`, own: given, verilog: pin(port, 1) };
    }),
    ...inputs.map((net) => {
      return { what: `${net.port!.name} of ${name}`, own: own.value(net), verilog: pin(net.port!.name, net.width) };
    }),
  ];
}

/** Names and widths of a module's ports as they stand in the Verilog. */
function portWidths(module: Module): ReadonlyMap<string, number> {
  const clocks = clockPorts(module).map(({ name }): [string, number] => [name, 1]);
  return new Map([...clocks, ...module.ports.map((port): [string, number] => [port.name, port.width])]);
}

/**
 * Properties in order: the statements of the body here, domain by domain, their lines in the Verilog there. In the Verilog a
 * property is looked at by its clock, so that it is known after the step.
 */
function propertyClaims(
  terms: TermBuilder,
  own: TranslatedInstance,
  text: string,
  { tick, stands }: { readonly tick: OfDomain; readonly stands: (own: string, width: number, text: string) => Term },
): Claim[] {
  const { name, domains } = own.module;
  const order = [undefined, ...domains];
  const letters = { assert: "a", assume: "u", cover: "c" } as const;
  return (["assert", "assume", "cover"] as const).flatMap((check: Property["check"]): Claim[] => {
    const found = [...text.matchAll(new RegExp(`^; yosys-smt2-${check} (\\d+) \\S+ \\S*?:(\\d+)`, "gm"))]
      .map(([, index, line]) => ({ index: index!, line: Number(line) }))
      .sort((a, b) => a.line - b.line);
    const mine = order.flatMap((domain) =>
      own.properties().filter(({ property }) => property.check === check && property.domain === domain),
    );
    const count: Claim = {
      what: `number of ${check} statements`,
      own: terms.constant(mine.length, 16),
      verilog: `(_ bv${found.length} 16)`,
    };
    const each = mine.slice(0, found.length).map(({ property, applies, condition }, i): Claim => {
      const looked = check === "cover" ? terms.and(applies, condition) : terms.or(terms.not(applies), condition);
      const verilog = (state: string): string =>
        verilogBit(`(|${name}_${letters[check]} ${found[i]!.index}| ${state})`);
      const kept = stands(`${check} ${i}`, 1, verilog(NOW));
      const next = terms.ite(tick(property.domain), looked, kept);
      return { what: `${check} "${property.message}"`, own: next, verilog: verilog(NEXT) };
    });
    return [count, ...each];
  });
}

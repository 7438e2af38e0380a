import type { Instance, Module, Property } from "../../hdl/ir.ts";
import { needsClock, needsReset } from "../../hdl/verilog/clocking.ts";
import { memoryModule } from "../../hdl/verilog/memory.ts";
import { verilogNames } from "../../hdl/verilog/module.ts";
import { TermBuilder, type Term } from "../terms/index.ts";
import { portPins } from "./compare-memory.ts";
import { TranslatedInstance } from "../translate/index.ts";
import { NEXT, NOW, verilogBit, verilogNet, type Claim, type Comparison } from "./claims.ts";

/**
 * A module on its own: its outputs, the next values of its registers, everything it gives to children and memories, and its
 * properties, for any inputs, any state and anything that children and memories answer.
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

  const clock = stands("clock", 1, needsClock(module) ? net("clock", 1) : "#b0");
  const reset = needsReset(module) ? stands("reset", 1, net("reset", 1)) : terms.constant(0n, 1);
  const own = new TranslatedInstance(terms, module, "", {
    input: (port) => stands(port.name, port.width, net(port.name, port.width)),
    reset: () => reset,
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
    stands(register.name, register.width, net(text, register.width));
    const verilog = verilogNet(name, text, register.width, NEXT);
    claims.push({ what: `next value of ${text}`, own: own.next(register), verilog });
  }
  const children = new Map<string, ReadonlyMap<string, number>>();
  for (const instance of module.instances) {
    children.set(instance.module.name, portWidths(instance.module));
    const pin = (port: string, width: number): string => pinOf(instance.module.name, instance.name, port, width);
    claims.push(...pinClaims(own, instance, { clock, pin }));
  }
  for (const memory of module.memories) {
    const wrapper = memoryModule(memory);
    children.set(wrapper.name, new Map(wrapper.pins.map((pin) => [pin.name, pin.width])));
    const pin = (port: string, width: number): string => pinOf(wrapper.name, memory.name, port, width);
    if (wrapper.pins.some((one) => one.name === "clock")) {
      claims.push({ what: `clock of ${memory.name}`, own: clock, verilog: pin("clock", 1) });
    }
    for (const { name: port, expr } of portPins(memory)) {
      if (expr === undefined) continue;
      claims.push({ what: `${port} of ${memory.name}`, own: own.expression(expr), verilog: pin(port, expr.width) });
    }
  }
  claims.push(...propertyClaims(terms, own, meaningText));
  const wires = module.nets
    .filter((wire) => wire.kind === "wire" && meaningText.includes(`(define-fun |${name}_n ${nameOf(wire)}| `))
    .map((wire): Claim => ({ what: wire.name, own: own.value(wire), verilog: net(nameOf(wire), wire.width) }));
  return { name, meaning, claims, wires, assumptions: [], children };
}

function pinClaims(
  own: TranslatedInstance,
  instance: Instance,
  { clock, pin }: { readonly clock: Term; readonly pin: (port: string, width: number) => string },
): Claim[] {
  const { module: child, name, pins } = instance;
  const inputs = pins.filter(({ port }) => port!.kind === "input");
  return [
    ...(needsClock(child) ? [{ what: `clock of ${name}`, own: clock, verilog: pin("clock", 1) }] : []),
    ...(needsReset(child) ? [{ what: `reset of ${name}`, own: own.resetOf(instance), verilog: pin("reset", 1) }] : []),
    ...inputs.map((net) => {
      return { what: `${net.port!.name} of ${name}`, own: own.value(net), verilog: pin(net.port!.name, net.width) };
    }),
  ];
}

/** Names and widths of a module's ports as they stand in the Verilog. */
function portWidths(module: Module): ReadonlyMap<string, number> {
  const own = module.ports.map((port): [string, number] => [port.name, port.width]);
  if (needsClock(module)) own.push(["clock", 1]);
  if (needsReset(module)) own.push(["reset", 1]);
  return new Map(own);
}

/** Properties in order: the statements of the body here, their lines in the Verilog there. */
function propertyClaims(terms: TermBuilder, own: TranslatedInstance, text: string): Claim[] {
  const { name } = own.module;
  const letters = { assert: "a", assume: "u", cover: "c" } as const;
  return (["assert", "assume", "cover"] as const).flatMap((check: Property["check"]): Claim[] => {
    const found = [...text.matchAll(new RegExp(`^; yosys-smt2-${check} (\\d+) \\S+ \\S*?:(\\d+)`, "gm"))]
      .map(([, index, line]) => ({ index: index!, line: Number(line) }))
      .sort((a, b) => a.line - b.line);
    const mine = own.properties().filter(({ property }) => property.check === check);
    const count: Claim = {
      what: `number of ${check} statements`,
      own: terms.constant(mine.length, 16),
      verilog: `(_ bv${found.length} 16)`,
    };
    const each = mine.slice(0, found.length).map(({ property, applies, condition }, i): Claim => {
      const term = check === "cover" ? terms.and(applies, condition) : terms.or(terms.not(applies), condition);
      const verilog = verilogBit(`(|${name}_${letters[check]} ${found[i]!.index}| ${NOW})`);
      return { what: `${check} "${property.message}"`, own: term, verilog };
    });
    return [count, ...each];
  });
}

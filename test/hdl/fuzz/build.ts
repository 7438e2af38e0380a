import {
  assert,
  assume,
  bool,
  Bool,
  cover,
  fsm,
  input,
  instance,
  match,
  memory,
  min,
  module,
  mux,
  output,
  pipe,
  reg,
  reset,
  Sint,
  sint,
  times,
  Uint,
  uint,
  when,
  wire,
  type Module,
} from "../../../src/hdl/index.ts";
import { operators, type Operands } from "./operators.ts";
import { WIDEST, type DesignPlan, type ModulePlan, type Part, type Picks } from "./plan.ts";

type PartOf<K extends Part["kind"]> = Part & { readonly kind: K };

/** Outputs of a random module, unsigned and signed. */
const OUTPUTS = 2;

const portsOf = ({ inputs, outputWidth }: ModulePlan) => ({
  in: inputs.map(({ signed, width }) => (signed ? input(sint(width)) : input(uint(width)))),
  go: input(bool),
  u: times(OUTPUTS, () => output(uint(outputWidth))),
  s: times(OUTPUTS, () => output(sint(outputWidth))),
});

type RandomModule = Module<unknown, ReturnType<typeof portsOf>>;

/** The module of a plan; `name` distinguishes it from those of other plans. */
export function buildModule(plan: DesignPlan, name: string): RandomModule {
  const built: RandomModule[] = [];
  plan.modules.forEach((each, index) => {
    const inner = [...built];
    const own = index === plan.modules.length - 1 ? name : `${name}_inner${index}`;
    built.push(
      module(
        own,
        () => portsOf(each),
        (io) => {
          const body = new Body(each, inner, [...io.in, io.go], index > 0 && index < plan.modules.length - 1);
          const [unsigned, signed] = body.build();
          io.u.forEach((port, i) => {
            port.set(unsigned[i]!);
          });
          io.s.forEach((port, i) => {
            port.set(signed[i]!);
          });
        },
      ),
    );
  });
  return built.at(-1)!;
}

class Body {
  readonly #plan: ModulePlan;
  readonly #inner: readonly RandomModule[];
  /** Instances inside instances are few, so that designs stay small. */
  readonly #few: boolean;
  readonly #u: Uint[] = [];
  readonly #s: Sint[] = [];
  readonly #b: Bool[] = [];
  /** Values that nothing has used: the outputs show them. */
  readonly #unused = new Set<Uint | Sint>();
  /** What registers take is chosen among all values, when they are there. */
  readonly #later: (() => void)[] = [];

  constructor(plan: ModulePlan, inner: readonly RandomModule[], inputs: readonly (Uint | Sint)[], few: boolean) {
    this.#plan = plan;
    this.#inner = inner;
    this.#few = few;
    for (const value of inputs) this.#pool(value);
  }

  build(): readonly [Uint[], Sint[]] {
    if (this.#u.length === 0) this.#u.push(this.#s[0]!.asUint());
    if (this.#s.length === 0) this.#s.push(this.#u[0]!.asSint());
    for (const part of this.#plan.parts) this.#add(part);
    for (const update of this.#later) update();
    return this.#outputs();
  }

  #pool(value: Uint | Sint): void {
    if (value instanceof Bool) this.#b.push(value);
    else if (value instanceof Uint) this.#u.push(value);
    else this.#s.push(value);
  }

  #result(value: Uint | Sint): void {
    const kept = value.width > WIDEST ? value.wrap(WIDEST) : value;
    this.#pool(kept);
    this.#unused.add(kept);
  }

  #pick<T extends Uint | Sint>(pool: readonly T[], index: number): T {
    const value = pool[index % pool.length]!;
    this.#unused.delete(value);
    return value;
  }

  #operands({ a, b, c, n, width, value }: Picks): Operands {
    return {
      u: (index) => this.#pick(this.#u, index === 0 ? a : b),
      s: (index) => this.#pick(this.#s, index === 0 ? a : b),
      b: (index) => this.#pick(this.#b, index === 0 ? c : a),
      n,
      width,
      value,
    };
  }

  #add(part: Part): void {
    switch (part.kind) {
      case "operator":
        this.#result(operators[part.op % operators.length]![1](this.#operands(part)));
        break;
      case "wire":
        this.#addWire(part);
        break;
      case "register":
        this.#addRegister(part);
        break;
      case "machine":
        this.#addMachine(part);
        break;
      case "pipe": {
        const { u, b, n } = this.#operands(part);
        const enable = n % 2 === 0 ? {} : { enable: b(0) };
        this.#result(pipe(u(0), (n % 4) + 1, { reset: true, ...enable }));
        break;
      }
      case "property":
        this.#addProperty(part);
        break;
      case "memory":
        this.#addMemory(part);
        break;
      case "instance":
        this.#addInstances(part);
    }
  }

  #addWire({ signed, form, ...picks }: PartOf<"wire" | "register">): void {
    const { width } = picks;
    const { u, s, b, n } = this.#operands(picks);
    const net = signed ? wire(sint(width)) : wire(uint(width));
    const set = (index: 0 | 1): void => {
      if (net instanceof Sint) net.set(s(index).wrap(width));
      else net.set(u(index).wrap(width));
    };
    set(0);
    branches(form, { c: b(0), d: b(1), selector: u(1), n }, set);
    this.#result(net);
  }

  #addRegister({ signed, form, ...picks }: PartOf<"wire" | "register">): void {
    const { width, value, n } = picks;
    const [unsigned, negative] = [BigInt.asUintN(width, value), BigInt.asIntN(width, value)];
    const hasReset = Math.floor(form / 9) !== 0;
    const net = signed
      ? reg(sint(width), { reset: hasReset ? negative : false })
      : reg(uint(width), { reset: hasReset ? unsigned : false });
    this.#result(net);
    this.#later.push(() => {
      const { u, s, b } = this.#operands(picks);
      const set = (index: 0 | 1): void => {
        if (net instanceof Sint) net.next = index === 0 ? s(0).wrap(width) : net.sub(s(1)).wrap(width);
        else net.next = index === 0 ? u(0).wrap(width) : net.add(u(1)).wrap(width);
      };
      branches(form, { c: b(0), d: b(1), selector: u(1), n }, set);
      if (hasReset) return;
      when(reset(), () => {
        if (net instanceof Sint) net.next = negative;
        else net.next = unsigned;
      });
    });
  }

  #addMachine(picks: Picks): void {
    const machine = fsm("first", "second", "third");
    this.#result(machine.state);
    this.#result(machine.is("second"));
    this.#later.push(() => {
      const { b } = this.#operands(picks);
      machine.states({
        first: () => {
          when(b(0), () => {
            machine.goto("second");
          });
        },
        second: () => {
          when(b(1), () => {
            machine.goto("third");
          }).otherwise(() => {
            machine.goto("first");
          });
        },
        third: () => {
          machine.goto(picks.n % 2 === 0 ? "first" : "second");
        },
      });
    });
  }

  #addProperty(picks: Picks): void {
    const { b, u, n } = this.#operands(picks);
    const check = [assert, assume, cover][n % 3]!;
    const state = (): void => {
      check(u(0).ne(u(1)), "two values differ");
    };
    if (n % 2 === 0) state();
    else when(b(0), state);
  }

  /** All words have contents, and reads are enabled in reset: nothing is left to chance. */
  #addMemory({ width, depth, lanes, old, single, ports, value }: PartOf<"memory">): void {
    const maskBits = lanes > 0 && width % lanes === 0 ? width / lanes : undefined;
    const init = times(depth, (i) => BigInt.asUintN(width, value * BigInt(i + 1) + BigInt(i)));
    const words = memory({
      shape: uint(width),
      depth,
      init,
      readUnderWrite: old ? "old" : "undefined",
      ...(maskBits === undefined ? {} : { maskBits }),
    });
    // Verilog knows nothing beyond the depth.
    const inside = (address: Uint): Uint => {
      const wrapped = address.wrap(words.addressWidth);
      return depth === 2 ** words.addressWidth ? wrapped : min(wrapped, depth - 1);
    };
    let hasSingle = false;
    for (const port of ports) {
      const { u, b, n } = this.#operands(port);
      const address = inside(u(0));
      const mask = maskBits === undefined ? {} : { mask: u(1).wrap(width / maskBits) };
      const writing = { address, data: u(1).wrap(width), ...mask };
      if (port.access === "now") this.#result(words.read({ address, sync: false }));
      else if (port.access === "read") {
        this.#result(words.read({ address, ...(n % 3 === 0 ? {} : { enable: b(0).or(reset()) }) }));
      } else if (!single) words.write({ ...writing, enable: b(0).and(reset().not()) });
      else if (!hasSingle) {
        hasSingle = true;
        const [enable, write] = [b(0).or(reset()), b(1).and(reset().not())];
        this.#result(words.readWrite({ ...writing, enable, write }));
      }
    }
  }

  #addInstances({ count, ownReset, ...picks }: PartOf<"instance">): void {
    if (this.#inner.length === 0) return;
    const { b, n } = this.#operands(picks);
    const inner = this.#inner[n % this.#inner.length]!;
    const options = ownReset ? { reset: reset().or(b(0)) } : {};
    const made = times(this.#few ? Math.min(count, 2) : count, () => instance(inner, undefined, options));
    made.forEach((each, lane) => {
      // Some inputs are the same for all lanes, some go from lane to lane.
      each.in.forEach((port, i) => {
        const from = picks.a + i + ((picks.c + i) % 2 === 0 ? 0 : lane);
        const chained = lane > 0 && (picks.b + i) % 3 === 0;
        if (port instanceof Sint)
          port.set((chained ? made[lane - 1]!.s[0]! : this.#pick(this.#s, from)).wrap(port.width));
        else port.set((chained ? made[lane - 1]!.u[0]! : this.#pick(this.#u, from)).wrap(port.width));
      });
      each.go.set(this.#pick(this.#b, picks.c + (picks.b % 2) * lane));
    });
    for (const each of made) for (const port of [...each.u, ...each.s]) this.#result(port);
  }

  /** The unused values, spread over the outputs. */
  #outputs(): readonly [Uint[], Sint[]] {
    const { outputWidth } = this.#plan;
    const fold = (value: Uint | Sint): Uint => {
      const low = value.bits(Math.min(value.width, outputWidth) - 1, 0);
      return value.width <= outputWidth ? low : low.xor(value.reduceXor());
    };
    const outputs: (Uint | undefined)[] = times(2 * OUTPUTS, () => undefined);
    const shown = [...this.#unused];
    (shown.length === 0 ? [this.#u[0]!] : shown).forEach((value, i) => {
      const at = i % outputs.length;
      const own =
        value instanceof Sint && value.width <= outputWidth ? value.extend(outputWidth).asUint() : fold(value);
      outputs[at] = outputs[at]?.xor(own) ?? own;
    });
    const all = outputs.map((value) => value ?? outputs[0]!);
    return [all.slice(0, OUTPUTS), all.slice(OUTPUTS).map((value) => value.extend(outputWidth).asSint())];
  }
}

/** Assignments under branches of many forms; `set(0)` and `set(1)` assign. */
function branches(
  form: number,
  { c, d, selector, n }: { readonly c: Bool; readonly d: Bool; readonly selector: Uint; readonly n: number },
  set: (index: 0 | 1) => void,
): void {
  const [zero, one] = [
    () => {
      set(0);
    },
    () => {
      set(1);
    },
  ];
  switch (form % 9) {
    case 0:
      set(1);
      break;
    case 1:
      when(c, one);
      break;
    case 2:
      when(c, zero).otherwise(one);
      break;
    case 3:
      when(c, one)
        .elsewhen(d, zero)
        .otherwise(() => {
          when(mux(selector.bit(0), c, d.not()), one);
        });
      break;
    case 4:
      match(selector.wrap(2), { 0: zero, [1 + (n % 3)]: one });
      break;
    case 5:
      match(selector.wrap(3), { 1: one, 6: zero }, () => {
        when(d, one);
      });
      break;
    case 6:
      when(c, zero);
      when(d, one);
      break;
    // Branches that nothing takes: the passes find that out.
    case 7:
      when(c.and(selector.lt(0)), one);
      break;
    case 8:
      when(c.and(false), zero).otherwise(() => {
        when(d.or(selector.ge(0)).not(), one);
      });
  }
}

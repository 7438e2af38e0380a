import { evaluate } from "../../src/hdl/evaluate.ts";
import type { Design, Expr, Memory, MemoryPort, Module, Net, Statement } from "../../src/hdl/ir.ts";

/**
 * The meaning of the intermediate form, written for clarity: nets are computed when asked for, statement by statement.
 * The oracle for emission; works on a design before or after passes.
 */
export class Interpreter {
  readonly #module: Module;
  readonly #parent: { readonly interpreter: Interpreter; readonly pins: ReadonlyMap<Net, Net> } | undefined;
  readonly #children = new Map<Module["instances"][number], Interpreter>();
  readonly #state = new Map<Net, bigint>();
  readonly #words = new Map<Memory, bigint[]>();
  readonly #inputs = new Map<string, bigint>();
  #values = new Map<Net, bigint>();
  #reset = false;

  constructor(design: Design | Module, parent?: Interpreter, pins?: readonly Net[]) {
    this.#module = "top" in design ? design.top : design;
    if (parent !== undefined && pins !== undefined) {
      this.#parent = { interpreter: parent, pins: new Map(pins.map((pin) => [pin.port!, pin])) };
    }
    for (const net of this.#module.nets) if (net.kind === "reg") this.#state.set(net, net.reset ?? 0n);
    for (const memory of this.#module.memories) {
      this.#words.set(
        memory,
        Array.from({ length: memory.depth }, (_, address) => memory.init?.[address] ?? 0n),
      );
      for (const port of memory.ports) if (port.data !== undefined) this.#state.set(port.data, 0n);
    }
    for (const instance of this.#module.instances) {
      this.#children.set(instance, new Interpreter(instance.module, this, instance.pins));
    }
  }

  poke(name: string, value: bigint): void {
    this.#inputs.set(name, value);
    this.#settle();
  }

  peek(name: string): bigint {
    return this.value(this.#module.ports.find((port) => port.name === name)!);
  }

  setReset(reset: boolean): void {
    this.#reset = reset;
    this.#settle();
  }

  step(): void {
    const commits: (() => void)[] = [];
    this.#prepare(commits);
    for (const commit of commits) commit();
    this.#settle();
  }

  value(net: Net): bigint {
    const known = this.#values.get(net);
    if (known !== undefined) return known;
    const value = this.#compute(net);
    this.#values.set(net, value);
    return value;
  }

  #settle(): void {
    this.#values = new Map();
    for (const child of this.#children.values()) child.#settle();
  }

  #resetNow(): boolean {
    if (this.#parent === undefined) return this.#reset;
    const { interpreter } = this.#parent;
    for (const [instance, child] of interpreter.#children) {
      if (child === this && instance.reset !== undefined) return interpreter.#eval(instance.reset) === 1n;
    }
    return interpreter.#resetNow();
  }

  #eval(expr: Expr): bigint {
    return evaluate(expr, (ref) => this.value(ref.net));
  }

  #compute(net: Net): bigint {
    switch (net.kind) {
      case "reset":
        return this.#resetNow() ? 1n : 0n;
      case "reg":
        return this.#state.get(net)!;
      case "input": {
        if (this.#parent === undefined) return this.#inputs.get(net.name) ?? 0n;
        return this.#parent.interpreter.value(this.#parent.pins.get(net)!);
      }
      case "read": {
        for (const memory of this.#module.memories) {
          const port = memory.ports.find((candidate) => candidate.data === net);
          if (port === undefined) continue;
          return port.sync ? this.#state.get(net)! : this.#words.get(memory)![Number(this.#eval(port.address))]!;
        }
        throw new Error("read data without a port");
      }
      case "pin":
        if (net.port!.kind === "output") return this.#children.get(net.instance!)!.value(net.port!);
        return this.#assigned(net)!;
      default:
        return this.#assigned(net)!;
    }
  }

  #assigned(net: Net): bigint | undefined {
    let value: bigint | undefined;
    const run = (statements: readonly Statement[]): void => {
      for (const statement of statements) {
        if (statement.kind === "assign" && statement.target === net) value = this.#eval(statement.value);
        if (statement.kind === "when") {
          run(this.#eval(statement.condition) === 1n ? statement.then : statement.otherwise);
        }
        if (statement.kind === "switch") {
          const selector = this.#eval(statement.selector);
          run(statement.arms.find((arm) => arm.value.value === selector)?.body ?? statement.otherwise);
        }
      }
    };
    run(this.#module.body.filter((statement) => assigns(statement, net)));
    return value;
  }

  #prepare(commits: (() => void)[]): void {
    const reset = this.#resetNow();
    for (const net of this.#module.nets) {
      if (net.kind !== "reg") continue;
      const next = reset && net.reset !== undefined ? net.reset : this.#assigned(net);
      if (next !== undefined) commits.push(() => this.#state.set(net, next));
    }
    for (const memory of this.#module.memories) {
      for (const port of memory.ports) this.#preparePort(memory, port, commits);
    }
    for (const child of this.#children.values()) child.#prepare(commits);
  }

  #preparePort(memory: Memory, port: MemoryPort, commits: (() => void)[]): void {
    const words = this.#words.get(memory)!;
    const address = Number(this.#eval(port.address));
    const enabled = port.enable === undefined || this.#eval(port.enable) === 1n;
    const writes = port.kind === "write" || (port.kind === "readWrite" && this.#eval(port.write!) === 1n);
    if (!enabled || !port.sync) return;
    if (!writes) {
      const word = words[address]!;
      commits.unshift(() => this.#state.set(port.data!, word));
      return;
    }
    const value = this.#eval(port.value!);
    const lanes = port.mask === undefined ? undefined : this.#eval(port.mask);
    commits.push(() => {
      const lane = BigInt(memory.maskBits ?? memory.width);
      let bits = 0n;
      for (let i = 0n; i * lane < BigInt(memory.width); i++) {
        if (lanes === undefined || ((lanes >> i) & 1n) === 1n) bits |= ((1n << lane) - 1n) << (i * lane);
      }
      words[address] = (words[address]! & ~bits) | (value & bits);
    });
  }
}

function assigns(statement: Statement, net: Net): boolean {
  switch (statement.kind) {
    case "assign":
      return statement.target === net;
    case "property":
      return false;
    case "when":
      return [...statement.then, ...statement.otherwise].some((inner) => assigns(inner, net));
    case "switch":
      return [...statement.arms.flatMap((arm) => arm.body), ...statement.otherwise].some((inner) =>
        assigns(inner, net),
      );
  }
}

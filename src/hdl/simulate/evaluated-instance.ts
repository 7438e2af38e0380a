import { wrapValue } from "../build.ts";
import { evaluateNode } from "../evaluate.ts";
import type { Expr, Instance, Memory, MemoryPort, Module, Net, Property, Statement } from "../ir.ts";
import { boundDomain, clockPorts, ownReset } from "../verilog/clocking.ts";
import { branchesOf } from "../walk.ts";
import {
  memoryContents,
  placeBytes,
  readMemory,
  visibleNets,
  writeMemory,
  type MemoryPlace,
  type SignalPlace,
} from "./places.ts";

/** What surrounds an instance: the values of its input ports, its resets, and whether its clocks tick in this step. */
export interface Surroundings {
  readonly input: (port: Net) => bigint;
  readonly reset: (domain: string | undefined) => boolean;
  readonly ticks: (domain: string | undefined) => boolean;
}

/** A register's value, or words of a memory by address. */
export type StateContents = bigint | Readonly<Record<string, bigint>>;

/** One instance of a module with its state; nets are computed when asked for, statement by statement. */
export class EvaluatedInstance {
  readonly #module: Module;
  /** Instance names from the top down, joined by dots. */
  readonly #path: string;
  readonly #surroundings: Surroundings;
  readonly #children = new Map<Instance, EvaluatedInstance>();
  /** Registers and the data of sync reads. */
  readonly #state = new Map<Net, bigint>();
  readonly #words = new Map<Memory, MemoryPlace>();
  /** The port behind each read net. */
  readonly #reads = new Map<Net, { readonly memory: Memory; readonly port: MemoryPort }>();
  /** The statements of the body in which each net is assigned. */
  readonly #drivers = new Map<Net, Statement[]>();
  #values = new Map<Net | Expr, bigint>();

  constructor(module: Module, path: string, surroundings: Surroundings) {
    this.#module = module;
    this.#path = path;
    this.#surroundings = surroundings;
    for (const net of module.nets) if (net.kind === "reg") this.#state.set(net, net.reset ?? 0n);
    for (const memory of module.memories) {
      const { name, width, depth } = memory;
      const room = memoryContents(new ArrayBuffer(placeBytes(width) * depth), 0, width, depth);
      const place = { path, name, width, depth, ...room };
      memory.init?.forEach((value, word) => {
        writeMemory(place, word, value);
      });
      this.#words.set(memory, place);
      for (const port of memory.ports) {
        if (port.data === undefined) continue;
        this.#reads.set(port.data, { memory, port });
        this.#state.set(port.data, 0n);
      }
    }
    for (const statement of module.body) {
      for (const net of targetsOf(statement)) this.#drivers.set(net, [...(this.#drivers.get(net) ?? []), statement]);
    }
    for (const instance of module.instances) {
      const pins = new Map(instance.pins.map((pin) => [pin.port!, pin]));
      const name = path === "" ? instance.name : `${path}.${instance.name}`;
      const child = new EvaluatedInstance(instance.module, name, {
        input: (port) => this.#value(pins.get(port)!),
        reset: (domain) => {
          const own = ownReset(instance, domain);
          return own === undefined ? surroundings.reset(boundDomain(instance, domain)) : this.#holds(own);
        },
        ticks: (domain) => surroundings.ticks(boundDomain(instance, domain)),
      });
      this.#children.set(instance, child);
    }
  }

  /** The value of an output port. */
  output(name: string): bigint {
    return this.#value(this.#module.ports.find((port) => port.name === name)!);
  }

  /** All signals, without places, each with a function that gives its value; and all memories. */
  inspect(signals: { readonly signal: SignalPlace; readonly value: () => bigint }[], memories: MemoryPlace[]): void {
    const path = this.#path;
    for (const { name, role, domain } of clockPorts(this.#module)) {
      const value = (): bigint => (role === "reset" && this.#surroundings.reset(domain) ? 1n : 0n);
      signals.push({ signal: { path, name, kind: role, width: 1, signed: false }, value });
    }
    for (const net of visibleNets(this.#module)) {
      const { name, kind, width, signed } = net;
      const driven = (kind !== "wire" && kind !== "output") || this.#drivers.has(net);
      if (driven) signals.push({ signal: { path, name, kind, width, signed }, value: () => this.#value(net) });
    }
    memories.push(...this.#words.values());
    for (const child of this.#children.values()) child.inspect(signals, memories);
  }

  /** Sets registers, data of clocked reads and words of memories by their paths; what `contents` does not know stays. */
  load(contents: (path: string) => StateContents | undefined): void {
    const prefix = this.#path === "" ? "" : `${this.#path}.`;
    for (const net of this.#state.keys()) {
      const value = contents(prefix + net.name);
      if (typeof value === "bigint") this.#state.set(net, wrapValue(value, net.width, net.signed));
    }
    for (const [memory, place] of this.#words) {
      const words = contents(prefix + memory.name);
      if (typeof words !== "object") continue;
      for (const [word, value] of Object.entries(words)) writeMemory(place, Number(word), value);
    }
    for (const child of this.#children.values()) child.load(contents);
  }

  /** Forgets what was computed from earlier inputs and state. */
  forget(): void {
    this.#values = new Map();
    for (const child of this.#children.values()) child.forget();
  }

  /** Adds what the clock edge changes to `commits`, reads of memories first; tells `fail` which properties do not hold. */
  prepare(commits: (() => void)[], fail: (path: string, property: Property) => void): void {
    const { reset, ticks } = this.#surroundings;
    for (const net of this.#module.nets) {
      if (net.kind !== "reg" || !ticks(net.domain)) continue;
      const next = net.reset !== undefined && reset(net.domain) ? net.reset : this.#assigned(net);
      if (next !== undefined) commits.push(() => this.#state.set(net, next));
    }
    for (const memory of this.#module.memories) {
      for (const port of memory.ports) if (ticks(port.domain)) this.#preparePort(memory, port, commits);
    }
    this.#check(this.#module.body, fail);
    for (const child of this.#children.values()) child.prepare(commits, fail);
  }

  #holds(condition: Expr): boolean {
    return this.#eval(condition) === 1n;
  }

  #eval(expr: Expr): bigint {
    if (expr.kind === "ref") return this.#value(expr.net);
    if (expr.kind === "const") return expr.value;
    let value = this.#values.get(expr);
    if (value === undefined) {
      value = evaluateNode(expr, (operand) => this.#eval(operand));
      this.#values.set(expr, value);
    }
    return value;
  }

  #value(net: Net): bigint {
    let value = this.#values.get(net);
    if (value === undefined) {
      value = this.#compute(net);
      this.#values.set(net, value);
    }
    return value;
  }

  #compute(net: Net): bigint {
    switch (net.kind) {
      case "reset":
        return this.#surroundings.reset(net.domain) ? 1n : 0n;
      case "reg":
        return this.#state.get(net)!;
      case "input":
        return this.#surroundings.input(net);
      case "read": {
        const { memory, port } = this.#reads.get(net)!;
        return port.sync ? this.#state.get(net)! : this.#word(memory, port);
      }
      case "pin":
        if (net.port!.kind === "output") return this.#children.get(net.instance!)!.output(net.port!.name);
        return this.#assigned(net)!;
      case "wire":
      case "output":
        return this.#assigned(net)!;
    }
  }

  /** The last assignment that applies, or `undefined` when none does. */
  #assigned(net: Net): bigint | undefined {
    let value: Expr | undefined;
    const run = (statements: readonly Statement[]): void => {
      for (const statement of statements) {
        if (statement.kind === "assign" && statement.target === net) value = statement.value;
        if (statement.kind === "when" || statement.kind === "switch") run(this.#taken(statement));
      }
    };
    run(this.#drivers.get(net) ?? []);
    return value === undefined ? undefined : this.#eval(value);
  }

  #taken(statement: Statement & { readonly kind: "when" | "switch" }): readonly Statement[] {
    if (statement.kind === "when") return this.#holds(statement.condition) ? statement.then : statement.otherwise;
    const selector = this.#eval(statement.selector);
    return statement.arms.find((arm) => arm.value.value === selector)?.body ?? statement.otherwise;
  }

  #check(statements: readonly Statement[], fail: (path: string, property: Property) => void): void {
    for (const statement of statements) {
      if (statement.kind === "when" || statement.kind === "switch") this.#check(this.#taken(statement), fail);
      else if (statement.kind === "property" && statement.check !== "cover") {
        const { domain } = statement;
        const { ticks, reset } = this.#surroundings;
        if (ticks(domain) && !reset(domain) && !this.#holds(statement.condition)) fail(this.#path, statement);
      }
    }
  }

  /** The word at a port's address; 0 beyond the depth. */
  #word(memory: Memory, port: MemoryPort): bigint {
    return readMemory(this.#words.get(memory)!, Number(this.#eval(port.address)));
  }

  #preparePort(memory: Memory, port: MemoryPort, commits: (() => void)[]): void {
    if (!port.sync || !(port.enable === undefined || this.#holds(port.enable))) return;
    const writes = port.kind === "write" || (port.kind === "readWrite" && this.#holds(port.write!));
    if (!writes) {
      const word = this.#word(memory, port);
      commits.unshift(() => this.#state.set(port.data!, word));
      return;
    }
    const address = Number(this.#eval(port.address));
    if (address >= memory.depth) return;
    const value = this.#eval(port.value!);
    const bits = port.mask === undefined ? -1n : spreadMask(this.#eval(port.mask), memory);
    commits.push(() => {
      const words = this.#words.get(memory)!;
      writeMemory(words, address, (readMemory(words, address) & ~bits) | (value & bits));
    });
  }
}

/** A bit of a mask for each lane as a bit for each bit of the word. */
function spreadMask(lanes: bigint, { width, maskBits = width }: Memory): bigint {
  let bits = 0n;
  for (let lane = 0; lane * maskBits < width; lane++) {
    if ((lanes >> BigInt(lane)) & 1n) bits |= ((1n << BigInt(maskBits)) - 1n) << BigInt(lane * maskBits);
  }
  return bits;
}

function targetsOf(statement: Statement): Set<Net> {
  if (statement.kind === "assign") return new Set([statement.target]);
  return new Set(branchesOf(statement).flatMap((branch) => branch.flatMap((inner) => [...targetsOf(inner)])));
}

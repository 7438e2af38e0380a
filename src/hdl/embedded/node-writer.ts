import type { Expr, Memory, Net } from "../ir.ts";
import { scalarKey, typeOf, vectorKey, type Frame } from "./frame.ts";
import { isPacked } from "./cost.ts";
import type { Node } from "./graph.ts";
import { bytesOf, limbsOf } from "./layout.ts";
import type { Leaf, Network, Signal } from "./network.ts";
import { publishPort } from "./port-writer.ts";
import { ScalarEmitter } from "./scalar.ts";
import { WORD_BITS } from "./trees.ts";
import { VectorEmitter } from "./vector.ts";
import { WideEmitter } from "./wide.ts";
import { writeWord } from "./write-port.ts";

/** What nodes leave for each other outside the locals of a function. */
export interface Shared {
  readonly network: Network;
  /** Signals of the cycle that are needed in memory: by another function, or by an output. */
  readonly stored: ReadonlySet<Signal>;
  /** Where a property says that it is broken. */
  readonly propertyFlag: (node: Node) => number;
  /** Where a reset is remembered. */
  readonly resetFlag: (node: Node) => number;
  /** Where a node says that its block must not rest, if it must say so when it takes something. */
  readonly activeFlag: (node: Node) => number | undefined;
}

/** Writes the code of nodes into one function. */
export class NodeWriter {
  readonly #frame: Frame;
  readonly #shared: Shared;

  constructor(frame: Frame, shared: Shared) {
    this.#frame = frame;
    this.#shared = shared;
  }

  write(node: Node): void {
    switch (node.kind) {
      case "compute":
        if (isPacked(node)) this.#computePacked(node);
        else for (const lane of node.lanes) this.#compute(node, lane);
        return;
      case "load":
        this.#load(node);
        return;
      case "register":
        this.#guarded(node, () => {
          if (isPacked(node)) this.#registerPacked(node);
          else this.#register(node);
        });
        return;
      case "shift":
        this.#shift(node);
        return;
      case "read":
        this.#read(node);
        return;
      case "write":
        this.#write(node);
        return;
      case "property":
        this.#property(node);
        return;
      case "publish":
        publishPort(this.#frame, node.output!.leaf, node.output!.net, this.#frame.layout.sampled);
        return;
      case "reset": {
        const { body } = this.#frame;
        body.i32(0);
        this.#frame.pushValue(node.reset!, 1, false);
        body.access("i32.store8", this.#shared.resetFlag(node));
      }
    }
  }

  /** An emitter of expressions of a node in one of its lanes. */
  emitter({ pack }: Pick<Node, "pack">, lane: number): ScalarEmitter {
    const { network } = this.#shared;
    return new ScalarEmitter(
      this.#frame,
      (net) => network.leaf(pack, net, lane),
      (scalar) => new WideEmitter(scalar),
    );
  }

  #compute(node: Node, lane: number): void {
    const signal = node.signal!;
    const { width } = signal.net;
    const locals = this.#evaluate(node, node.exprs[0]!, lane);
    locals.forEach((local, limb) => {
      this.#frame.adopt(scalarKey({ kind: "signal", signal, lane }, limb), local);
    });
    if (this.#shared.stored.has(signal)) {
      this.#store(this.#frame.layout.signal(signal) + lane * bytesOf(width), width, locals);
    }
  }

  /** Writes a register's work, in a branch where it has a guard. */
  #guarded(node: Node, write: () => void): void {
    if (node.guard === undefined) {
      write();
      return;
    }
    if (node.deferred) this.#keepOld(node);
    this.emitter(node, 0).push(node.guard);
    this.#frame.branch(() => {
      this.#markActive(node);
      for (const inner of node.inner) this.write(inner);
      write();
    });
  }

  /** The node's block does not rest after this cycle. */
  #markActive(node: Node): void {
    const flag = this.#shared.activeFlag(node);
    if (flag === undefined) return;
    const { body } = this.#frame;
    body.i32(0);
    body.i32(1);
    body.access("i32.store8", flag);
  }

  /** A deferred register that takes nothing keeps what it has. */
  #keepOld({ signal, lanes }: Node): void {
    const { body, layout } = this.#frame;
    const [from, to] = [layout.signal(signal!), layout.deferred(signal!)];
    const bytes = bytesOf(signal!.net.width);
    if (lanes.length > 1) {
      for (let offset = 0; offset < bytes * lanes.length; offset += 16) {
        body.i32(0);
        body.i32(0);
        body.vectorAccess("load", from + offset);
        body.vectorAccess("store", to + offset);
      }
      return;
    }
    const width = Math.min(signal!.net.width, WORD_BITS);
    for (let offset = 0; offset < bytes; offset += 8) {
      body.i32(0);
      body.i32(0);
      this.#frame.load(from + offset, width, false);
      this.#frame.store(to + offset, width);
    }
  }

  #computePacked(node: Node): void {
    const signal = node.signal!;
    const { body } = this.#frame;
    this.#evaluatePacked(node).forEach((local, chunk) => {
      this.#frame.adopt(vectorKey(signal, chunk), local);
      if (!this.#shared.stored.has(signal)) return;
      body.i32(0);
      body.get(local);
      body.vectorAccess("store", this.#frame.layout.signal(signal) + 16 * chunk);
    });
  }

  #registerPacked(node: Node): void {
    const signal = node.signal!;
    const { body, layout } = this.#frame;
    const base = node.deferred ? layout.deferred(signal) : layout.signal(signal);
    this.#evaluatePacked(node).forEach((local, chunk) => {
      body.i32(0);
      body.get(local);
      body.vectorAccess("store", base + 16 * chunk);
      body.release(local);
    });
  }

  /** Computes a node's expression for all lanes into new locals, one a vector. */
  #evaluatePacked(node: Node): number[] {
    const { body } = this.#frame;
    const expr = node.exprs[0]!;
    const leavesOf = (net: Net): readonly Leaf[] => this.#shared.network.leaves(node.pack, net);
    const emitter = new VectorEmitter(this.#frame, this.emitter(node, 0), node.lanes.length, leavesOf);
    const locals = Array.from({ length: emitter.chunks(expr.width) }, (_, chunk) => {
      emitter.push(expr, chunk);
      const local = body.local("v128");
      body.set(local);
      return local;
    });
    emitter.release();
    return locals;
  }

  /** Computes an expression into new locals: one, or one for each limb. */
  #evaluate(node: Node, expr: Expr, lane: number): number[] {
    const { body } = this.#frame;
    const scalar = this.emitter(node, lane);
    if (expr.width > WORD_BITS) return new WideEmitter(scalar).define(expr);
    scalar.push(expr);
    const local = body.local(typeOf(expr.width));
    body.set(local);
    return [local];
  }

  #store(address: number, width: number, locals: readonly number[]): void {
    const { body } = this.#frame;
    locals.forEach((local, limb) => {
      body.i32(0);
      body.get(local);
      this.#frame.store(address + 8 * limb, Math.min(width, WORD_BITS));
    });
  }

  #load(node: Node): void {
    const signal = node.signal!;
    const lane = node.lanes[0]!;
    const { width } = signal.net;
    const { body, layout } = this.#frame;
    const address = this.#wordAddress(node, lane);
    const from = layout.words(node.pack, node.memory!, lane);
    const locals = Array.from({ length: limbsOf(width) }, (_, limb) => {
      body.get(address);
      this.#frame.load(from + 8 * limb, Math.min(width, WORD_BITS), false);
      const local = body.local(width > WORD_BITS ? "i64" : typeOf(width));
      body.set(local);
      this.#frame.adopt(scalarKey({ kind: "signal", signal, lane }, limb), local);
      return local;
    });
    body.release(address);
    if (this.#shared.stored.has(signal)) this.#store(layout.signal(signal) + lane * bytesOf(width), width, locals);
  }

  /** A new local with the byte offset of the word at a port's address. */
  #wordAddress({ pack, port, memory }: Node, lane: number): number {
    const { body } = this.#frame;
    this.emitter({ pack }, lane).push(port!.address);
    const bytes = bytesOf(memory!.width);
    if (bytes > 1) {
      body.i32(bytes);
      body.op("i32.mul");
    }
    const local = body.local("i32");
    body.set(local);
    return local;
  }

  #register(node: Node): void {
    const signal = node.signal!;
    const { width } = signal.net;
    const { layout, body } = this.#frame;
    const base = node.deferred ? layout.deferred(signal) : layout.signal(signal);
    // All lanes before the first store: they may read each other.
    const values = node.lanes.map((lane) => this.#evaluate(node, node.exprs[0]!, lane));
    values.forEach((locals, index) => {
      this.#store(base + node.lanes[index]! * bytesOf(width), width, locals);
      for (const local of locals) body.release(local);
    });
  }

  /** Moves the values of a delay line on by one register, the last ones first. */
  #shift({ line }: Node): void {
    const { body, layout } = this.#frame;
    const bytes = bytesOf(line[1]!.net.width);
    const second = layout.signal(line[1]!);
    for (let offset = 16 * (Math.ceil(((line.length - 1) * bytes) / 16) - 1); offset >= 0; offset -= 16) {
      body.i32(0);
      body.i32(0);
      body.vectorAccess("load", second - bytes + offset);
      body.vectorAccess("store", second + offset);
    }
  }

  #read(node: Node): void {
    const { port, memory, pack } = node;
    const signal = node.signal!;
    const lane = node.lanes[0]!;
    const { body, layout } = this.#frame;
    const bytes = bytesOf(memory!.width);
    const own = layout.signal(signal) + lane * bytes;
    const to = node.deferred ? layout.deferred(signal) + lane * bytes : own;
    const limb = Math.min(memory!.width, WORD_BITS);
    const copy = (base: number | undefined, from: number): void => {
      for (let offset = 0; offset < bytes; offset += 8) {
        body.i32(0);
        if (base === undefined) body.i32(0);
        else body.get(base);
        this.#frame.load(from + offset, limb, false);
        this.#frame.store(to + offset, limb);
      }
    };
    const fetch = (): void => {
      const address = this.#wordAddress(node, lane);
      copy(address, layout.words(pack, memory!, lane));
      body.release(address);
    };
    const scalar = this.emitter(node, lane);
    if (port!.enable === undefined) {
      fetch();
      return;
    }
    if (node.deferred) copy(undefined, own);
    scalar.push(port!.enable);
    if (port!.kind === "readWrite") {
      scalar.push(port!.write!);
      body.op("i32.eqz");
      body.op("i32.and");
    }
    this.#frame.branch(() => {
      this.#markActive(node);
      fetch();
    });
  }

  #write(node: Node): void {
    const { port, memory, pack } = node;
    const lane = node.lanes[0]!;
    const { body, layout } = this.#frame;
    const scalar = this.emitter(node, lane);
    scalar.push(port!.enable!);
    if (port!.kind === "readWrite") {
      scalar.push(port!.write!);
      body.op("i32.and");
    }
    const store = (): void => {
      const address = this.#wordAddress(node, lane);
      const values = this.#evaluate(node, port!.value!, lane);
      const wide = new WideEmitter(scalar);
      writeWord(this.#frame, memory!, layout.words(pack, memory!, lane), address, values, port!.mask, (mask, bit) => {
        wide.bits(mask, bit, 1);
      });
      for (const local of [address, ...values]) body.release(local);
    };
    this.#frame.branch(() => {
      // Also where no word has the address: nothing tells a resting block of the next one.
      this.#markActive(node);
      if (isPowerOfTwo(memory!)) {
        store();
        return;
      }
      scalar.push(port!.address);
      body.i32(memory!.depth);
      body.op("i32.lt_u");
      this.#frame.branch(store);
    });
  }

  #property(node: Node): void {
    const { body, layout } = this.#frame;
    this.emitter(node, node.lanes[0]!).push(node.exprs[0]!);
    this.#frame.pushValue(node.reset!, 1, false);
    body.op("i32.eqz");
    body.op("i32.and");
    this.#frame.branch(() => {
      this.#markActive(node);
      for (const address of [this.#shared.propertyFlag(node), layout.stopped]) {
        body.i32(0);
        body.i32(1);
        body.access("i32.store8", address);
      }
    });
  }
}

function isPowerOfTwo({ depth }: Memory): boolean {
  return depth > 1 && Number.isInteger(Math.log2(depth));
}

import * as build from "./build.ts";
import { report, scope } from "./context.ts";
import { bitCount } from "./guards.ts";
import type { Like, Value } from "./data.ts";
import { declaration, declareNet } from "./declare.ts";
import type { Expr, Memory as MemoryIr, MemoryPort } from "./ir.ts";
import { callSite } from "./location.ts";
import { fitLiteral } from "./operators.ts";
import { indexWidth, uint, widthOf, type Shape } from "./shapes.ts";
import { Uint, type BoolLike, type UintLike } from "./signal.ts";
import { leavesOf } from "./tree.ts";
import { conform, pack, unpack } from "./values.ts";

/** What a memory is; `depth` words of `shape`. */
export interface MemoryOptions<S extends Shape> {
  readonly name?: string;
  readonly shape: S;
  readonly depth: number;
  /** Contents at start-up, from address 0; the rest is 0. */
  readonly init?: readonly Like<S>[];
  /** What a sync read gives of a word written in the same cycle: its old value, or nothing the design may rely on. */
  readonly readUnderWrite?: "old" | "undefined";
  /** Bits per lane of the write mask; must divide the word. */
  readonly maskBits?: number;
}

/** A port that reads. */
export interface ReadOptions {
  readonly address: UintLike;
  /** While low, a sync read keeps its word. */
  readonly enable?: BoolLike;
  /** The word appears after the next clock edge (default), or at once when false. */
  readonly sync?: boolean;
}

/** A port that writes, by the clock. */
export interface WriteOptions<S extends Shape> {
  readonly address: UintLike;
  readonly data: Like<S>;
  readonly enable: BoolLike;
  /** One bit per lane; absent means all. */
  readonly mask?: UintLike;
}

/** One port that reads or writes. */
export interface ReadWriteOptions<S extends Shape> extends WriteOptions<S> {
  /** Writes while high, reads while low; `enable` gates both. */
  readonly write: BoolLike;
}

/** A memory with explicit ports; each call of `read`, `write` or `readWrite` makes one. */
export interface Memory<S extends Shape> {
  readonly depth: number;
  /** Bits of an address. */
  readonly addressWidth: number;
  read(options: ReadOptions): Value<S>;
  write(options: WriteOptions<S>): void;
  /** One port that reads (sync) or writes in a cycle, as single-port SRAMs do; the word is kept while writing. */
  readWrite(options: ReadWriteOptions<S>): Value<S>;
}

/** Declares a memory. */
export function memory<S extends Shape>(options: MemoryOptions<S>): Memory<S> {
  const { module, hint, site } = declaration("a memory", "memory", options.name);
  const { shape, depth, maskBits } = options;
  const width = widthOf(shape);
  checkGeometry(hint, width, depth, maskBits);
  const ir: MemoryIr = {
    hint,
    name: hint,
    site,
    width,
    depth,
    readUnderWrite: options.readUnderWrite ?? "undefined",
    maskBits,
    init: options.init?.map((word) => packConstant(shape, word, hint)),
    ports: [],
  };
  if (ir.init !== undefined && ir.init.length > depth) {
    const message = `memory "${hint}" of ${depth} words has initial contents of ${ir.init.length}`;
    report({ code: "hdl-memory", message });
  }
  module.memories.push(ir);
  const addressWidth = indexWidth(depth);
  const lanes = maskBits === undefined ? 0 : width / maskBits;
  const fit = (value: UintLike | boolean, bits: number, role: string): Expr => {
    const expr = fitPort(hint, value, bits, role);
    if (role === "address" && expr.kind === "const" && expr.value >= BigInt(depth)) {
      const help = `addresses go from 0 to ${depth - 1}`;
      report({ code: "hdl-memory", message: `memory "${hint}" has no word ${expr.value}`, help });
    }
    return expr;
  };
  const data = (value: Like<S>): Expr => pack(conform(shape, value, `memory "${hint}"`)).expr;
  const mask = (given: UintLike | undefined): Expr | undefined => {
    if (maskBits === undefined && given !== undefined) {
      report({ code: "hdl-memory", message: `memory "${hint}" has no mask`, help: "declare it with maskBits" });
    }
    if (maskBits === undefined) return undefined;
    return given === undefined ? build.constant((1n << BigInt(lanes)) - 1n, lanes, false) : fit(given, lanes, "mask");
  };
  const readPort = (port: Omit<MemoryPort, "site" | "data">): Value<S> => {
    const number = ir.ports.filter((other) => other.data !== undefined).length;
    const name = number === 0 ? `${hint}_data` : `${hint}_data${number}`;
    const net = declareNet(module, "read", name, uint(width), callSite());
    ir.ports.push({ ...port, data: net, domain: scope("a memory port").domain, site: callSite() });
    return unpack(shape, new Uint({ kind: "ref", net, width, signed: false }));
  };
  return {
    depth,
    addressWidth,
    read: ({ address, enable, sync = true }) =>
      readPort({
        kind: "read",
        sync,
        address: fit(address, addressWidth, "address"),
        enable: enable === undefined || !sync ? undefined : fit(enable, 1, "enable"),
      }),
    write: (port) => {
      ir.ports.push({
        kind: "write",
        sync: true,
        address: fit(port.address, addressWidth, "address"),
        enable: fit(port.enable, 1, "enable"),
        value: data(port.data),
        mask: mask(port.mask),
        domain: scope("a memory port").domain,
        site: callSite(),
      });
    },
    readWrite: (port) =>
      readPort({
        kind: "readWrite",
        sync: true,
        address: fit(port.address, addressWidth, "address"),
        enable: fit(port.enable, 1, "enable"),
        write: fit(port.write, 1, "write enable"),
        value: data(port.data),
        mask: mask(port.mask),
      }),
  };
}

function checkGeometry(hint: string, width: number, depth: number, maskBits: number | undefined): void {
  if (!Number.isInteger(depth) || depth < 1) {
    report({ code: "hdl-memory", message: `memory "${hint}" has depth ${depth}`, help: "a depth is 1 or more words" });
  }
  if (maskBits !== undefined && !(maskBits >= 1 && width % maskBits === 0)) {
    report({
      code: "hdl-memory",
      message: `mask lanes of ${bitCount(maskBits)} do not divide the ${bitCount(width)} of memory "${hint}"`,
    });
  }
}

function fitPort(hint: string, value: UintLike | boolean, bits: number, role: string): Expr {
  const expr = fitLiteral(value, bits, false, `the ${role} of memory "${hint}"`);
  if (expr.width > bits) {
    report({
      code: "hdl-memory",
      message: `the ${role} of memory "${hint}" has ${bitCount(expr.width)}, but takes ${bitCount(bits)}`,
      help: `narrow it: .wrap(${bits}) or .bits(${bits - 1}, 0)`,
    });
  }
  return build.resize(expr, bits);
}

function packConstant<S extends Shape>(shape: S, word: Like<S>, hint: string): bigint {
  let low = 0n;
  let bits = 0n;
  for (const { expr } of leavesOf(conform(shape, word, `memory "${hint}"`))) {
    if (expr.kind !== "const") {
      report({ code: "hdl-memory", message: `the initial contents of memory "${hint}" are not constants` });
      return 0n;
    }
    bits |= BigInt.asUintN(expr.width, expr.value) << low;
    low += BigInt(expr.width);
  }
  return bits;
}

import * as build from "../build.ts";
import type { Binary, Expr, Net } from "../ir.ts";
import { operandsOf } from "../walk.ts";
import type { Simd } from "../wasm/index.ts";
import type { Frame } from "./frame.ts";
import { bytesOf } from "./layout.ts";
import { isUniform, type Leaf } from "./network.ts";
import { allOnes, type ScalarEmitter } from "./scalar.ts";
import { isAtom, WORD_BITS } from "./trees.ts";
import { constantVector, VectorLeaves } from "./vector-leaves.ts";
import { shapeName, VectorShapes, type LaneBytes } from "./vector-shapes.ts";

/** Whether an expression can be written for all lanes at once. */
export function isVectorisable(expr: Expr): boolean {
  if (expr.width > WORD_BITS || (expr.kind === "unary" && expr.op === "reduceXor")) return false;
  return operandsOf(expr).every(isVectorisable);
}

/**
 * Writes expressions for all lanes of a pack, lanes as narrow as the value: 1, 2, 4 or 8 bytes, so that the lanes fill one or
 * more vectors, the chunks. As in scalar code, a clean value is extended beyond its width as its sign says. A single
 * bit is 0 or 1 in a byte, or, where it chooses, a mask of ones or zeros in lanes of the size of what it chooses.
 */
export class VectorEmitter {
  readonly #frame: Frame;
  readonly #scalar: ScalarEmitter;
  readonly #leavesOf: (net: Net) => readonly Leaf[];
  readonly #leaves: VectorLeaves;
  readonly #shapes: VectorShapes;
  /** Chunks of operands that several chunks of a result need. */
  readonly #kept = new Map<string, number>();
  readonly #numbers = new Map<Expr, number>();

  /** `scalar` writes lane 0, for what all lanes share. */
  constructor(frame: Frame, scalar: ScalarEmitter, lanes: number, leavesOf: (net: Net) => readonly Leaf[]) {
    this.#frame = frame;
    this.#scalar = scalar;
    this.#leavesOf = leavesOf;
    this.#leaves = new VectorLeaves(frame);
    this.#shapes = new VectorShapes(frame.body, lanes);
  }

  /** Vectors that hold a value of this width in every lane. */
  chunks(width: number): number {
    return this.#shapes.chunks(bytesOf(width) as LaneBytes);
  }

  /** Pushes a chunk of the clean value. */
  push(expr: Expr, chunk: number): void {
    this.#emit(expr, chunk, true);
  }

  /** Gives back the locals of intermediate values. */
  release(): void {
    for (const local of this.#kept.values()) this.#frame.body.release(local);
    this.#kept.clear();
  }

  #emit(expr: Expr, chunk: number, clean: boolean): void {
    const { body } = this.#frame;
    const bytes = bytesOf(expr.width) as LaneBytes;
    switch (expr.kind) {
      case "const":
        body.v128(constantVector(expr.value, bytes));
        return;
      case "ref":
        this.#leaves.push(this.#leavesOf(expr.net), expr.width, expr.signed, chunk);
        return;
      case "unary":
        if (expr.op === "not") {
          this.#emit(expr.operand, chunk, clean);
          body.v128(constantVector(expr.signed ? -1n : allOnes(expr.width), bytes));
          body.simd("v128.xor");
        } else if (expr.op === "neg") {
          this.#emit(expr.operand, chunk, false);
          body.simd(`${shapeName(bytes)}.neg`);
          if (clean) this.#normalise(expr.width, expr.signed);
        } else this.#bit(expr, chunk);
        return;
      case "binary":
        this.#binary(expr, chunk, clean);
        return;
      case "mux":
        this.#emit(expr.whenTrue, chunk, clean);
        this.#emit(expr.whenFalse, chunk, clean);
        this.#mask(expr.condition, bytes, chunk);
        body.simd("v128.bitselect");
        return;
      case "cat": {
        let low = expr.width;
        expr.parts.forEach((part, index) => {
          low -= part.width;
          this.#widen(part, bytes, chunk, true);
          if (low > 0) this.#shift("shl", bytes, low);
          if (index > 0) body.simd("v128.or");
        });
        return;
      }
      case "slice":
        this.#slice(expr.operand, expr.low, expr.width, chunk);
        return;
      case "resize":
        if (expr.width >= expr.operand.width) this.#widen(expr.operand, bytes, chunk, false);
        else {
          this.#narrow(expr.operand, bytes, chunk);
          if (clean) this.#normalise(expr.width, expr.signed);
        }
        return;
      case "cast":
        this.#emit(expr.operand, chunk, false);
        if (clean) this.#normalise(expr.width, expr.signed);
        return;
      case "case":
        throw new Error("case is lowered to multiplexers");
    }
  }

  #binary(expr: Binary, chunk: number, clean: boolean): void {
    const { body } = this.#frame;
    const { op, left, right, width, signed } = expr;
    const bytes = bytesOf(width) as LaneBytes;
    switch (op) {
      case "add":
      case "sub":
        this.#emit(left, chunk, false);
        this.#emit(right, chunk, false);
        body.simd(`${shapeName(bytes)}.${op}`);
        break;
      case "mul":
        this.#multiply(expr, bytes, chunk);
        break;
      case "and":
      case "or":
      case "xor":
        this.#emit(left, chunk, clean);
        this.#emit(right, chunk, clean);
        body.simd(`v128.${op}`);
        return;
      case "shl":
      case "shr":
        this.#emit(left, chunk, op === "shr");
        this.#shiftBy(op === "shl" ? "shl" : signed ? "shr_s" : "shr_u", bytes, right, chunk);
        if (op === "shr") return;
        break;
      default:
        this.#bit(expr, chunk);
        return;
    }
    if (clean) this.#normalise(width, signed);
  }

  /** The low bytes of a product; a product of narrower values is made from them where the machine can. */
  #multiply({ left, right }: Binary, bytes: LaneBytes, chunk: number): void {
    const { body } = this.#frame;
    const half = (bytes / 2) as LaneBytes;
    const narrow = [left, right].map((operand) => (operand.kind === "resize" ? operand.operand : undefined));
    const [a, b] = narrow;
    const fits = a !== undefined && b !== undefined && bytesOf(a.width) <= half && bytesOf(b.width) <= half;
    if (bytes > 1 && fits && a.signed === b.signed) {
      const part = chunk % 2 === 0 ? "low" : "high";
      for (const operand of [a, b]) this.#keep(operand, half, chunk >> 1);
      const name = `${shapeName(bytes)}.extmul_${part}_${shapeName(half)}_${a.signed ? "s" : "u"}`;
      body.simd(name as Simd);
    } else if (bytes === 1) {
      this.#shapes.narrow(2, 1, chunk, (inner) => {
        for (const operand of [left, right]) this.#keep(operand, 2, inner);
        body.simd("i16x8.mul");
      });
    } else {
      this.#emit(left, chunk, false);
      this.#emit(right, chunk, false);
      body.simd(`${shapeName(bytes) as "i16x8"}.mul`);
    }
  }

  #slice(operand: Expr, low: number, width: number, chunk: number): void {
    const from = bytesOf(operand.width) as LaneBytes;
    const to = bytesOf(width) as LaneBytes;
    const cut = (inner: number): void => {
      this.#keep(operand, from, inner);
      if (low > 0) this.#shift("shr_u", from, low);
      if (low + width < 8 * from) this.#maskTo(width, from);
    };
    if (from === to) cut(chunk);
    else this.#shapes.narrowFitting(from, to, chunk, cut);
  }

  /** A chunk of `operand` in lanes of `bytes` or more, extended by its sign or, for `bits`, by zeros. */
  #widen(operand: Expr, bytes: LaneBytes, chunk: number, bits: boolean): void {
    const from = bytesOf(operand.width) as LaneBytes;
    const push = (inner: number): void => {
      this.#keep(operand, from, inner);
      if (bits && operand.signed) this.#maskTo(operand.width, from);
    };
    this.#shapes.widen(from, bytes, chunk, operand.signed && !bits, push);
  }

  #narrow(operand: Expr, bytes: LaneBytes, chunk: number): void {
    const from = bytesOf(operand.width) as LaneBytes;
    if (from === bytes) this.#emit(operand, chunk, false);
    else {
      this.#shapes.narrow(from, bytes, chunk, (inner) => {
        this.#emit(operand, inner, false);
      });
    }
  }

  /** Pushes a clean chunk of `operand` in lanes of `bytes`, its own or twice as wide; computed once, however often asked for. */
  #keep(operand: Expr, bytes: LaneBytes, chunk: number): void {
    if (bytesOf(operand.width) !== bytes) {
      this.#widen(operand, bytes, chunk, false);
      return;
    }
    if (isAtom(operand)) {
      this.#emit(operand, chunk, true);
      return;
    }
    let number = this.#numbers.get(operand);
    if (number === undefined) this.#numbers.set(operand, (number = this.#numbers.size));
    const key = `${number} ${chunk}`;
    const { body } = this.#frame;
    const known = this.#kept.get(key);
    if (known !== undefined) {
      body.get(known);
      return;
    }
    this.#emit(operand, chunk, true);
    const local = body.local("v128");
    body.tee(local);
    this.#kept.set(key, local);
  }

  /** A single bit as 0 or 1 in bytes, from its mask. */
  #bit(expr: Expr, chunk: number): void {
    const { body } = this.#frame;
    this.#mask(expr, 1, chunk);
    body.v128(constantVector(1n, 1));
    body.simd("v128.and");
  }

  /** A single bit as ones or zeros in lanes of `bytes`. */
  #mask(expr: Expr, bytes: LaneBytes, chunk: number): void {
    const { body } = this.#frame;
    if (this.#isShared(expr)) {
      body.i32(0);
      this.#scalar.push(expr);
      body.op("i32.sub");
      body.simd("i32x4.splat");
      return;
    }
    switch (expr.kind) {
      case "unary":
        if (expr.op === "not") {
          this.#mask(expr.operand, bytes, chunk);
          body.simd("v128.not");
        } else {
          const ones = expr.operand.signed ? -1n : allOnes(expr.operand.width);
          const other = build.constant(expr.op === "reduceOr" ? 0n : ones, expr.operand.width, expr.operand.signed);
          this.#compare(expr.op === "reduceOr" ? "ne" : "eq", expr.operand, other, bytes, chunk);
        }
        return;
      case "binary":
        if (expr.op === "and" || expr.op === "or" || expr.op === "xor") {
          this.#mask(expr.left, bytes, chunk);
          this.#mask(expr.right, bytes, chunk);
          body.simd(`v128.${expr.op}`);
          return;
        }
        if (["eq", "ne", "lt", "le", "gt", "ge"].includes(expr.op)) {
          this.#compare(expr.op as Comparison, expr.left, expr.right, bytes, chunk);
          return;
        }
        break;
      case "mux":
        this.#mask(expr.whenTrue, bytes, chunk);
        this.#mask(expr.whenFalse, bytes, chunk);
        this.#mask(expr.condition, bytes, chunk);
        body.simd("v128.bitselect");
        return;
      case "slice": {
        const from = bytesOf(expr.operand.width) as LaneBytes;
        this.#shapes.convertMask(from, bytes, chunk, (inner) => {
          this.#keep(expr.operand, from, inner);
          body.v128(constantVector(1n << BigInt(expr.low), from));
          body.simd("v128.and");
          body.v128(constantVector(0n, from));
          body.simd(`${shapeName(from)}.ne`);
        });
        return;
      }
    }
    this.#shapes.convertMask(1, bytes, chunk, (inner) => {
      this.#emit(expr, inner, true);
      body.simd("i8x16.neg");
    });
  }

  #compare(op: Comparison, left: Expr, right: Expr, bytes: LaneBytes, chunk: number): void {
    const { body } = this.#frame;
    const from = bytesOf(left.width) as LaneBytes;
    const shape = shapeName(from);
    this.#shapes.convertMask(from, bytes, chunk, (inner) => {
      // There is no unsigned comparison of 64 bits: with the sign bits inverted the signed one serves.
      const flip = from === 8 && !left.signed && left.width === WORD_BITS && op !== "eq" && op !== "ne";
      for (const operand of [left, right]) {
        this.#emit(operand, inner, true);
        if (!flip) continue;
        body.v128(constantVector(1n << 63n, 8));
        body.simd("v128.xor");
      }
      const signed = left.signed || from === 8;
      body.simd((op === "eq" || op === "ne" ? `${shape}.${op}` : `${shape}.${op}_${signed ? "s" : "u"}`) as Simd);
    });
  }

  /** Whether all lanes compute the same. */
  #isShared(expr: Expr): boolean {
    if (expr.kind === "ref") return isUniform(this.#leavesOf(expr.net));
    return operandsOf(expr).every((operand) => this.#isShared(operand));
  }

  /** Shifts the chunk on the stack by an amount that may differ from lane to lane. */
  #shiftBy(kind: "shl" | "shr_s" | "shr_u", bytes: LaneBytes, amount: Expr, chunk: number): void {
    const { body } = this.#frame;
    const bits = 8 * bytes;
    if (amount.kind === "const") {
      this.#shift(kind, bytes, Number(amount.value));
      return;
    }
    if (this.#isShared(amount) && 2 ** amount.width <= bits) {
      this.#scalar.pushBits(amount, "i32");
      body.simd(`${shapeName(bytes)}.${kind}`);
      return;
    }
    const value = body.local("v128");
    body.set(value);
    for (let stage = 0; stage < amount.width; stage++) {
      const distance = 2 ** stage;
      if (distance < bits || kind === "shr_s") {
        body.get(value);
        this.#shift(kind, bytes, Math.min(distance, bits - 1));
      } else body.v128(constantVector(0n, bytes));
      body.get(value);
      this.#mask(build.slice(amount, stage, stage), bytes, chunk);
      body.simd("v128.bitselect");
      body.set(value);
    }
    body.get(value);
    body.release(value);
  }

  #shift(kind: "shl" | "shr_s" | "shr_u", bytes: LaneBytes, amount: number): void {
    const { body } = this.#frame;
    if (amount === 0) return;
    body.i32(amount);
    body.simd(`${shapeName(bytes)}.${kind}`);
  }

  #normalise(width: number, signed: boolean): void {
    const bytes = bytesOf(width) as LaneBytes;
    if (width === 8 * bytes) return;
    if (signed) {
      this.#shift("shl", bytes, 8 * bytes - width);
      this.#shift("shr_s", bytes, 8 * bytes - width);
    } else this.#maskTo(width, bytes);
  }

  #maskTo(width: number, bytes: LaneBytes): void {
    if (width >= 8 * bytes) return;
    this.#frame.body.v128(constantVector(allOnes(width), bytes));
    this.#frame.body.simd("v128.and");
  }
}

type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

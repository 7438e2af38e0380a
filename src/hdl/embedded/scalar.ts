import type { Binary, Cat, Expr, Net, Resize, Slice, Unary } from "../ir.ts";
import type { Frame } from "./frame.ts";
import { typeOf } from "./frame.ts";
import type { Leaf } from "./network.ts";
import { WORD_BITS } from "./trees.ts";

/** What is pushed of values of more than 64 bits. */
export interface WideOperations {
  /** `count` (1 to 64) bits from bit `low` of the pattern on, as a zero-extended i64. */
  bits(expr: Expr, low: number, count: number): void;
  /** The bit that a reduction gives. */
  reduce(expr: Unary): void;
  /** The bit that a comparison gives. */
  compare(expr: Binary): void;
}

/**
 * Writes expressions of up to 64 bits for one lane. A value is an i32 (up to 32 bits) or an i64. It is clean when it is
 * sign- or zero-extended beyond its width; additions and their like may leave more bits until somebody looks at them.
 */
export class ScalarEmitter {
  readonly frame: Frame;
  /** What a net of the expression stands for in this lane. */
  readonly leafOf: (net: Net) => Leaf;
  readonly #wide: WideOperations;

  constructor(frame: Frame, leafOf: (net: Net) => Leaf, makeWide: (scalar: ScalarEmitter) => WideOperations) {
    this.frame = frame;
    this.leafOf = leafOf;
    this.#wide = makeWide(this);
  }

  /** Pushes the clean value. */
  push(expr: Expr): void {
    this.#emit(expr, true);
  }

  /** Pushes the bit pattern zero-extended, as i32 or i64. */
  pushBits(expr: Expr, type: "i32" | "i64"): void {
    const { body } = this.frame;
    const own = typeOf(expr.width);
    if (!expr.signed || expr.width === 32 || expr.width === WORD_BITS) this.push(expr);
    else {
      this.#emit(expr, false);
      this.#mask(expr.width, own);
    }
    if (own === "i32" && type === "i64") body.op("i64.extend_i32_u");
    if (own === "i64" && type === "i32") body.op("i32.wrap_i64");
  }

  #emit(expr: Expr, clean: boolean): void {
    switch (expr.kind) {
      case "const":
        this.frame.pushConstant(expr.value, typeOf(expr.width));
        return;
      case "ref":
        this.frame.pushValue(this.leafOf(expr.net), expr.width, expr.signed);
        return;
      case "unary":
        this.#unary(expr, clean);
        return;
      case "binary":
        this.#binary(expr, clean);
        return;
      case "mux":
        this.#emit(expr.whenTrue, clean);
        this.#emit(expr.whenFalse, clean);
        this.push(expr.condition);
        this.frame.body.op("select");
        return;
      case "cat":
        this.#cat(expr);
        return;
      case "slice":
        this.#slice(expr);
        return;
      case "resize":
        this.#resize(expr, clean);
        return;
      case "cast":
        if (expr.operand.signed && !expr.signed) {
          if (clean) this.pushBits(expr.operand, typeOf(expr.width));
          else this.#emit(expr.operand, false);
          return;
        }
        this.#emit(expr.operand, false);
        if (clean) this.#normalise(expr.width, expr.signed);
        return;
      case "case":
        throw new Error("case is lowered to multiplexers");
    }
  }

  #unary(expr: Unary, clean: boolean): void {
    const { body } = this.frame;
    const { operand, width } = expr;
    const type = typeOf(operand.width);
    if (operand.width > WORD_BITS) {
      this.#wide.reduce(expr);
      return;
    }
    switch (expr.op) {
      case "not":
        this.#emit(operand, clean);
        this.frame.pushConstant(expr.signed ? -1n : allOnes(width), type);
        body.op(`${type}.xor`);
        return;
      case "neg":
        this.frame.pushConstant(0n, type);
        this.#emit(operand, false);
        body.op(`${type}.sub`);
        if (clean) this.#normalise(width, expr.signed);
        return;
      case "reduceOr":
        this.push(operand);
        this.frame.pushConstant(0n, type);
        body.op(`${type}.ne`);
        return;
      case "reduceAnd":
        this.push(operand);
        this.frame.pushConstant(operand.signed ? -1n : allOnes(operand.width), type);
        body.op(`${type}.eq`);
        return;
      case "reduceXor":
        this.pushBits(operand, type);
        body.op(`${type}.popcnt`);
        if (type === "i64") body.op("i32.wrap_i64");
        body.i32(1);
        body.op("i32.and");
    }
  }

  #binary(expr: Binary, clean: boolean): void {
    const { body } = this.frame;
    const { left, right, op } = expr;
    const type = typeOf(left.width);
    switch (op) {
      case "add":
      case "sub":
      case "mul":
        this.#emit(left, false);
        this.#emit(right, false);
        body.op(`${type}.${op}`);
        if (clean) this.#normalise(expr.width, expr.signed);
        return;
      case "and":
      case "or":
      case "xor":
        this.#emit(left, clean);
        this.#emit(right, clean);
        body.op(`${type}.${op}`);
        return;
      case "shl":
        this.#emit(left, false);
        this.pushBits(right, type);
        body.op(`${type}.shl`);
        if (clean) this.#normalise(expr.width, expr.signed);
        return;
      case "shr":
        this.push(left);
        this.pushBits(right, type);
        body.op(`${type}.${expr.signed ? "shr_s" : "shr_u"}`);
        return;
      default: {
        if (left.width > WORD_BITS) {
          this.#wide.compare(expr);
          return;
        }
        this.push(left);
        this.push(right);
        body.op(op === "eq" || op === "ne" ? `${type}.${op}` : `${type}.${op}_${left.signed ? "s" : "u"}`);
      }
    }
  }

  #cat({ parts, width }: Cat): void {
    const { body } = this.frame;
    const type = typeOf(width);
    let low = width;
    parts.forEach((part, index) => {
      low -= part.width;
      this.pushBits(part, type);
      if (low > 0) {
        this.frame.pushConstant(BigInt(low), type);
        body.op(`${type}.shl`);
      }
      if (index > 0) body.op(`${type}.or`);
    });
  }

  #slice({ operand, low, width }: Slice): void {
    const { body } = this.frame;
    if (operand.width > WORD_BITS) {
      this.#wide.bits(operand, low, width);
      if (width <= 32) body.op("i32.wrap_i64");
      return;
    }
    const type = typeOf(operand.width);
    const reachesTop = low + width === operand.width;
    if (reachesTop) this.pushBits(operand, type);
    else this.#emit(operand, false);
    if (low > 0) {
      this.frame.pushConstant(BigInt(low), type);
      body.op(`${type}.shr_u`);
    }
    if (type === "i64" && width <= 32) {
      body.op("i32.wrap_i64");
      if (!reachesTop && width < 32) this.#mask(width, "i32");
    } else if (!reachesTop) this.#mask(width, type);
  }

  #resize(expr: Resize, clean: boolean): void {
    const { body } = this.frame;
    const { operand, width, signed } = expr;
    const to = typeOf(width);
    if (operand.width > WORD_BITS) {
      this.#wide.bits(operand, 0, width);
      if (to === "i32") body.op("i32.wrap_i64");
      if (signed && clean) this.#normalise(width, true);
      return;
    }
    const from = typeOf(operand.width);
    if (width >= operand.width) {
      this.push(operand);
      if (from !== to) body.op(signed ? "i64.extend_i32_s" : "i64.extend_i32_u");
      return;
    }
    this.#emit(operand, false);
    if (from !== to) body.op("i32.wrap_i64");
    if (clean) this.#normalise(width, signed);
  }

  /** Makes the value on the stack clean. */
  #normalise(width: number, signed: boolean): void {
    const { body } = this.frame;
    const type = typeOf(width);
    const bits = type === "i32" ? 32 : 64;
    if (width === bits) return;
    if (!signed) {
      this.#mask(width, type);
      return;
    }
    if (width === 8 || width === 16) {
      body.op(width === 8 ? "i32.extend8_s" : "i32.extend16_s");
      return;
    }
    const distance = BigInt(bits - width);
    this.frame.pushConstant(distance, type);
    body.op(`${type}.shl`);
    this.frame.pushConstant(distance, type);
    body.op(`${type}.shr_s`);
  }

  #mask(width: number, type: "i32" | "i64"): void {
    if (width === (type === "i32" ? 32 : 64)) return;
    this.frame.pushConstant(allOnes(width), type);
    this.frame.body.op(`${type}.and`);
  }
}

export function allOnes(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}

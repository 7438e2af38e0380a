import type { Binary, Expr, Unary } from "../ir.ts";
import { limbsOf } from "./layout.ts";
import { allOnes, type ScalarEmitter, type WideOperations } from "./scalar.ts";
import { WORD_BITS } from "./trees.ts";
import { WideArithmetic } from "./wide-arithmetic.ts";

/**
 * Writes expressions on values of more than 64 bits for one lane. Bits are asked for as they are needed, so that cutting and
 * joining cost nothing; only arithmetic computes a whole value, limb by limb.
 */
export class WideEmitter implements WideOperations {
  readonly #scalar: ScalarEmitter;

  constructor(scalar: ScalarEmitter) {
    this.#scalar = scalar;
  }

  /** Computes a wide value into locals, one a limb, zero above its width; the caller releases them. */
  define(expr: Expr): number[] {
    const { body } = this.#scalar.frame;
    const arithmetic = new WideArithmetic(this.#scalar.frame, (operand, low, count) => {
      this.bits(operand, low, count);
    });
    const limbs = arithmetic.compute(expr, (amount) => {
      this.#scalar.pushBits(amount, "i32");
    });
    if (limbs !== undefined) return limbs;
    return Array.from({ length: limbsOf(expr.width) }, (_, limb) => {
      this.bits(expr, WORD_BITS * limb, Math.min(WORD_BITS, expr.width - WORD_BITS * limb));
      const local = body.local("i64");
      body.set(local);
      return local;
    });
  }

  /** Pushes `count` (1 to 64) bits from bit `low` of the pattern on, as a zero-extended i64. */
  bits(expr: Expr, low: number, count: number): void {
    if (expr.width <= WORD_BITS && expr.kind !== "cat" && expr.kind !== "slice") {
      this.#narrow(expr, low, count);
      return;
    }
    const { frame } = this.#scalar;
    const { body } = frame;
    switch (expr.kind) {
      case "const":
        body.i64(BigInt.asUintN(count, expr.value >> BigInt(low)));
        return;
      case "ref":
        this.#limbs(expr, low, count);
        return;
      case "slice":
        this.bits(expr.operand, expr.low + low, count);
        return;
      case "cast":
        this.bits(expr.operand, low, count);
        return;
      case "resize":
        this.#resized(expr.operand, low, count);
        return;
      case "cat":
        this.#joined(expr.parts, expr.width, low, count);
        return;
      case "mux":
        this.bits(expr.whenTrue, low, count);
        this.bits(expr.whenFalse, low, count);
        this.#scalar.push(expr.condition);
        body.op("select");
        return;
      case "unary":
        this.bits(expr.operand, low, count);
        body.i64(allOnes(count));
        body.op("i64.xor");
        return;
      case "binary":
        if (expr.op !== "and" && expr.op !== "or" && expr.op !== "xor") break;
        this.bits(expr.left, low, count);
        this.bits(expr.right, low, count);
        body.op(`i64.${expr.op}`);
        return;
    }
    throw new Error(`${expr.kind} of ${expr.width} bits has no net of its own`);
  }

  /** Pushes the bit that a reduction of a wide value gives. */
  reduce({ op, operand }: Unary): void {
    const { body } = this.#scalar.frame;
    const limbs = limbsOf(operand.width);
    const size = (limb: number): number => Math.min(WORD_BITS, operand.width - WORD_BITS * limb);
    for (let limb = 0; limb < limbs; limb++) {
      this.bits(operand, WORD_BITS * limb, size(limb));
      if (op === "reduceAnd") {
        body.i64(allOnes(size(limb)));
        body.op("i64.xor");
      }
      if (limb > 0) body.op(op === "reduceXor" ? "i64.xor" : "i64.or");
    }
    if (op === "reduceXor") {
      body.op("i64.popcnt");
      body.op("i32.wrap_i64");
      body.i32(1);
      body.op("i32.and");
      return;
    }
    body.i64(0n);
    body.op(op === "reduceAnd" ? "i64.eq" : "i64.ne");
  }

  /** Pushes the bit that a comparison of wide values gives. */
  compare({ op, left, right }: Binary): void {
    const { body } = this.#scalar.frame;
    const { width, signed } = left;
    const limbs = limbsOf(width);
    if (op === "eq" || op === "ne") {
      for (let limb = 0; limb < limbs; limb++) {
        this.#limb(left, limb, false);
        this.#limb(right, limb, false);
        body.op("i64.xor");
        if (limb > 0) body.op("i64.or");
      }
      body.i64(0n);
      body.op(`i64.${op}`);
      return;
    }
    // a < b: from the low limb up, each limb decides unless it is equal. a > b is b < a, a >= b is not a < b.
    const [a, b] = op === "lt" || op === "ge" ? [left, right] : [right, left];
    body.i32(0);
    for (let limb = 0; limb < limbs; limb++) {
      const flip = signed && limb === limbs - 1;
      this.#limb(a, limb, flip);
      this.#limb(b, limb, flip);
      body.op("i64.eq");
      body.op("i32.and");
      this.#limb(a, limb, flip);
      this.#limb(b, limb, flip);
      body.op("i64.lt_u");
      body.op("i32.or");
    }
    if (op === "ge" || op === "le") body.op("i32.eqz");
  }

  /** Pushes a limb; with `flip`, the sign bit inverted, so that signed values compare as unsigned ones. */
  #limb(expr: Expr, limb: number, flip: boolean): void {
    const { body } = this.#scalar.frame;
    this.bits(expr, WORD_BITS * limb, Math.min(WORD_BITS, expr.width - WORD_BITS * limb));
    if (!flip) return;
    body.i64(1n << BigInt((expr.width - 1) % WORD_BITS));
    body.op("i64.xor");
  }

  #narrow(expr: Expr, low: number, count: number): void {
    const { body } = this.#scalar.frame;
    this.#scalar.pushBits(expr, "i64");
    if (low > 0) {
      body.i64(BigInt(low));
      body.op("i64.shr_u");
    }
    if (low + count < expr.width) this.#mask(count);
  }

  #limbs(expr: Expr & { readonly kind: "ref" }, low: number, count: number): void {
    const { frame } = this.#scalar;
    const { body } = frame;
    const leaf = this.#scalar.leafOf(expr.net);
    const [limb, offset] = [Math.floor(low / WORD_BITS), low % WORD_BITS];
    frame.pushLimb(leaf, limb);
    if (offset > 0) {
      body.i64(BigInt(offset));
      body.op("i64.shr_u");
    }
    if (offset + count > WORD_BITS) {
      frame.pushLimb(leaf, limb + 1);
      body.i64(BigInt(WORD_BITS - offset));
      body.op("i64.shl");
      body.op("i64.or");
    }
    if (count < WORD_BITS && low + count < expr.width) this.#mask(count);
  }

  #resized(operand: Expr, low: number, count: number): void {
    const { body } = this.#scalar.frame;
    const own = Math.max(0, Math.min(count, operand.width - low));
    if (own > 0) this.bits(operand, low, own);
    if (own === count) return;
    if (!operand.signed) {
      if (own === 0) body.i64(0n);
      return;
    }
    body.i64(0n);
    this.bits(operand, operand.width - 1, 1);
    body.op("i64.sub");
    if (own > 0) {
      body.i64(BigInt(own));
      body.op("i64.shl");
      body.op("i64.or");
    }
    this.#mask(count);
  }

  #joined(parts: readonly Expr[], width: number, low: number, count: number): void {
    const { body } = this.#scalar.frame;
    let bottom = width;
    let first = true;
    for (const part of parts) {
      bottom -= part.width;
      const from = Math.max(low, bottom);
      const to = Math.min(low + count, bottom + part.width);
      if (from >= to) continue;
      this.bits(part, from - bottom, to - from);
      if (from > low) {
        body.i64(BigInt(from - low));
        body.op("i64.shl");
      }
      if (!first) body.op("i64.or");
      first = false;
    }
  }

  #mask(count: number): void {
    const { body } = this.#scalar.frame;
    if (count === WORD_BITS) return;
    body.i64(allOnes(count));
    body.op("i64.and");
  }
}

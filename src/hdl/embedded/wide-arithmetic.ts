import type { Binary, Expr } from "../ir.ts";
import type { Frame } from "./frame.ts";
import { limbsOf } from "./layout.ts";
import { allOnes } from "./scalar.ts";
import { WORD_BITS } from "./trees.ts";

/** Pushes bits of an operand as a zero-extended i64. */
type PushBits = (operand: Expr, low: number, count: number) => void;

const DIGIT_BITS = 32;

/** Sums, products and shifts of values of more than 64 bits, limb by limb in locals. */
export class WideArithmetic {
  readonly #frame: Frame;
  readonly #bits: PushBits;

  constructor(frame: Frame, bits: PushBits) {
    this.#frame = frame;
    this.#bits = bits;
  }

  /** The limbs of an operator's result in new locals, or `undefined` when it is no arithmetic. */
  compute(expr: Expr, pushAmount: (amount: Expr) => void): number[] | undefined {
    if (expr.width <= WORD_BITS) return undefined;
    if (expr.kind === "unary" && expr.op === "neg") return this.#sum(undefined, expr.operand, true);
    if (expr.kind !== "binary") return undefined;
    switch (expr.op) {
      case "add":
        return this.#sum(expr.left, expr.right, false);
      case "sub":
        return this.#sum(expr.left, expr.right, true);
      case "mul":
        return this.#product(expr);
      case "shl":
      case "shr":
        return this.#shift(expr, pushAmount);
      default:
        return undefined;
    }
  }

  #push(operand: Expr, limb: number): void {
    this.#bits(operand, WORD_BITS * limb, Math.min(WORD_BITS, operand.width - WORD_BITS * limb));
  }

  /** `left ± right`; without `left`, from 0. */
  #sum(left: Expr | undefined, right: Expr, subtract: boolean): number[] {
    const { body } = this.#frame;
    const [a, b, carry] = [body.local("i64"), body.local("i64"), body.local("i64")];
    body.i64(0n);
    body.set(carry);
    const limbs = Array.from({ length: limbsOf(right.width) }, (_, limb) => {
      const result = body.local("i64");
      if (left === undefined) body.i64(0n);
      else this.#push(left, limb);
      body.set(a);
      this.#push(right, limb);
      body.set(b);
      body.get(a);
      body.get(b);
      body.op(subtract ? "i64.sub" : "i64.add");
      body.get(carry);
      body.op(subtract ? "i64.sub" : "i64.add");
      body.set(result);
      // The carry out of bit 63 is the majority of the operands and the inverted result; a borrow inverts the first operand.
      body.get(a);
      if (subtract) this.#invert();
      body.get(b);
      body.op("i64.and");
      body.get(a);
      if (subtract) this.#invert();
      body.get(b);
      body.op("i64.or");
      body.get(result);
      if (!subtract) this.#invert();
      body.op("i64.and");
      body.op("i64.or");
      body.i64(63n);
      body.op("i64.shr_u");
      body.set(carry);
      return result;
    });
    this.#trim(limbs, right.width);
    for (const local of [a, b, carry]) body.release(local);
    return limbs;
  }

  /** School multiplication, 32-bit digits. */
  #product({ left, right, width }: Binary): number[] {
    const { body } = this.#frame;
    const count = Math.ceil(width / DIGIT_BITS);
    const pushDigit = (operand: Expr, digit: number): void => {
      this.#bits(operand, DIGIT_BITS * digit, Math.min(DIGIT_BITS, width - DIGIT_BITS * digit));
    };
    const [low, high, product] = [body.local("i64"), body.local("i64"), body.local("i64")];
    const limbs = Array.from({ length: limbsOf(width) }, () => body.local("i64"));
    body.i64(0n);
    body.set(low);
    for (let digit = 0; digit < count; digit++) {
      body.i64(0n);
      body.set(high);
      for (let i = 0; i <= digit; i++) {
        pushDigit(left, i);
        pushDigit(right, digit - i);
        body.op("i64.mul");
        body.tee(product);
        body.i64(allOnes(DIGIT_BITS));
        body.op("i64.and");
        body.get(low);
        body.op("i64.add");
        body.set(low);
        body.get(product);
        body.i64(BigInt(DIGIT_BITS));
        body.op("i64.shr_u");
        body.get(high);
        body.op("i64.add");
        body.set(high);
      }
      const limb = limbs[digit >> 1]!;
      body.get(low);
      body.i64(allOnes(DIGIT_BITS));
      body.op("i64.and");
      if (digit % 2 === 1) {
        body.i64(BigInt(DIGIT_BITS));
        body.op("i64.shl");
        body.get(limb);
        body.op("i64.or");
      }
      body.set(limb);
      body.get(low);
      body.i64(BigInt(DIGIT_BITS));
      body.op("i64.shr_u");
      body.get(high);
      body.op("i64.add");
      body.set(low);
    }
    this.#trim(limbs, width);
    for (const local of [low, high, product]) body.release(local);
    return limbs;
  }

  /** A barrel shifter: one stage for each bit of the amount. */
  #shift({ op, left, right, width, signed }: Binary, pushAmount: (amount: Expr) => void): number[] {
    const { body } = this.#frame;
    const count = limbsOf(width);
    const fill = body.local("i64");
    body.i64(0n);
    if (op === "shr" && signed) {
      this.#bits(left, width - 1, 1);
      body.op("i64.sub");
    }
    body.set(fill);
    let limbs = Array.from({ length: count }, (_, limb) => {
      const local = body.local("i64");
      this.#push(left, limb);
      if (limb === count - 1 && width % WORD_BITS !== 0) {
        // Above the width stands what moves in from above.
        body.get(fill);
        body.i64(BigInt(width % WORD_BITS));
        body.op("i64.shl");
        body.op("i64.or");
      }
      body.set(local);
      return local;
    });
    const amount = body.local("i32");
    pushAmount(right);
    body.set(amount);
    for (let stage = 0; stage < right.width; stage++) {
      const distance = 2 ** stage;
      const shifted = limbs.map((own, limb) => {
        const local = body.local("i64");
        if (op === "shr") this.#pick(limbs, limb, distance, fill);
        else this.#pickBelow(limbs, limb, distance);
        body.get(own);
        body.get(amount);
        body.i32(distance);
        body.op("i32.and");
        body.op("select");
        body.set(local);
        return local;
      });
      for (const local of limbs) body.release(local);
      limbs = shifted;
    }
    this.#trim(limbs, width);
    body.release(fill);
    body.release(amount);
    return limbs;
  }

  /** Pushes 64 bits from `distance` above a limb. */
  #pick(limbs: readonly number[], limb: number, distance: number, fill: number): void {
    const { body } = this.#frame;
    const [whole, bits] = [limb + Math.floor(distance / WORD_BITS), distance % WORD_BITS];
    body.get(limbs[whole] ?? fill);
    if (bits === 0) return;
    body.i64(BigInt(bits));
    body.op("i64.shr_u");
    body.get(limbs[whole + 1] ?? fill);
    body.i64(BigInt(WORD_BITS - bits));
    body.op("i64.shl");
    body.op("i64.or");
  }

  /** Pushes 64 bits from `distance` below a limb. */
  #pickBelow(limbs: readonly number[], limb: number, distance: number): void {
    const { body } = this.#frame;
    const [whole, bits] = [limb - Math.floor(distance / WORD_BITS), distance % WORD_BITS];
    const pushLimb = (index: number): void => {
      const local = limbs[index];
      if (local === undefined) body.i64(0n);
      else body.get(local);
    };
    pushLimb(whole);
    if (bits === 0) return;
    body.i64(BigInt(bits));
    body.op("i64.shl");
    pushLimb(whole - 1);
    body.i64(BigInt(WORD_BITS - bits));
    body.op("i64.shr_u");
    body.op("i64.or");
  }

  #invert(): void {
    this.#frame.body.i64(-1n);
    this.#frame.body.op("i64.xor");
  }

  /** Clears what lies above the width. */
  #trim(limbs: readonly number[], width: number): void {
    const { body } = this.#frame;
    if (width % WORD_BITS === 0) return;
    const top = limbs.at(-1)!;
    body.get(top);
    body.i64(allOnes(width % WORD_BITS));
    body.op("i64.and");
    body.set(top);
  }
}

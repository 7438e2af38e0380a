import * as build from "./build.ts";
import { report } from "./context.ts";
import { bitCount, describe, isWidth } from "./guards.ts";
import { refuseDrive } from "./drive.ts";
import type { Expr } from "./ir.ts";
import { refuseJson, refuseOperator } from "./javascript.ts";
import { bitwise, compare, extend, grow, product, shiftLeft, shiftRight } from "./operators.ts";
import { bool, sint, uint, type ScalarShape } from "./shapes.ts";

/** What an operator of a {@link Uint} takes: a signal, or a number that is not negative. */
export type UintLike = Uint | number | bigint;
/** What an operator of a {@link Sint} takes: a signal or a number. */
export type SintLike = Sint | number | bigint;
/** What an operator of a {@link Bool} takes. */
export type BoolLike = Bool | boolean | 0 | 1;

/** A value in the hardware: what {@link Uint}, {@link Sint} and {@link Bool} have in common. */
export abstract class Signal {
  abstract readonly kind: "uint" | "sint" | "bool";
  readonly expr: Expr;

  constructor(expr: Expr) {
    this.expr = expr;
  }

  /** Bits. */
  get width(): number {
    return this.expr.width;
  }

  /** Bits `high` down to `low`. */
  bits(high: number, low: number): Uint {
    const { width } = this;
    if (!(Number.isInteger(high) && Number.isInteger(low) && width > high && high >= low && low >= 0)) {
      report({
        code: "hdl-bits",
        message: `bits(${high}, ${low}) of a signal of ${bitCount(width)}`,
        help: `the first argument is the high bit: bits(high, low) with ${width - 1} >= high >= low >= 0`,
      });
      return new Uint(build.constant(0n, Math.max(1, Math.abs(high - low) + 1 || 1), false));
    }
    return new Uint(build.slice(this.expr, high, low));
  }

  /** One bit, at a constant or a changing place; a place past the end reads 0. */
  bit(index: number | Uint): Bool {
    if (typeof index === "number") {
      if (!(Number.isInteger(index) && index >= 0 && index < this.width)) {
        report({
          code: "hdl-bits",
          message: `bit(${index}) of a signal of ${bitCount(this.width)}`,
          help: `bits are numbered 0 to ${this.width - 1}`,
        });
        return new Bool(build.constant(0n, 1, false));
      }
      return new Bool(build.slice(this.expr, index, index));
    }
    if (index.expr.signed) {
      report({ code: "hdl-bits", message: "bit(…) of a signed index", help: "an index is a Uint: .asUint()" });
      return new Bool(build.constant(0n, 1, false));
    }
    return new Bool(build.slice(build.shift("shr", build.cast(this.expr, false), index.expr), 0, 0));
  }

  /** Whether any bit is set. */
  reduceOr(): Bool {
    return new Bool(build.unary("reduceOr", this.expr));
  }

  /** Whether all bits are set. */
  reduceAnd(): Bool {
    return new Bool(build.unary("reduceAnd", this.expr));
  }

  /** Whether the number of set bits is odd. */
  reduceXor(): Bool {
    return new Bool(build.unary("reduceXor", this.expr));
  }

  /** The same bits as an unsigned number. */
  asUint(): Uint {
    return new Uint(build.cast(this.expr, false));
  }

  /** The same bits as a two's complement number. */
  asSint(): Sint {
    return new Sint(build.cast(this.expr, true));
  }

  /** The only bit of a one-bit signal. */
  asBool(): Bool {
    if (this.width !== 1) {
      report({
        code: "hdl-width",
        message: `asBool() of a signal of ${bitCount(this.width)}`,
        help: "say which bit with .bit(i), or compare: .ne(0)",
      });
    }
    return new Bool(build.slice(this.expr, 0, 0));
  }

  /** JavaScript's own operators would compare or join objects, so they throw. */
  [Symbol.toPrimitive](hint: string): never {
    return refuseOperator(hint);
  }

  /** `JSON.stringify` would write the whole design. */
  toJSON(): never {
    return refuseJson();
  }

  /** `console.log` of a signal shows what it is. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const { expr } = this;
    return expr.kind === "ref" ? `${describe(this)}, "${expr.net.hint}"` : describe(this);
  }
}

// What may be driven has these of its own (nets.ts); on all else they say why not. The types do not show them.
Object.defineProperties(Signal.prototype, {
  set: {
    value(this: Signal) {
      refuseDrive(this.expr, "set");
    },
  },
  next: {
    set(this: Signal) {
      refuseDrive(this.expr, "next");
    },
  },
});

/** An unsigned number. */
export class Uint extends Signal {
  readonly kind: "uint" | "bool" = "uint";

  /** Sum, one bit wider than the wider operand. */
  add(other: UintLike): Uint {
    return new Uint(grow("add", this.expr, other));
  }
  /** Difference modulo 2^width, one bit wider than the wider operand; `.asSint()` of it is the exact difference. */
  sub(other: UintLike): Uint {
    return new Uint(grow("sub", this.expr, other));
  }
  /** Product, as wide as both operands together. */
  mul(other: UintLike): Uint {
    return new Uint(product(this.expr, other));
  }
  /** Bitwise, as wide as the wider operand. */
  and(other: UintLike): Uint {
    return new Uint(bitwise("and", this.expr, other));
  }
  /** Bitwise or. */
  or(other: UintLike): Uint {
    return new Uint(bitwise("or", this.expr, other));
  }
  /** Bitwise exclusive or. */
  xor(other: UintLike): Uint {
    return new Uint(bitwise("xor", this.expr, other));
  }
  /** Every bit inverted. */
  not(): Uint {
    return new Uint(build.unary("not", this.expr));
  }
  /** The exact negative, one bit wider. */
  neg(): Sint {
    return this.toSint()
      .neg()
      .wrap(this.width + 1);
  }
  /** Whether both are equal. */
  eq(other: UintLike): Bool {
    return new Bool(compare("eq", this.expr, other));
  }
  /** Whether they differ. */
  ne(other: UintLike): Bool {
    return new Bool(compare("ne", this.expr, other));
  }
  /** Whether it is less than the other. */
  lt(other: UintLike): Bool {
    return new Bool(compare("lt", this.expr, other));
  }
  /** Whether it is less than or equal to the other. */
  le(other: UintLike): Bool {
    return new Bool(compare("le", this.expr, other));
  }
  /** Whether it is greater than the other. */
  gt(other: UintLike): Bool {
    return new Bool(compare("gt", this.expr, other));
  }
  /** Whether it is greater than or equal to the other. */
  ge(other: UintLike): Bool {
    return new Bool(compare("ge", this.expr, other));
  }
  /** Towards the high bits; grows by the largest amount. */
  shl(amount: number | Uint): Uint {
    return new Uint(shiftLeft(this.expr, amount));
  }
  /** Towards the low bits; a constant amount drops the bits shifted out, a changing one keeps the width. */
  shr(amount: number | Uint): Uint {
    return new Uint(shiftRight(this.expr, amount));
  }
  /** Modulo 2^width; wider than the signal extends. */
  wrap(width: number): Uint {
    if (!isWidth("wrap", width)) return this;
    return new Uint(build.resize(this.expr, width));
  }
  /** The nearest value of `width` bits. */
  saturate(width: number): Uint {
    if (!isWidth("saturate", width)) return this;
    if (width >= this.width) return this.wrap(width);
    const over = this.bits(this.width - 1, width).reduceOr();
    const top = build.constant((1n << BigInt(width)) - 1n, width, false);
    return new Uint(build.choose(over.expr, top, build.slice(this.expr, width - 1, 0)));
  }
  /** The same value in more bits. */
  extend(width: number): Uint {
    return new Uint(extend(this.expr, width));
  }
  /** The same value as a signed number, one bit wider. */
  toSint(): Sint {
    return this.extend(this.width + 1).asSint();
  }
}

/** A truth value: a {@link Uint} of one bit that `when` and `mux` take. */
export class Bool extends Uint {
  override readonly kind = "bool";

  override and(other: BoolLike): Bool;
  override and(other: UintLike): Uint;
  override and(other: UintLike | boolean): Uint {
    return boolIfOneBit(bitwise("and", this.expr, other));
  }
  override or(other: BoolLike): Bool;
  override or(other: UintLike): Uint;
  override or(other: UintLike | boolean): Uint {
    return boolIfOneBit(bitwise("or", this.expr, other));
  }
  override xor(other: BoolLike): Bool;
  override xor(other: UintLike): Uint;
  override xor(other: UintLike | boolean): Uint {
    return boolIfOneBit(bitwise("xor", this.expr, other));
  }
  override not(): Bool {
    return new Bool(build.unary("not", this.expr));
  }
  override eq(other: UintLike | boolean): Bool {
    return new Bool(compare("eq", this.expr, other));
  }
  override ne(other: UintLike | boolean): Bool {
    return new Bool(compare("ne", this.expr, other));
  }
}

/** A two's complement number. */
export class Sint extends Signal {
  readonly kind = "sint";

  /** Sum, one bit wider than the wider operand. */
  add(other: SintLike): Sint {
    return new Sint(grow("add", this.expr, other));
  }
  /** Difference, one bit wider than the wider operand. */
  sub(other: SintLike): Sint {
    return new Sint(grow("sub", this.expr, other));
  }
  /** Product, as wide as both operands together. */
  mul(other: SintLike): Sint {
    return new Sint(product(this.expr, other));
  }
  /** Bitwise, as wide as the wider operand (extended by its sign). */
  and(other: SintLike): Sint {
    return new Sint(bitwise("and", this.expr, other));
  }
  /** Bitwise or. */
  or(other: SintLike): Sint {
    return new Sint(bitwise("or", this.expr, other));
  }
  /** Bitwise exclusive or. */
  xor(other: SintLike): Sint {
    return new Sint(bitwise("xor", this.expr, other));
  }
  /** Every bit inverted. */
  not(): Sint {
    return new Sint(build.unary("not", this.expr));
  }
  /** The exact negative, one bit wider. */
  neg(): Sint {
    return new Sint(build.unary("neg", build.resize(this.expr, this.width + 1)));
  }
  /** The magnitude; it fits the signal's own width, unsigned. */
  abs(): Uint {
    const { width } = this;
    return new Uint(build.choose(this.bit(width - 1).expr, this.neg().asUint().wrap(width).expr, this.asUint().expr));
  }
  /** Whether both are equal. */
  eq(other: SintLike): Bool {
    return new Bool(compare("eq", this.expr, other));
  }
  /** Whether they differ. */
  ne(other: SintLike): Bool {
    return new Bool(compare("ne", this.expr, other));
  }
  /** Whether it is less than the other. */
  lt(other: SintLike): Bool {
    return new Bool(compare("lt", this.expr, other));
  }
  /** Whether it is less than or equal to the other. */
  le(other: SintLike): Bool {
    return new Bool(compare("le", this.expr, other));
  }
  /** Whether it is greater than the other. */
  gt(other: SintLike): Bool {
    return new Bool(compare("gt", this.expr, other));
  }
  /** Whether it is greater than or equal to the other. */
  ge(other: SintLike): Bool {
    return new Bool(compare("ge", this.expr, other));
  }
  /** Towards the high bits; grows by the largest amount. */
  shl(amount: number | Uint): Sint {
    return new Sint(shiftLeft(this.expr, amount));
  }
  /** Arithmetic; a constant amount drops the bits shifted out, a changing one keeps the width. */
  shr(amount: number | Uint): Sint {
    return new Sint(shiftRight(this.expr, amount));
  }
  /** Modulo 2^width; wider than the signal extends. */
  wrap(width: number): Sint {
    if (!isWidth("wrap", width)) return this;
    return new Sint(build.resize(this.expr, width));
  }
  /** The nearest value of `width` bits. */
  saturate(width: number): Sint {
    if (!isWidth("saturate", width)) return this;
    if (width >= this.width) return this.wrap(width);
    const high = this.bits(this.width - 1, width - 1);
    const fits = high.reduceAnd().or(high.reduceOr().not());
    const limit = build.constant((1n << BigInt(width - 1)) - 1n, width, true);
    const clamped = build.choose(this.bit(this.width - 1).expr, build.constant(~limit.value, width, true), limit);
    return new Sint(build.choose(fits.expr, build.resize(this.expr, width), clamped));
  }
  /** The same value in more bits. */
  extend(width: number): Sint {
    return new Sint(extend(this.expr, width));
  }
}

function boolIfOneBit(expr: Expr): Uint {
  return expr.width === 1 ? new Bool(expr) : new Uint(expr);
}

/** The shape of one signal. */
export function shapeOfSignal(signal: Signal): ScalarShape {
  return signal.kind === "bool" ? bool : { uint, sint }[signal.kind](signal.width);
}

/** A signal of the same kind as `like` for an expression. */
export function signalLike(like: Signal, expr: Expr): Signal {
  if (like.kind === "bool" && expr.width === 1) return new Bool(expr);
  return like.kind === "sint" ? new Sint(expr) : new Uint(expr);
}

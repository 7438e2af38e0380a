import type { FunctionBody, Simd } from "../wasm/index.ts";
import { constantVector } from "./vector-leaves.ts";

/** Bytes of a lane. */
export type LaneBytes = 1 | 2 | 4 | 8;

const SHAPES = { 1: "i8x16", 2: "i16x8", 4: "i32x4", 8: "i64x2" } as const;

export function shapeName(bytes: LaneBytes): (typeof SHAPES)[LaneBytes] {
  return SHAPES[bytes];
}

/** Pushes a chunk of what is converted, in its own lanes. */
type PushChunk = (chunk: number) => void;

/** Turns vectors of narrow lanes into more vectors of wide ones and back. */
export class VectorShapes {
  readonly #body: FunctionBody;
  readonly #lanes: number;

  constructor(body: FunctionBody, lanes: number) {
    this.#body = body;
    this.#lanes = lanes;
  }

  chunks(bytes: LaneBytes): number {
    return Math.ceil((this.#lanes * bytes) / 16);
  }

  /** A chunk in lanes of `to` bytes of what is in lanes of `from`, at most as wide. */
  widen(from: LaneBytes, to: LaneBytes, chunk: number, signed: boolean, push: PushChunk): void {
    if (from === to) {
      push(chunk);
      return;
    }
    const half = (to / 2) as LaneBytes;
    this.widen(from, half, chunk >> 1, signed, push);
    const part = chunk % 2 === 0 ? "low" : "high";
    this.#body.simd(`${shapeName(to)}.extend_${part}_${shapeName(half)}_${signed ? "s" : "u"}` as Simd);
  }

  /** A chunk in lanes of `to` bytes of the low bytes of lanes of `from`. */
  narrow(from: LaneBytes, to: LaneBytes, chunk: number, push: PushChunk): void {
    this.#narrow(from, to, chunk, push, true);
  }

  /** As `narrow`, of values that are unsigned and fit. */
  narrowFitting(from: LaneBytes, to: LaneBytes, chunk: number, push: PushChunk): void {
    this.#narrow(from, to, chunk, push, false);
  }

  /** A mask in lanes of `to` bytes from one in lanes of `from`. */
  convertMask(from: LaneBytes, to: LaneBytes, chunk: number, push: PushChunk): void {
    if (to >= from) {
      this.widen(from, to, chunk, true, push);
      return;
    }
    const double = (2 * to) as LaneBytes;
    this.#both(double, chunk, (inner) => {
      this.convertMask(from, double, inner, push);
    });
    if (to === 4) this.#evenWords();
    else this.#body.simd(to === 2 ? "i16x8.narrow_i32x4_s" : "i8x16.narrow_i16x8_s");
  }

  #narrow(from: LaneBytes, to: LaneBytes, chunk: number, push: PushChunk, cut: boolean): void {
    if (from === to) {
      push(chunk);
      return;
    }
    const double = (2 * to) as LaneBytes;
    this.#both(double, chunk, (inner) => {
      this.#narrow(from, double, inner, push, cut);
      if (!cut || to === 4) return;
      // Narrowing saturates: only the low half may be there.
      this.#body.v128(constantVector(to === 1 ? 0xffn : 0xffffn, double));
      this.#body.simd("v128.and");
    });
    if (to === 4) this.#evenWords();
    else this.#body.simd(to === 2 ? "i16x8.narrow_i32x4_u" : "i8x16.narrow_i16x8_u");
  }

  /** Pushes the two chunks in lanes of `bytes` that make one of half as wide lanes; zeros where there is no second. */
  #both(bytes: LaneBytes, chunk: number, push: PushChunk): void {
    push(2 * chunk);
    if (2 * chunk + 1 < this.chunks(bytes)) push(2 * chunk + 1);
    else this.#body.v128(constantVector(0n, bytes));
  }

  #evenWords(): void {
    this.#body.shuffle([0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]);
  }
}

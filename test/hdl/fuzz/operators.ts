import { cat, mux, select, max, min, type Bool, type Sint, type Uint } from "../../../src/hdl/index.ts";

/** What an operator may use: signals by number, a small number, a width, a literal. */
export interface Operands {
  readonly u: (index: 0 | 1) => Uint;
  readonly s: (index: 0 | 1) => Sint;
  readonly b: (index: 0 | 1) => Bool;
  readonly n: number;
  readonly width: number;
  readonly value: bigint;
}

type Operator = readonly [text: string, make: (operands: Operands) => Uint | Sint | Bool];

const fit = (value: bigint, { width }: { readonly width: number }): bigint => BigInt.asUintN(width, value);
const fitSigned = (value: bigint, { width }: { readonly width: number }): bigint => BigInt.asIntN(width, value);
/** A bit position of a signal. */
const bitOf = (n: number, { width }: { readonly width: number }): number => (n * 7) % width;
const slice = (a: Uint | Sint, n: number, other: number): Uint => {
  const [x, y] = [bitOf(n, a), other % a.width];
  return a.bits(Math.max(x, y), Math.min(x, y));
};

const nineOf = (u: Operands["u"], n: number): Uint[] =>
  Array.from({ length: 9 }, (_, i) => {
    const value = u((i & 1) as 0 | 1);
    return value.xor(fit(BigInt(i + n), value));
  });

/** Every operator of the language, and combinations that the passes and the emitter treat apart. */
export const operators: readonly Operator[] = [
  ["a + b", ({ u }) => u(0).add(u(1))],
  ["a + literal", ({ u, value }) => u(0).add(fit(value, u(0)))],
  ["a - b", ({ u }) => u(0).sub(u(1))],
  ["a - literal", ({ u, value }) => u(0).sub(fit(value, u(0)))],
  ["a * b", ({ u }) => u(0).mul(u(1))],
  ["a * literal", ({ u, value }) => u(0).mul(fit(value, u(0)))],
  ["a & b", ({ u }) => u(0).and(u(1))],
  ["a & literal", ({ u, value }) => u(0).and(fit(value, u(0)))],
  ["a | b", ({ u }) => u(0).or(u(1))],
  ["a ^ b", ({ u }) => u(0).xor(u(1))],
  ["a ^ literal", ({ u, value }) => u(0).xor(fit(value, u(0)))],
  ["~a", ({ u }) => u(0).not()],
  ["a << n", ({ u, n }) => u(0).shl(n)],
  ["a >> n", ({ u, n }) => u(0).shr(n)],
  ["a << b", ({ u, n }) => u(0).shl(u(1).wrap((n % 5) + 1))],
  ["a >> b", ({ u }) => u(0).shr(u(1))],
  ["a[x:y]", ({ u, n, width }) => slice(u(0), n, width)],
  ["signed a[x:y]", ({ s, n, width }) => slice(s(0), n, width)],
  ["wrap a", ({ u, width }) => u(0).wrap(width)],
  ["saturate a", ({ u, width }) => u(0).saturate(width)],
  ["extend a", ({ u, n }) => u(0).extend(u(0).width + n)],
  ["wrap(a + b)", ({ u, width }) => u(0).add(u(1)).wrap(width)],
  ["wrap(a - b)", ({ u, width }) => u(0).sub(u(1)).wrap(width)],
  ["wrap(a * b)", ({ u, width }) => u(0).mul(u(1)).wrap(width)],
  ["{a, c, s}", ({ u, s, b }) => cat(u(0), b(0), s(0))],
  ["{a, a[x:0]}", ({ u, n }) => cat(u(0), u(0).bits(bitOf(n, u(0)), 0))],
  ["unsigned s", ({ s }) => s(0).asUint()],
  ["|s|", ({ s }) => s(0).abs()],
  ["c ? a : b", ({ u, b }) => mux(b(0), u(0), u(1))],
  ["!c ? a : literal", ({ u, b, value }) => mux(b(0).not(), u(0), fit(value, u(0)))],
  ["select of three", ({ u }) => select(u(1).wrap(2), [u(0), u(1), u(0).not()])],
  ["select of two", ({ u, b }) => select(b(0), [u(0), u(1)])],
  ["select of nine", ({ u, n }) => select(u(1), nineOf(u, n))],
  ["least", ({ u }) => min(u(0), u(1))],
  ["signed s + t", ({ s }) => s(0).add(s(1))],
  [
    "signed s + t + s + literal",
    ({ s, value }) =>
      s(0)
        .add(s(1))
        .add(s(0))
        .add(fitSigned(value, s(0))),
  ],
  ["signed s - t", ({ s }) => s(0).sub(s(1))],
  ["signed s - t - s", ({ s }) => s(0).sub(s(1)).sub(s(0))],
  ["signed s * t", ({ s }) => s(0).mul(s(1))],
  ["signed s * t + s", ({ s }) => s(0).mul(s(1)).add(s(0))],
  ["signed s * literal", ({ s, value }) => s(0).mul(fitSigned(value, s(0)))],
  ["signed s & t", ({ s }) => s(0).and(s(1))],
  ["signed s | literal", ({ s, value }) => s(0).or(fitSigned(value, s(0)))],
  ["signed s ^ t", ({ s }) => s(0).xor(s(1))],
  ["signed ~s", ({ s }) => s(0).not()],
  ["-s", ({ s }) => s(0).neg()],
  ["-a", ({ u }) => u(0).neg()],
  ["signed s << n", ({ s, n }) => s(0).shl(n)],
  ["signed s >>> n", ({ s, n }) => s(0).shr(n)],
  ["signed s << b", ({ s, u, n }) => s(0).shl(u(1).wrap((n % 4) + 1))],
  ["signed s >>> b", ({ s, u }) => s(0).shr(u(1))],
  ["wrap s", ({ s, width }) => s(0).wrap(width)],
  ["wrap(s >>> n)", ({ s, n, width }) => s(0).shr(n).wrap(width)],
  ["wrap(s * t)", ({ s, width }) => s(0).mul(s(1)).wrap(width)],
  ["saturate s", ({ s, width }) => s(0).saturate(width)],
  ["saturate(s + t)", ({ s, width }) => s(0).add(s(1)).saturate(width)],
  ["extend s", ({ s, n }) => s(0).extend(s(0).width + n)],
  ["signed a", ({ u }) => u(0).asSint()],
  ["signed value of a", ({ u }) => u(0).toSint()],
  ["signed a - b", ({ u }) => u(0).sub(u(1)).asSint()],
  ["c ? s : t", ({ s, b }) => mux(b(0), s(0), s(1))],
  ["signed select", ({ s, u }) => select(u(0).wrap(3), [s(0), s(1), s(0).neg(), s(1), s(0)])],
  ["greatest", ({ s }) => max(s(0), s(1))],
  ["a == b", ({ u }) => u(0).eq(u(1))],
  ["a != literal", ({ u, value }) => u(0).ne(fit(value, u(0)))],
  ["a < b", ({ u }) => u(0).lt(u(1))],
  ["a <= literal", ({ u, value }) => u(0).le(fit(value, u(0)))],
  ["a > b", ({ u }) => u(0).gt(u(1))],
  ["a >= literal", ({ u, value }) => u(0).ge(fit(value, u(0)))],
  [
    "wide a < b",
    ({ u }) =>
      u(0)
        .extend(u(0).width + 3)
        .lt(u(1).extend(u(1).width + 2)),
  ],
  ["s == t", ({ s }) => s(0).eq(s(1))],
  ["s < t", ({ s }) => s(0).lt(s(1))],
  ["s <= literal", ({ s, value }) => s(0).le(fitSigned(value, s(0)))],
  ["s > t", ({ s }) => s(0).gt(s(1))],
  ["s >= literal", ({ s, value }) => s(0).ge(fitSigned(value, s(0)) * 3n)],
  ["s + t < s", ({ s }) => s(0).add(s(1)).lt(s(0))],
  ["a[n]", ({ u, n }) => u(0).bit(bitOf(n, u(0)))],
  ["a[b]", ({ u }) => u(0).bit(u(1))],
  ["s[a]", ({ s, u }) => s(0).bit(u(0))],
  ["|a", ({ u }) => u(0).reduceOr()],
  ["&s", ({ s }) => s(0).reduceAnd()],
  ["^a", ({ u }) => u(0).reduceXor()],
  ["^s", ({ s }) => s(0).reduceXor()],
  ["c & d", ({ b }) => b(0).and(b(1))],
  ["c | !d", ({ b }) => b(0).or(b(1).not())],
  ["c ^ d", ({ b }) => b(0).xor(b(1))],
  ["!(c & d)", ({ b }) => b(0).and(b(1)).not()],
  ["c ? d : true", ({ b }) => mux(b(0), b(1), true)],
  ["c ? false : d", ({ b }) => mux(b(0), false, b(1))],
];

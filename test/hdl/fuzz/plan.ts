import fc from "fast-check";

/**
 * A random design as data: what fast-check generates and shrinks. Every number names something modulo what there is, so
 * that a plan means a legal design whatever is taken out of it.
 */
export interface DesignPlan {
  /** The last one is the top; a module holds instances of those before it. */
  readonly modules: readonly ModulePlan[];
}

export interface ModulePlan {
  readonly inputs: readonly { readonly signed: boolean; readonly width: number }[];
  readonly parts: readonly Part[];
  /** Bits of an output; wider values are folded. */
  readonly outputWidth: number;
}

/** Three signals (or fewer) among those that there are, a small number, a width and a literal. */
export interface Picks {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly n: number;
  readonly width: number;
  readonly value: bigint;
}

export interface PortPlan extends Picks {
  readonly access: "read" | "now" | "write";
}

export type Part =
  | (Picks & { readonly kind: "operator"; readonly op: number })
  | (Picks & { readonly kind: "wire" | "register"; readonly signed: boolean; readonly form: number })
  | (Picks & { readonly kind: "machine" | "pipe" | "property" })
  | (Picks & { readonly kind: "instance"; readonly count: number; readonly ownReset: boolean })
  | (Picks & {
      readonly kind: "memory";
      readonly depth: number;
      readonly lanes: number;
      readonly old: boolean;
      /** One port that reads or writes, instead of write ports. */
      readonly single: boolean;
      readonly ports: readonly PortPlan[];
    });

export const WIDEST = 200;
const number = fc.nat(10_000);
const width = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 12 }) },
  { weight: 3, arbitrary: fc.constantFrom(1, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 70 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: WIDEST }) },
);
const literal = fc.oneof(fc.bigInt({ min: 0n, max: 9n }), fc.bigInt({ min: 0n, max: 1n << 200n }));
const picks = { a: number, b: number, c: number, n: fc.nat(20), width, value: literal };

const port = fc.record<PortPlan>({
  ...picks,
  access: fc.constantFrom("read" as const, "now" as const, "write" as const),
});
const part: fc.Arbitrary<Part> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ kind: fc.constant("operator" as const), op: number, ...picks }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("wire" as const, "register" as const),
      signed: fc.boolean(),
      form: fc.nat(26),
      ...picks,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("machine" as const, "pipe" as const, "property" as const),
      ...picks,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("memory" as const),
      ...picks,
      width: fc.integer({ min: 1, max: 80 }),
      depth: fc.integer({ min: 1, max: 17 }),
      lanes: fc.integer({ min: 0, max: 4 }),
      old: fc.boolean(),
      single: fc.boolean(),
      ports: fc.array(port, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("instance" as const),
      count: fc.constantFrom(1, 2, 4, 5, 8),
      ownReset: fc.boolean(),
      ...picks,
    }),
  },
);

const modulePlan = (most: number): fc.Arbitrary<ModulePlan> =>
  fc.record({
    inputs: fc.array(fc.record({ signed: fc.boolean(), width }), { minLength: 1, maxLength: 5 }),
    parts: fc.array(part, { minLength: 1, maxLength: most, size: "max" }),
    outputWidth: width,
  });

/** Designs of one to three modules. */
export const designPlan: fc.Arbitrary<DesignPlan> = fc
  .tuple(fc.array(modulePlan(9), { maxLength: 2, size: "max" }), modulePlan(30))
  .map(([inner, top]) => ({ modules: [...inner, top] }));

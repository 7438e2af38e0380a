import type { Design, Expr } from "../../src/hdl/ir.ts";
import { constant } from "../../src/hdl/build.ts";
import { rewriteRoots } from "../../src/hdl/walk.ts";

/** A fault in a design: what drives a net of a module is changed. */
export interface Fault {
  readonly module: string;
  readonly net: string;
  readonly change: (value: Expr) => Expr;
}

/** Puts a fault into an elaborated design. Throws when there is no such net: a test of a fault must have one. */
export function withFault(design: Design, { module, net, change }: Fault): Design {
  let places = 0;
  for (const candidate of design.modules.filter(({ name }) => name === module)) {
    rewriteRoots(candidate, (expr, { target }) => {
      if (target?.name !== net) return expr;
      places++;
      return change(expr);
    });
  }
  if (places === 0) throw new Error(`nothing drives ${net} of ${module}`);
  return design;
}

/** The net stuck at a value. */
export const stuckAt =
  (value: bigint) =>
  ({ width, signed }: Expr): Expr =>
    constant(value, width, signed);

import { BoolWire, Signal, SintWire, UintWire } from "../../hdl/index.ts";
import type { Data, Plain } from "../../hdl/index.ts";

/**
 * Wires two ends of the same bundle together, signal by signal: of each pair one can be driven and is driven by the
 * other. Ends are ports of two instances that face each other, or of an instance and its parent; `b` may have more
 * fields than `a`.
 */
export function connect<A extends Data, B extends Data>(a: A, b: Plain<B> extends Plain<A> ? B : never): void {
  join(a, b, "");
}

function join(a: unknown, b: unknown, path: string): void {
  if (a instanceof Signal && b instanceof Signal) {
    const [to, from] = isDriven(a) ? [a, b] : [b, a];
    if (!isDriven(to) || isDriven(from))
      throw new Error(`connect: of ${path || "the signals"} one must be driven and one read`);
    // The kinds agree by type.
    (to as unknown as { set(value: Signal): void }).set(from);
    return;
  }
  const other = b as Readonly<Record<string, unknown>>;
  for (const [name, part] of Object.entries(a as Readonly<Record<string, unknown>>)) {
    join(part, other[name], path === "" ? name : `${path}.${name}`);
  }
}

const isDriven = (signal: Signal): boolean =>
  signal instanceof BoolWire || signal instanceof UintWire || signal instanceof SintWire;

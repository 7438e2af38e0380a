import * as build from "./build.ts";
import { report } from "./context.ts";
import type { Expr } from "./ir.ts";
import type { Site } from "./location.ts";

/** Checks at elaboration of what the type checker refuses, for JavaScript and for values typed as `any`. */

/** The widest signal allowed, to catch runaway growth. */
const maximumWidth = 65_536;

/** `8 bits`, `1 bit`. */
export function bitCount(width: number): string {
  return width === 1 ? "1 bit" : `${width} bits`;
}

/** Whether a value is a signal; works before the classes of signals are loaded. */
export function isSignal(value: unknown): value is { readonly expr: Expr; readonly kind: "uint" | "sint" | "bool" } {
  return (
    typeof value === "object" && value !== null && "expr" in value && "kind" in value && typeof value.kind === "string"
  );
}

/** What a value is, for a message: `undefined`, `the number 3`, `a signed signal of 8 bits`. */
export function describe(value: unknown): string {
  if (isSignal(value)) {
    if (value.kind === "bool") return "a Bool";
    return `${value.kind === "sint" ? "a signed" : "an unsigned"} signal of ${bitCount(value.expr.width)}`;
  }
  switch (typeof value) {
    case "undefined":
      return "undefined";
    case "number":
    case "bigint":
      return `the number ${value}`;
    case "boolean":
      return `the JavaScript value ${value}`;
    case "string":
      return `the string ${JSON.stringify(value)}`;
    case "function":
      return "a function";
    default:
      return value === null ? "null" : Array.isArray(value) ? "an array" : "a record";
  }
}

/** The expression of a condition; anything but a `Bool` is reported under the name of who `takes` it. */
export function conditionOf(value: unknown, takes: string): Expr {
  if (isSignal(value) && value.kind === "bool") return value.expr;
  report({
    code: "hdl-condition",
    message: `${takes} takes a Bool, but got ${describe(value)}`,
    help: conditionHelp(value),
  });
  return build.constant(1n, 1, false);
}

function conditionHelp(value: unknown): string {
  if (isSignal(value)) {
    return value.expr.width === 1 ? "convert it: .asBool()" : "compare it, for example .ne(0), or take a bit: .bit(0)";
  }
  if (typeof value === "boolean") {
    return "on signals ===, ! and && are methods: a.eq(b), a.not(), a.and(b); a choice made at elaboration is a plain if";
  }
  if (value === undefined) return "a port, a field or an array element of this name is missing";
  return "a constant condition is boolLit(true)";
}

/** Whether `width` is one that a signal may have; if not, it is reported as that of the call `what`. */
export function isWidth(what: string, width: number): boolean {
  if (Number.isInteger(width) && width >= 1 && width <= maximumWidth) return true;
  report({
    code: "hdl-width",
    message: `${what}(${String(width)}): a width is a whole number from 1 to ${maximumWidth}`,
    help: width === 0 ? "indexWidth(n) gives at least one bit for an index below n" : undefined,
  });
  return false;
}

/** Runs a callback of the user; one that is no function, or that runs later, is reported. */
export function runBody(body: unknown, what: string, site?: Site): void {
  if (typeof body !== "function") {
    report({
      code: "hdl-body",
      message: `the body of ${what} is ${describe(body)}, not a function`,
      site,
      help: "hardware inside it is written in a function: () => { … }",
    });
    return;
  }
  const result: unknown = (body as () => unknown)();
  if (typeof result === "object" && result !== null && "then" in result) {
    // Nothing that comes after the first await is hardware; what it throws there is told here already.
    void (result as Promise<unknown>).then(undefined, () => undefined);
    report({
      code: "hdl-body",
      message: `the body of ${what} is asynchronous`,
      site,
      help: "hardware is described at once: take async and await out",
    });
  }
}

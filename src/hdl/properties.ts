import { scope } from "./context.ts";
import { conditionOf } from "./guards.ts";
import type { Property } from "./ir.ts";
import { callSite } from "./location.ts";
import type { Bool } from "./signal.ts";

/** `condition` must hold at every clock edge outside reset where the enclosing `when`s apply. */
export function assert(condition: Bool, message: string): void {
  add("assert", condition, message);
}

/** What the environment promises: as `assert` in simulation, an assumption in a proof. */
export function assume(condition: Bool, message: string): void {
  add("assume", condition, message);
}

/** Something that ought to happen. */
export function cover(condition: Bool, message: string): void {
  add("cover", condition, message);
}

function add(check: Property["check"], condition: Bool, message: string): void {
  const { statements, domain } = scope(check);
  const made = conditionOf(condition, check);
  statements.push({ kind: "property", check, condition: made, message, domain, site: callSite() });
}

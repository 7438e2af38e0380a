import type { Net } from "./ir.ts";
import { topFrame, type Site } from "./location.ts";
import { didYouMean, sourceLines, type Problem } from "./problems.ts";
import { Bool, Sint, Uint } from "./signal.ts";

/** Slips of the pen that the type checker refuses and JavaScript answers with an exception of its own. */

const methods = [...new Set([Uint, Sint, Bool].flatMap(({ prototype }) => methodsOf(prototype)))];

function methodsOf(prototype: object): string[] {
  const inherited: unknown = Object.getPrototypeOf(prototype);
  const own = Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
  return inherited === null || inherited === Object.prototype ? own : [...own, ...methodsOf(inherited as object)];
}

/** The problem that an exception in the user's own code is, or `undefined` when it is none of these. */
export function slipOf(error: unknown, ports: readonly Net[]): Problem | undefined {
  if (!(error instanceof TypeError || error instanceof ReferenceError)) return undefined;
  const site = topFrame(error);
  if (site === undefined) return undefined;
  return { code: "hdl-javascript", message: error.message, site, help: helpFor(error.message, site, ports) };
}

function helpFor(message: string, site: Site, ports: readonly Net[]): string | undefined {
  const called = /([\w$]+) is not a function/.exec(message)?.[1];
  if (called === "set") return "only wires, outputs and the inputs of instances are driven by .set(…)";
  if (called !== undefined) return suggest(called, methods);
  if (/^Cannot assign to read only property/.test(message))
    return "wires and outputs are driven by .set(…), registers by .next = …";
  if (!/^Cannot read properties of (?:undefined|null)/.test(message)) return undefined;
  const property = /reading '([\w$]+)'/.exec(message)?.[1] ?? "";
  const line = sourceLines(site.file)[site.line - 1] ?? "";
  const missing = new RegExp(`([\\w$]+)[!?]*\\.${property}\\b`).exec(line)?.[1];
  const names = [...new Set(ports.flatMap(({ hint }) => [hint, hint.split("_")[0]!]))];
  const near = missing === undefined ? undefined : suggest(missing, names);
  return near ?? "a parameter, a port, a field or an array element of this name is missing";
}

function suggest(word: string, names: readonly string[]): string | undefined {
  const near = didYouMean(word, names);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

import { openScope, report, scope } from "./context.ts";
import type { Like, Reg, Wire } from "./data.ts";
import type { Module, Net } from "./ir.ts";
import { callSite, type Site } from "./location.ts";
import { BoolReg, BoolWire, SintReg, SintWire, UintReg, UintWire } from "./nets.ts";
import { fitLiteral, type Operand } from "./operators.ts";
import { didYouMean } from "./problems.ts";
import { isScalar, type ScalarShape, type Shape } from "./shapes.ts";
import type { Signal } from "./signal.ts";
import { nameAt } from "./source-names.ts";
import { buildTree } from "./tree.ts";
import { isVerilogKeyword, otherName } from "./verilog/keywords.ts";

/** Options of every declaration; a name is read from the source when none is given. */
export interface DeclareOptions {
  readonly name?: string;
}

/** The reset value of a register (0 unless said otherwise), or `false` for a register that reset leaves alone. */
export interface RegOptions<S> extends DeclareOptions {
  readonly reset?: Like<S> | false;
}

/** A net driven by the statements of this body. Every path must drive it: start with a default. */
export function wire<S extends Shape>(shape: S, options: DeclareOptions = {}): Wire<S> {
  return wireAt(shape, declaration("a wire", "wire", options.name));
}

/** A wire under a declaration made before. */
export function wireAt<S extends Shape>(shape: S, at: Declaration): Wire<S> {
  return buildTree(shape, at.hint, "set", (leaf, name) => {
    return wireSignal(leaf, declareNet(at.module, "wire", name, leaf, at.site));
  }) as Wire<S>;
}

/** A register; `.next =` says its value after the next clock edge, unassigned it keeps the present one. */
export function reg<S extends Shape>(shape: S, options: RegOptions<S> = {}): Reg<S> {
  return regAt(shape, declaration("a register", "reg", options.name), options.reset);
}

/** A register under a declaration made before. */
export function regAt<S extends Shape>(shape: S, at: Declaration, reset: Like<S> | false | undefined): Reg<S> {
  if (reset !== undefined && reset !== false) checkResetFields(shape, reset, at.hint);
  return buildTree(shape, at.hint, "next", (leaf, name, path) => {
    const value = resetValue(reset, path, leaf, name);
    return regSignal(leaf, declareNet(at.module, "reg", name, leaf, at.site, value));
  }) as Reg<S>;
}

/** Fields of a reset value that the register does not have. */
function checkResetFields(shape: Shape, reset: unknown, name: string): void {
  if (typeof shape !== "object" || isScalar(shape) || typeof reset !== "object" || reset === null) return;
  const fields = shape as Readonly<Record<string, Shape>>;
  for (const [key, value] of Object.entries(reset)) {
    const field = fields[key];
    if (field !== undefined) {
      checkResetFields(field, value, `${name}_${key}`);
      continue;
    }
    const near = didYouMean(key, Object.keys(fields));
    const help = near === undefined ? `its fields are ${Object.keys(fields).join(", ")}` : `did you mean "${near}"?`;
    report({ code: "hdl-reset", message: `register "${name}" has no field "${key}" to reset`, help });
  }
}

/** Where something is declared: the open module, the wished name and the call site. */
export interface Declaration {
  readonly module: Module;
  readonly hint: string;
  readonly site: Site | undefined;
}

/** The declaration being made: its name is the one given, or read from the source, or `fallback`, then the indices of enclosing `times`. */
export function declaration(what: string, fallback: string, name: string | undefined): Declaration {
  const { module, indices } = scope(what);
  const site = callSite(declaration);
  if (name !== undefined && name !== "") checkName(name);
  const base = name ?? nameAt(site).name ?? fallback;
  return { module, hint: [base, ...indices].join("_"), site };
}

/** A name given by hand stays as it is, so it must be one that Verilog takes. */
function checkName(name: string): void {
  if (isVerilogKeyword(name)) {
    report({ code: "hdl-name", message: `the name "${name}" is a Verilog keyword`, help: otherName(name, "value") });
  } else if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name) || name.includes("__")) {
    const help = "use letters, digits and single underscores, a letter first";
    report({ code: "hdl-name", message: `the name "${name}" is not a plain identifier`, help });
  }
}

export function declareNet(
  owner: Module,
  kind: "wire" | "reg" | "read",
  hint: string,
  leaf: ScalarShape,
  site: Site | undefined,
  reset?: bigint,
  more: Pick<Net, "resetLabel" | "stage"> = {},
): Net {
  const { width } = leaf;
  const domain = kind === "reg" ? openScope()?.domain : undefined;
  const net: Net = {
    kind,
    owner,
    width,
    signed: leaf.kind === "sint",
    hint,
    name: hint,
    site,
    reset,
    domain,
    ...more,
  };
  owner.nets.push(net);
  return net;
}

/** A drivable signal for a net. */
export function wireSignal(leaf: ScalarShape, net: Net): Signal {
  return new { bool: BoolWire, uint: UintWire, sint: SintWire }[leaf.kind](net);
}

/** A register's signal for a net. */
export function regSignal(leaf: ScalarShape, net: Net): Signal {
  return new { bool: BoolReg, uint: UintReg, sint: SintReg }[leaf.kind](net);
}

function resetValue(reset: unknown, path: readonly string[], leaf: ScalarShape, name: string): bigint | undefined {
  if (reset === false) return undefined;
  let value: unknown = reset;
  for (const key of path) value = (value as Readonly<Record<string, unknown>> | undefined)?.[key];
  if (value === undefined) return 0n;
  const expr = fitLiteral(value as Operand, leaf.width, leaf.kind === "sint", `register "${name}"`);
  if (expr.kind === "const") return expr.value;
  report({ code: "hdl-reset", message: `the reset value of register "${name}" is not a constant` });
  return 0n;
}

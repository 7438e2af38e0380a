/**
 * The intermediate form. A design is a list of modules; a module holds nets, memories, instances and a body of
 * statements; statements hold expressions. Everything a later stage needs (the Verilog emitter, a simulator, a
 * formal back end) is here, and nothing of the TypeScript front end is.
 *
 * Expressions form a DAG: a node used twice is shared by identity, and passes preserve that. Every expression has a
 * `width` of at least 1 and a `signed` flag; its value is the bit pattern read as two's complement when signed.
 */
import type { Site } from "./location.ts";

interface Typed {
  readonly width: number;
  readonly signed: boolean;
  /** Where the user wrote it; the name of a temporary comes from here. */
  readonly site?: Site | undefined;
  /** The place in a bundle made by one operator, joined by underscores. */
  readonly field?: string | undefined;
}

/** A literal. `value` lies in the range of the type (negative only when signed). `label` makes it a localparam. */
export interface Const extends Typed {
  readonly kind: "const";
  readonly value: bigint;
  readonly label?: string | undefined;
}

/** The present value of a net. Width and sign are the net's. */
export interface Ref extends Typed {
  readonly kind: "ref";
  readonly net: Net;
}

export type UnaryOp = "not" | "neg" | "reduceOr" | "reduceAnd" | "reduceXor";

/** `not`, `neg`: operand of the result's width and sign. `reduce*`: any operand, one unsigned bit. */
export interface Unary extends Typed {
  readonly kind: "unary";
  readonly op: UnaryOp;
  readonly operand: Expr;
}

export type ArithmeticOp = "add" | "sub" | "mul" | "and" | "or" | "xor";
export type CompareOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge";
export type ShiftOp = "shl" | "shr";
export type BinaryOp = ArithmeticOp | CompareOp | ShiftOp;

/**
 * Arithmetic: both operands have the result's width and sign; the result is modulo 2^width.
 * Comparison: the operands agree in width and sign; the result is one unsigned bit.
 * Shift: `left` has the result's width and sign, `right` is unsigned of any width; `shr` of a signed is arithmetic.
 */
export interface Binary extends Typed {
  readonly kind: "binary";
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
}

/** `condition` is one unsigned bit; both branches have the result's width and sign. */
export interface Mux extends Typed {
  readonly kind: "mux";
  readonly condition: Expr;
  readonly whenTrue: Expr;
  readonly whenFalse: Expr;
}

/** The arm whose value equals the unsigned `selector`, or `otherwise`. Arms have the result's width and sign. */
export interface Case extends Typed {
  readonly kind: "case";
  readonly selector: Expr;
  readonly arms: readonly { readonly value: bigint; readonly expr: Expr }[];
  readonly otherwise: Expr;
}

/** The parts side by side, first part in the most significant bits; unsigned; width is the sum. */
export interface Cat extends Typed {
  readonly kind: "cat";
  readonly parts: readonly Expr[];
}

/** Bits `high` down to `low` of the operand; unsigned; width is `high - low + 1`. */
export interface Slice extends Typed {
  readonly kind: "slice";
  readonly operand: Expr;
  readonly high: number;
  readonly low: number;
}

/** The operand extended (by its own sign) or truncated to `width`; the sign is the operand's. */
export interface Resize extends Typed {
  readonly kind: "resize";
  readonly operand: Expr;
}

/** The operand's bit pattern under the other sign; width is the operand's. */
export interface Cast extends Typed {
  readonly kind: "cast";
  readonly operand: Expr;
}

export type Expr = Const | Ref | Unary | Binary | Mux | Case | Cat | Slice | Resize | Cast;

/**
 * - `input`, `output`: a port of the module itself.
 * - `wire`: driven by the statements of the body, the last assignment that applies wins.
 * - `reg`: as a wire, but the assignment takes effect at the next rising clock edge; keeps its value otherwise.
 * - `pin`: a port of an instance as the parent sees it: `direction` is the child's. An input pin is driven like a wire.
 * - `read`: the data of a memory's read port.
 * - `reset`: the module's own implicit reset, read.
 */
export type NetKind = "input" | "output" | "wire" | "reg" | "pin" | "read" | "reset";

/** Something with a name and bits. `hint` is the wish, `name` is final after the name pass. */
export interface Net {
  readonly kind: NetKind;
  readonly owner: Module;
  readonly width: number;
  readonly signed: boolean;
  readonly hint: string;
  readonly site: Site | undefined;
  name: string;
  /** Registers: the reset value, or `undefined` for a register without reset. */
  readonly reset?: bigint | undefined;
  /** The localparam that names the reset value. */
  readonly resetLabel?: string;
  /**
   * Registers, resets and ports declared so: the clock domain, by its name in the owner; `undefined` is the owner's own clock, or
   * a port whose domain follows from its use.
   */
  readonly domain?: string | undefined;
  /** Registers of a synchroniser: the stage, from 0. Stage 0 may take its value from another domain. */
  readonly stage?: number;
  /** Pins: the instance and the child's port. */
  readonly instance?: Instance;
  port?: Net;
}

/** `bits` per mask lane; a sync read appears one clock after its address, an async read in the same cycle. */
export interface Memory {
  readonly hint: string;
  name: string;
  readonly site: Site | undefined;
  readonly width: number;
  readonly depth: number;
  readonly readUnderWrite: "old" | "undefined";
  readonly maskBits: number | undefined;
  readonly init: readonly bigint[] | undefined;
  readonly ports: MemoryPort[];
}

/**
 * `read`: `data` is the word at `address`; sync reads hold it while `enable` is low.
 * `write`: stores `value` (lanes whose `mask` bit is set) while `enable` is high.
 * `readWrite`: one port that writes while `enable` and `write` are high and reads (sync) while only `enable` is.
 */
export interface MemoryPort {
  readonly kind: "read" | "write" | "readWrite";
  readonly sync: boolean;
  readonly address: Expr;
  readonly enable: Expr | undefined;
  readonly write?: Expr | undefined;
  readonly data?: Net | undefined;
  readonly value?: Expr | undefined;
  readonly mask?: Expr | undefined;
  /** The clock domain in which the port works. */
  readonly domain?: string | undefined;
  readonly site: Site | undefined;
}

/**
 * A child module; `pins` follow the child's port order. `domain` is the parent's clock domain that drives the child's own clock,
 * `domains` says so for each of the child's further domains. `reset`, when given, replaces that domain's reset for the child's own
 * clock, `resets` for its further domains.
 */
export interface Instance {
  readonly hint: string;
  name: string;
  readonly site: Site | undefined;
  module: Module;
  readonly pins: Net[];
  reset: Expr | undefined;
  readonly domain?: string | undefined;
  readonly domains: ReadonlyMap<string, string | undefined>;
  readonly resets: Map<string, Expr>;
}

/** Drives a net; `value` has the net's width and sign. */
export interface Assign {
  readonly kind: "assign";
  readonly target: Net;
  readonly value: Expr;
  readonly site: Site | undefined;
}

/** Both branches may be empty. `elsewhen` is a `when` alone in `otherwise`. */
export interface When {
  readonly kind: "when";
  readonly condition: Expr;
  readonly then: Statement[];
  readonly otherwise: Statement[];
  readonly site: Site | undefined;
}

/** Runs the body of the arm whose value the selector has, or `otherwise`; values are distinct. */
export interface Switch {
  readonly kind: "switch";
  readonly selector: Expr;
  readonly arms: readonly { readonly value: Const; readonly body: Statement[] }[];
  readonly otherwise: Statement[];
  readonly site: Site | undefined;
}

/** Checked at every rising edge of its domain's clock, outside reset, where the enclosing conditions hold. */
export interface Property {
  readonly kind: "property";
  readonly check: "assert" | "assume" | "cover";
  readonly condition: Expr;
  readonly message: string;
  readonly domain?: string | undefined;
  readonly site: Site | undefined;
}

export type Statement = Assign | When | Switch | Property;

/** An external module: emitted as instances only; its Verilog comes from elsewhere. */
export interface External {
  readonly parameters: Readonly<Record<string, number | bigint | string>>;
  /** Names of the clock and reset ports, when it has them. */
  readonly clock: string | undefined;
  readonly reset: string | undefined;
  /** Whether an output may depend on an input in the same cycle. */
  readonly combinational: boolean;
}

/**
 * A module. Registers, memories and properties work on the rising edge of one implicit clock, or of the clock of one of the
 * further `domains` of the module; `resetPin` is the net of the implicit synchronous reset, for modules that look at it, and
 * `domainResets` has those of further domains.
 */
export interface Module {
  /** The name asked for; `name` is unique in the design after the name pass. */
  readonly hint: string;
  name: string;
  readonly params: unknown;
  readonly site: Site | undefined;
  readonly ports: Net[];
  /** Wires, registers and read data, in order of declaration. */
  readonly nets: Net[];
  resetPin: Net | undefined;
  /** Further clock domains, in order of declaration. */
  readonly domains: string[];
  readonly domainResets: Map<string, Net>;
  readonly memories: Memory[];
  readonly instances: Instance[];
  readonly body: Statement[];
  readonly external: External | undefined;
}

/** Modules with every child before its parents; the last one is `top`. */
export interface Design {
  readonly top: Module;
  readonly modules: Module[];
}

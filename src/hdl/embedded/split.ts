import * as build from "../build.ts";
import type { Expr, Module, Net } from "../ir.ts";
import { operandsOf, portExpressions, withOperands } from "../walk.ts";
import { rewriteLowered, type Lowered } from "./lower.ts";

/** Instances of one module in another that make it worth splitting its nets: they may be simulated in vectors. */
const WORTH_SPLITTING = 4;

/**
 * Splits nets of several fields, as bundles packed for a link between neighbours are, where every reader takes whole fields
 * and every driver hands them on or puts them together: through registers, ports and pins, all the way. Vectors then
 * compute with each field in lanes of its own width, and nobody packs and unpacks.
 */
export function splitNets(modules: readonly Lowered[], top: Module): Lowered[] {
  const cuts = new CutFinder(modules, top);
  cuts.run();
  return modules.map((lowered) => new Splitter(cuts).split(lowered));
}

interface Group {
  parent: Group | undefined;
  /** Bits at which a field begins. */
  readonly cuts: Set<number>;
  /** Fields, by their lowest bit, that are read as signed numbers. */
  readonly signed: Set<number>;
  /** Somebody needs or makes all bits at once. */
  whole: boolean;
  repeated: boolean;
}

/** A net whose bits from `low` on are those of `net`. */
interface Link {
  readonly sink: Net;
  readonly low: number;
  readonly net: Net;
  /** The sink is a part of the net, not the net of the sink. */
  readonly inside: boolean;
}

/** Finds out which nets are made of which fields. */
class CutFinder {
  readonly #modules: readonly Lowered[];
  readonly #top: Module;
  readonly #groups = new Map<Net, Group>();
  readonly #links: Link[] = [];
  /** Parts of a concatenation that are computed: no field may begin inside. */
  readonly #solid: { readonly sink: Net; readonly low: number; readonly high: number }[] = [];
  readonly #fields = new Map<Net, readonly Net[]>();
  readonly #seen = new Set<Expr>();

  constructor(modules: readonly Lowered[], top: Module) {
    this.#modules = modules;
    this.#top = top;
  }

  run(): void {
    const repeated = repeatedModules(this.#modules);
    for (const lowered of this.#modules) {
      for (const [net, expr] of lowered.definitions) this.#copy(net, expr, new Set());
      for (const { broken } of lowered.properties) this.#use(broken);
      for (const { ports } of lowered.memories) {
        for (const port of ports) for (const [, expr] of portExpressions(port)) this.#use(expr);
      }
      for (const pins of lowered.pins.values()) for (const [port, pin] of pins) this.#join(port, pin);
    }
    for (const [net, group] of this.#groups) {
      const root = rootOf(group);
      if (repeated.has(net.owner)) root.repeated = true;
    }
    for (let again = true; again;) {
      again = false;
      for (const { sink, low, net, inside } of this.#links) {
        for (const cut of this.#group(sink).cuts) {
          const own = inside ? cut + low : cut - low;
          if (own <= 0 || own >= net.width) continue;
          const { cuts } = this.#group(net);
          if (!cuts.has(own)) again = true;
          cuts.add(own);
        }
      }
    }
    for (const { sink, low, high } of this.#solid) {
      const group = this.#group(sink);
      for (const cut of group.cuts) if (cut > low && cut <= high) group.whole = true;
    }
  }

  /** The nets of the fields, lowest first; `undefined` for a net that stays whole. */
  fieldsOf(net: Net): readonly Net[] | undefined {
    const group = this.#groups.get(net);
    if (group === undefined || !this.#isCandidate(net)) return undefined;
    const { cuts, signed, whole, repeated } = rootOf(group);
    if (whole || !repeated || cuts.size === 0) return undefined;
    let fields = this.#fields.get(net);
    if (fields === undefined) {
      const bounds = [0, ...[...cuts].sort((a, b) => a - b), net.width];
      const ports = net.port === undefined ? undefined : this.fieldsOf(net.port);
      fields = bounds.slice(1).map((end, index): Net => {
        const low = bounds[index]!;
        const name = `${net.name}_${end - 1}_${low}`;
        const width = end - low;
        const isSigned = signed.has(low) && width > 1;
        const reset = net.reset === undefined ? undefined : build.wrapValue(net.reset >> BigInt(low), width, isSigned);
        return {
          ...net,
          width,
          signed: isSigned,
          hint: name,
          name,
          reset,
          ...(ports === undefined ? {} : { port: ports[index]! }),
        };
      });
      this.#fields.set(net, fields);
    }
    return fields;
  }

  #isCandidate(net: Net): boolean {
    if (net.kind === "read" || net.kind === "reset") return false;
    return net.owner !== this.#top || (net.kind !== "input" && net.kind !== "output");
  }

  #group(net: Net): Group {
    let group = this.#groups.get(net);
    if (group === undefined) {
      group = { parent: undefined, cuts: new Set(), signed: new Set(), whole: false, repeated: false };
      this.#groups.set(net, group);
    }
    return rootOf(group);
  }

  /** Makes two nets one group; a net that is never split is no part of any. */
  #join(a: Net, b: Net): void {
    if (!this.#isCandidate(a) || !this.#isCandidate(b)) return;
    const [kept, gone] = [this.#group(a), this.#group(b)];
    if (kept === gone) return;
    gone.parent = kept;
    for (const cut of gone.cuts) kept.cuts.add(cut);
    for (const low of gone.signed) kept.signed.add(low);
    kept.whole ||= gone.whole;
  }

  /** Looks at what drives a net. */
  #copy(sink: Net, expr: Expr, seen: Set<Expr>): void {
    if (seen.has(expr)) return;
    seen.add(expr);
    switch (expr.kind) {
      case "const":
        return;
      case "ref":
        this.#join(sink, expr.net);
        return;
      case "cast":
        this.#copy(sink, expr.operand, seen);
        return;
      case "mux":
        this.#use(expr.condition);
        this.#copy(sink, expr.whenTrue, seen);
        this.#copy(sink, expr.whenFalse, seen);
        return;
      case "slice":
        if (expr.operand.kind !== "ref") break;
        this.#cut(expr.operand.net, expr.low, expr.high, false);
        this.#links.push({ sink, low: expr.low, net: expr.operand.net, inside: true });
        return;
      case "cat": {
        let low = expr.width;
        for (const part of expr.parts) {
          low -= part.width;
          const inner = part.kind === "cast" ? part.operand : part;
          if (inner.kind === "ref") this.#links.push({ sink, low, net: inner.net, inside: false });
          else if (inner.kind !== "const") {
            this.#use(inner);
            this.#solid.push({ sink, low, high: low + part.width - 1 });
          }
        }
        return;
      }
    }
    this.#use(expr);
    this.#group(sink).whole = true;
  }

  /** Looks at who reads what. */
  #use(expr: Expr): void {
    if (this.#seen.has(expr)) return;
    this.#seen.add(expr);
    if (expr.kind === "ref") {
      this.#group(expr.net).whole = true;
      return;
    }
    const inner = expr.kind === "cast" ? expr.operand : expr;
    if (inner.kind === "slice" && inner.operand.kind === "ref") {
      this.#cut(inner.operand.net, inner.low, inner.high, expr.signed);
      return;
    }
    if (inner.kind === "resize" && inner.operand.kind === "ref" && inner.width < inner.operand.width) {
      this.#cut(inner.operand.net, 0, inner.width - 1, expr.signed);
      return;
    }
    for (const operand of operandsOf(expr)) this.#use(operand);
  }

  #cut(net: Net, low: number, high: number, signed: boolean): void {
    const group = this.#group(net);
    if (low > 0) group.cuts.add(low);
    if (high + 1 < net.width) group.cuts.add(high + 1);
    if (signed) group.signed.add(low);
  }
}

function rootOf(group: Group): Group {
  let root = group;
  while (root.parent !== undefined) root = root.parent;
  return root;
}

/** Modules that stand side by side in another, and what is inside them. */
function repeatedModules(modules: readonly Lowered[]): Set<Module> {
  const repeated = new Set<Module>();
  // Children come before their parents.
  for (const { module } of [...modules].reverse()) {
    const counts = new Map<Module, number>();
    for (const instance of module.instances) counts.set(instance.module, (counts.get(instance.module) ?? 0) + 1);
    for (const [child, count] of counts) if (count >= WORTH_SPLITTING || repeated.has(module)) repeated.add(child);
  }
  return repeated;
}

/** Rewrites a module over the fields of its nets. */
class Splitter {
  readonly #cuts: CutFinder;
  readonly #rewritten = new Map<Expr, Expr>();
  readonly #parts = new Map<Expr, Map<number, Expr>>();

  constructor(cuts: CutFinder) {
    this.#cuts = cuts;
  }

  split(lowered: Lowered): Lowered {
    const { ports, nets } = lowered.module;
    const pinned = [...lowered.pins.values()].flatMap((pinsOf) => [...pinsOf.values()]);
    const isSplit = (net: Net): boolean => this.#cuts.fieldsOf(net) !== undefined;
    if (![ports, nets, pinned].some((some) => some.some(isSplit))) return lowered;
    const definitions = [...lowered.definitions].flatMap(([net, expr]): [Net, Expr][] => {
      const fields = this.#cuts.fieldsOf(net);
      if (fields === undefined) return [[net, expr]];
      let low = 0;
      return fields.map((field) => {
        const part = castTo(this.#part(expr, low, low + field.width - 1), field.signed);
        low += field.width;
        return [field, part];
      });
    });
    const whole = { ...lowered, definitions: new Map(definitions) };
    const parts = new Map<Net, { whole: Net; low: number }>();
    const registers = lowered.registers.flatMap((net) => {
      const fields = this.#cuts.fieldsOf(net) ?? [net];
      let low = 0;
      for (const field of fields) {
        if (field !== net) parts.set(field, { whole: net, low });
        low += field.width;
      }
      return fields;
    });
    const pins = new Map(
      [...lowered.pins].map(([instance, pinsOf]) => {
        const fields = [...pinsOf].flatMap(([port, pin]): (readonly [Net, Net])[] => {
          const ports = this.#cuts.fieldsOf(port);
          const parts = this.#cuts.fieldsOf(pin);
          return ports === undefined || parts === undefined ? [[port, pin]] : ports.map((p, i) => [p, parts[i]!]);
        });
        return [instance, new Map(fields)];
      }),
    );
    return { ...rewriteLowered(whole, (expr) => this.#rewrite(expr)), registers, parts, pins };
  }

  #rewrite(expr: Expr): Expr {
    let result = this.#rewritten.get(expr);
    if (result === undefined) this.#rewritten.set(expr, (result = this.#rewriteNew(expr)));
    return result;
  }

  #rewriteNew(expr: Expr): Expr {
    switch (expr.kind) {
      case "const":
        return expr;
      case "ref":
        return castTo(this.#bits(expr.net, 0, expr.width - 1) ?? expr, expr.signed);
      case "slice":
        if (expr.operand.kind === "ref") {
          return castTo(this.#bits(expr.operand.net, expr.low, expr.high) ?? expr, false);
        }
        break;
      case "resize":
        if (expr.operand.kind === "ref" && expr.width < expr.operand.width) {
          return castTo(this.#bits(expr.operand.net, 0, expr.width - 1) ?? expr, expr.signed);
        }
        break;
      case "cast":
        return castTo(this.#rewrite(expr.operand), expr.signed);
    }
    return withOperands(expr, (operand) => this.#rewrite(operand));
  }

  /** Bits of a net that is split; `undefined` for another. */
  #bits(net: Net, low: number, high: number): Expr | undefined {
    const fields = this.#cuts.fieldsOf(net);
    if (fields === undefined) return undefined;
    const parts: Expr[] = [];
    let first = 0;
    let at = 0;
    for (const field of fields) {
      if (at <= low) first = at;
      if (at + field.width > low && at <= high) parts.unshift(refTo(field));
      at += field.width;
    }
    const all = parts.length === 1 ? parts[0]! : build.cat(parts);
    return first === low && all.width === high - low + 1 ? all : build.slice(all, high - first, low - first);
  }

  /** Bits of what drives a split net, which a field of it takes. */
  #part(expr: Expr, low: number, high: number): Expr {
    if (low === 0 && high === expr.width - 1) return expr;
    let parts = this.#parts.get(expr);
    if (parts === undefined) this.#parts.set(expr, (parts = new Map<number, Expr>()));
    const key = low * 65_536 + high;
    let part = parts.get(key);
    if (part === undefined) parts.set(key, (part = this.#newPart(expr, low, high)));
    return part;
  }

  #newPart(expr: Expr, low: number, high: number): Expr {
    const width = high - low + 1;
    switch (expr.kind) {
      case "const":
        return build.constant(build.wrapValue(expr.value >> BigInt(low), width, false), width, false);
      case "cast":
        return this.#part(expr.operand, low, high);
      case "mux": {
        const [whenTrue, whenFalse] = [expr.whenTrue, expr.whenFalse].map((branch) =>
          castTo(this.#part(branch, low, high), false),
        );
        return build.choose(expr.condition, whenTrue!, whenFalse!);
      }
      case "slice":
        return this.#part(expr.operand, low + expr.low, high + expr.low);
      case "cat": {
        const pieces: Expr[] = [];
        let at = expr.width;
        for (const part of expr.parts) {
          at -= part.width;
          const [from, to] = [Math.max(low, at), Math.min(high, at + part.width - 1)];
          if (from <= to) pieces.push(this.#part(part, from - at, to - at));
        }
        return pieces.length === 1 ? pieces[0]! : build.cat(pieces);
      }
      default:
        return build.slice(expr, high, low);
    }
  }
}

function refTo(net: Net): Expr {
  return { kind: "ref", net, width: net.width, signed: net.signed };
}

/** The same bits under a sign. */
function castTo(expr: Expr, signed: boolean): Expr {
  if (expr.signed === signed) return expr;
  return expr.kind === "cast" ? expr.operand : build.cast(expr, signed);
}

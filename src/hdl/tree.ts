import { constant } from "./build.ts";
import { report } from "./context.ts";
import { describe } from "./guards.ts";
import type { Data, Plain, ShapeOf } from "./data.ts";
import { atOneSite } from "./location.ts";
import { checkShape, isArray, isScalar, type ScalarShape, type Shape } from "./shapes.ts";
import { didYouMean } from "./problems.ts";
import { shapeOfSignal, Signal, signalLike, Uint } from "./signal.ts";

/** Records and arrays of signals, walked leaf by leaf in declaration order. */

type Tree = Signal | readonly Tree[] | { readonly [field: string]: Tree };
type Path = readonly string[];

/** How a whole bundle is assigned: by a method, a setter, or not at all. */
export type Verb = "set" | "next" | "none";

/** Makes the signal of a leaf from its shape, its flat name and its path. */
export type LeafMaker = (shape: ScalarShape, name: string, path: Path) => Signal;

/** Builds the signals of `shape`; the caller knows their type. */
export function buildTree(shape: Shape, name: string, verb: Verb, leaf: LeafMaker): unknown {
  return build(checkShape(shape, `"${name}"`), name, verb, leaf, []);
}

function build(shape: Shape, name: string, verb: Verb, leaf: LeafMaker, path: Path): Tree {
  if (isScalar(shape)) return leaf(shape, name, path);
  const fields = Object.entries(shape).map(([key, field]): [string, Tree] => {
    checkField(key);
    const inner = `${name}_${key}`;
    return [key, build(checkShape(field, `"${inner}"`), inner, verb, leaf, [...path, key])];
  });
  const tree = isArray(shape) ? fields.map(([, field]) => field) : Object.fromEntries(fields);
  if (verb === "set") {
    Object.defineProperty(tree, "set", {
      value: (value: unknown) => {
        atOneSite(() => {
          assignTree(tree, value, "set");
        });
      },
    });
  }
  if (verb === "next") {
    Object.defineProperty(tree, "next", {
      set: (value: unknown) => {
        atOneSite(() => {
          assignTree(tree, value, "next");
        });
      },
    });
  }
  return Object.freeze(tree);
}

function checkField(key: string): void {
  if (key !== "set" && key !== "next") return;
  report({
    code: "hdl-field",
    message: `a field cannot be called "${key}", which is the verb that assigns the whole bundle`,
    help: "choose another name",
  });
}

function assignTree(target: Tree, value: unknown, verb: "set" | "next"): void {
  if (target instanceof Signal) {
    if (verb === "set") (target as unknown as { set: (value: unknown) => void }).set(value);
    else (target as unknown as { next: unknown }).next = value;
    return;
  }
  if (typeof value !== "object" || value === null || value instanceof Signal) {
    const fields = Object.keys(target).join(", ");
    const help = isArray(target) ? `it has ${target.length} elements` : `its fields are ${fields}`;
    report({ code: "hdl-field", message: `${describe(value)} is assigned to a bundle`, help });
    return;
  }
  const given = value as Readonly<Record<string, unknown>>;
  if (isArray(target) && Array.isArray(value) && value.length > target.length) {
    const message = `an array of ${value.length} is assigned to one of ${target.length}`;
    report({ code: "hdl-field", message, help: "take the elements that are meant with slice" });
  }
  for (const [key, field] of Object.entries<Tree>(target)) {
    if (key in given) {
      assignTree(field, given[key], verb);
      continue;
    }
    const near = didYouMean(key, Object.keys(given));
    report({
      code: "hdl-field",
      message: `field "${key}" is missing from the value assigned to a bundle`,
      help: near === undefined ? "a bundle is assigned as a whole" : `did you mean "${near}"?`,
    });
  }
}

/** Applies `f` to corresponding leaves of values of one shape. */
export function mapLeaves<V extends Data>(values: readonly V[], f: (leaves: readonly Signal[]) => Signal): Plain<V> {
  return zip(values as unknown as readonly Tree[], f, "") as unknown as Plain<V>;
}

function zip(values: readonly Tree[], f: (leaves: readonly Signal[]) => Signal, path: string): Tree {
  const first = values[0]!;
  if (first instanceof Signal) {
    const made = f(values as readonly Signal[]);
    const isField = path !== "" && !values.includes(made) && made.expr.kind !== "ref" && made.expr.kind !== "const";
    return isField ? signalLike(made, { ...made.expr, field: path }) : made;
  }
  const fields = Object.keys(first).map((key): [string, Tree] => [
    key,
    zip(
      values.map((value) => (value as Readonly<Record<string, Tree>>)[key] ?? missing(key, first)),
      f,
      path === "" ? key : `${path}_${key}`,
    ),
  ]);
  return isArray(first) ? fields.map(([, field]) => field) : Object.fromEntries(fields);
}

function missing(key: string, like: Tree): Tree {
  report({ code: "hdl-field", message: `field "${key}" is missing from one of the bundles` });
  return (like as Readonly<Record<string, Tree>>)[key]!;
}

/** Applies `f` to every leaf with its name: `name` and the path to the leaf, joined by underscores. */
export function mapPaths<V extends Data>(value: V, name: string, f: (leaf: Signal, name: string) => Signal): Plain<V> {
  const walk = (tree: Tree, at: string): Tree => {
    if (tree instanceof Signal) return f(tree, at);
    const fields = Object.entries(tree).map(
      ([key, field]: [string, Tree]) => [key, walk(field, `${at}_${key}`)] as const,
    );
    return isArray(tree) ? fields.map(([, field]) => field) : Object.fromEntries(fields);
  };
  return walk(value as unknown as Tree, name) as unknown as Plain<V>;
}

/** The leaves of a value in declaration order. */
export function leavesOf(value: Data): Signal[] {
  const tree = value as Tree;
  if (typeof tree !== "object" || (tree as unknown) === null) {
    const help = "a number needs a width: uintLit(1, 4)";
    report({
      code: "hdl-not-a-signal",
      message: `${describe(value)} stands where a signal or a bundle is needed`,
      help,
    });
    return [new Uint(constant(0n, 1, false))];
  }
  return tree instanceof Signal ? [tree] : Object.values(tree).flatMap((field: Tree) => leavesOf(field));
}

/** The shape of a value. */
export function shapeOf<V extends Data>(value: V): ShapeOf<V> {
  return shapeOfTree(value as unknown as Tree) as unknown as ShapeOf<V>;
}

function shapeOfTree(tree: Tree): Shape {
  if (tree instanceof Signal) return shapeOfSignal(tree);
  if (isArray(tree)) return tree.map(shapeOfTree);
  return Object.fromEntries(Object.entries(tree).map(([key, field]) => [key, shapeOfTree(field)]));
}

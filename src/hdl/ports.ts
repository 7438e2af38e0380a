import type { Value, Wire } from "./data.ts";
import type { ScalarShape, Shape } from "./shapes.ts";
import { describe } from "./guards.ts";
import type { Site } from "./location.ts";
import { HdlError } from "./problems.ts";
import { isArray, isScalar, type BoolShape, type StreamShape } from "./shapes.ts";

/** A port the module reads. */
export interface Input<S extends Shape> {
  readonly direction: "input";
  readonly shape: S;
  readonly domain?: string;
}

/** A port the module drives. */
export interface Output<S extends Shape> {
  readonly direction: "output";
  readonly shape: S;
  readonly domain?: string;
}

/** A port, or a record or array of ports. */
export type PortTree = Input<Shape> | Output<Shape> | readonly PortTree[] | { readonly [name: string]: PortTree };
/** The ports of a module: inputs and outputs under names, in records and arrays as deep as needed. */
export type Ports = { readonly [name: string]: PortTree };

/** The ports as the module's body sees them: inputs are read, outputs are driven. */
export type Inside<P> =
  P extends Input<infer S>
    ? Value<S>
    : P extends Output<infer S>
      ? Wire<S>
      : P extends readonly (infer E)[]
        ? number extends P["length"]
          ? readonly Inside<E>[]
          : { readonly [K in keyof P]: Inside<P[K]> }
        : { readonly [K in keyof P]: Inside<P[K]> };

/** The ports as the parent of an instance sees them: inputs are driven, outputs are read. */
export type Outside<P> =
  P extends Input<infer S>
    ? Wire<S>
    : P extends Output<infer S>
      ? Value<S>
      : P extends readonly (infer E)[]
        ? number extends P["length"]
          ? readonly Outside<E>[]
          : { readonly [K in keyof P]: Outside<P[K]> }
        : { readonly [K in keyof P]: Outside<P[K]> };

/** The same ports seen from the other end. */
export type Flip<P> =
  P extends Input<infer S>
    ? Output<S>
    : P extends Output<infer S>
      ? Input<S>
      : P extends readonly (infer E)[]
        ? number extends P["length"]
          ? readonly Flip<E>[]
          : { readonly [K in keyof P]: Flip<P[K]> }
        : { readonly [K in keyof P]: Flip<P[K]> };

/** The producer's end of a stream as ports. */
export type SourcePorts<S extends Shape> = {
  readonly valid: Output<BoolShape>;
  readonly ready: Input<BoolShape>;
  readonly payload: Output<S>;
};

/** The consumer's end of a stream as ports. */
export type SinkPorts<S extends Shape> = Flip<SourcePorts<S>>;

/** A port the module reads. */
export function input<S extends Shape>(shape: S): Input<S> {
  return { direction: "input", shape };
}

/** A port the module drives. */
export function output<S extends Shape>(shape: S): Output<S> {
  return { direction: "output", shape };
}

/** Ports of the same names and shapes in the opposite direction. */
export function flip<P extends PortTree>(ports: P): Flip<P> {
  return flipTree(ports) as Flip<P>;
}

function flipTree(ports: PortTree): PortTree {
  if (isPort(ports)) return { ...ports, direction: ports.direction === "input" ? "output" : "input" };
  if (isArray(ports)) return ports.map(flipTree);
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, flipTree(port)]));
}

/**
 * Ports that belong to the clock domain `domain` of the module. Without it the domain of a port follows from its use within the
 * module.
 */
export function clocked<P extends PortTree>(domain: string, ports: P): P {
  return clockedTree(domain, ports) as P;
}

function clockedTree(domain: string, ports: PortTree): PortTree {
  if (isPort(ports)) return { ...ports, domain };
  if (isArray(ports)) return ports.map((port) => clockedTree(domain, port));
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, clockedTree(domain, port)]));
}

/** The producer's end: drives `valid` and `payload`, reads `ready`. */
export function source<S extends Shape>(shape: StreamShape<S>): SourcePorts<S> {
  return { valid: output(shape.valid), ready: input(shape.ready), payload: output(shape.payload) };
}

/** The consumer's end: reads `valid` and `payload`, drives `ready`. */
export function sink<S extends Shape>(shape: StreamShape<S>): SinkPorts<S> {
  return { valid: input(shape.valid), ready: output(shape.ready), payload: input(shape.payload) };
}

export function isPort(ports: PortTree): ports is Input<Shape> | Output<Shape> {
  return "direction" in ports && typeof ports.direction === "string";
}

/** One flat port: a scalar with its full name. */
export interface FlatPort {
  readonly name: string;
  readonly direction: "input" | "output";
  readonly shape: ScalarShape;
  readonly domain: string | undefined;
}

/** The scalars of a port record in declaration order, names joined by underscores; `site` is where the module is. */
export function flatten(ports: PortTree, site: Site | undefined, name = ""): FlatPort[] {
  if (typeof ports !== "object" || (ports as unknown) === null || isShape(ports)) return notAPort(ports, site, name);
  if (isPort(ports)) return flattenShape(ports.shape, ports, name);
  return Object.entries(ports).flatMap(([key, port]: [string, PortTree]) => flatten(port, site, join(name, key)));
}

function flattenShape(shape: Shape, port: Input<Shape> | Output<Shape>, name: string): FlatPort[] {
  if (isScalar(shape)) return [{ name, direction: port.direction, shape, domain: port.domain }];
  return Object.entries(shape).flatMap(([key, field]: [string, Shape]) => flattenShape(field, port, join(name, key)));
}

function isShape(ports: object): boolean {
  return "kind" in ports && typeof ports.kind === "string";
}

function notAPort(given: unknown, site: Site | undefined, name: string): never {
  throw new HdlError([
    {
      code: "hdl-port",
      message: `port "${name}" is ${typeof given === "object" && given !== null ? "a shape without a direction" : describe(given)}`,
      site,
      help: "ports are input(shape), output(shape), source(stream), sink(stream), and records and arrays of them",
    },
  ]);
}

function join(prefix: string, key: string): string {
  return prefix === "" ? key : `${prefix}_${key}`;
}

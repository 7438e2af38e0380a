/** The ports of a simulated HDL module in the records and arrays that the module declares them in. */
import { isPort, type Input, type Output, type PortTree as DeclaredPorts, type Ports } from "../hdl/ports.ts";
import { isScalar, type ScalarShape, type Shape } from "../hdl/shapes.ts";
import type { Port } from "./port.ts";

/** Ports for the leaves of a shape. */
export type ShapePorts<S> = [Shape] extends [S]
  ? unknown
  : S extends ScalarShape
    ? Port
    : { readonly [K in keyof S]: ShapePorts<S[K]> };

/** Ports in the form of a module's port record. */
export type Dut<P> = [DeclaredPorts] extends [P]
  ? unknown
  : P extends Input<infer S>
    ? ShapePorts<S>
    : P extends Output<infer S>
      ? ShapePorts<S>
      : { readonly [K in keyof P]: Dut<P[K]> };

/** Arranges a design's flat ports (names joined by underscores) as `ports` declares them. */
export function arrangePorts<P extends Ports>(ports: P, port: (name: string) => Port): Dut<P> {
  return children(ports, "", (child, name) => arrange(child, name, port)) as Dut<P>;
}

function arrange(ports: DeclaredPorts, name: string, port: (name: string) => Port): unknown {
  if (isPort(ports)) return arrangeShape(ports.shape, name, port);
  return children(ports, name, (child, childName) => arrange(child, childName, port));
}

function arrangeShape(shape: Shape, name: string, port: (name: string) => Port): unknown {
  if (isScalar(shape)) return port(name);
  return children(shape, name, (child, childName) => arrangeShape(child, childName, port));
}

function children<T>(
  tree: readonly T[] | Readonly<Record<string, T>>,
  name: string,
  visit: (child: T, name: string) => unknown,
): unknown {
  const parts = Object.entries(tree as Readonly<Record<string, T>>).map(([key, child]): [string, unknown] => [
    key,
    visit(child, name === "" ? key : `${name}_${key}`),
  ]);
  return Array.isArray(tree) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
}

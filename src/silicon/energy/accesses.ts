import { evaluate } from "../../hdl/evaluate.ts";
import type { Design, Expr, Memory, Module } from "../../hdl/ir.ts";
import type { Inspection, SignalPlace } from "../../hdl/simulate/index.ts";

/** One memory of one instance, with what each of its ports does now. */
export interface MemoryProbe {
  /** Of the instance that has the memory. */
  readonly path: string;
  readonly memory: Memory;
  /** Reads and writes in the cycle that begins with the values as they are; asynchronous reads are logic, not accesses. */
  readonly reads: () => number;
  readonly writes: () => number;
}

/** The modules of all instances of a design by their paths. */
export function instancePaths({ top }: Design): ReadonlyMap<string, Module> {
  const paths = new Map<string, Module>();
  const add = (path: string, module: Module): void => {
    paths.set(path, module);
    for (const instance of module.instances)
      add(path === "" ? instance.name : `${path}.${instance.name}`, instance.module);
  };
  add("", top);
  return paths;
}

/** Probes of all memories. The simulation must show all nets. */
export function memoryProbes(paths: ReadonlyMap<string, Module>, inspection: Inspection): MemoryProbe[] {
  const bytes = new Uint8Array(inspection.memory);
  const places = new Map<string, Map<string, SignalPlace>>();
  for (const signal of inspection.signals) {
    let named = places.get(signal.path);
    if (named === undefined) places.set(signal.path, (named = new Map<string, SignalPlace>()));
    named.set(signal.name, signal);
  }
  return [...paths].flatMap(([path, module]) =>
    module.memories.map((memory): MemoryProbe => {
      const value = (expr: Expr): bigint =>
        evaluate(expr, ({ net }) => {
          const inner = net.kind === "pin" ? net.instance!.name : undefined;
          const place =
            inner === undefined
              ? places.get(path)?.get(net.name)
              : places.get(path === "" ? inner : `${path}.${inner}`)?.get(net.port!.name);
          if (place === undefined) throw new Error(`${path}.${net.name} cannot be looked at`);
          return valueOf(place, bytes);
        });
      const active = (enable: Expr | undefined): boolean => enable === undefined || value(enable) !== 0n;
      const count = (of: (port: Memory["ports"][number]) => boolean) => (): number => memory.ports.filter(of).length;
      return {
        path,
        memory,
        reads: count(
          ({ kind, sync, enable, write }) =>
            kind !== "write" && sync && active(enable) && (write === undefined || value(write) === 0n),
        ),
        writes: count(
          ({ kind, enable, write }) =>
            kind !== "read" && active(enable) && (write === undefined || value(write) !== 0n),
        ),
      };
    }),
  );
}

function valueOf({ address, constant, width, signed }: SignalPlace, bytes: Uint8Array): bigint {
  if (address === undefined) return constant ?? 0n;
  let value = 0n;
  for (let byte = Math.ceil(width / 8) - 1; byte >= 0; byte--) value = (value << 8n) | BigInt(bytes[address + byte]!);
  return signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}

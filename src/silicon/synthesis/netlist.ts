/** A module as Yosys leaves it after mapping: cells, and the bits that join their pins. */
import { z } from "zod";

/** One bit of a net: the number of the net's bit, unique in the module, or a constant. */
export type Bit = number | "0" | "1" | "x" | "z";

export interface NetlistPort {
  readonly name: string;
  readonly direction: "input" | "output" | "inout";
  /** Least significant first. */
  readonly bits: readonly Bit[];
}

export interface NetlistPin {
  readonly direction: "input" | "output" | "inout";
  /** Least significant first; one bit but for pins of children and memories. */
  readonly bits: readonly Bit[];
}

export interface NetlistCell {
  readonly name: string;
  /** Cell of the library, or name of a black-boxed module. */
  readonly type: string;
  readonly pins: Readonly<Record<string, NetlistPin>>;
  readonly parameters: Readonly<Record<string, string | number>>;
}

/** A name that the design has for bits; a bit may have several names, or none. */
export interface NetlistNet {
  readonly name: string;
  readonly bits: readonly Bit[];
}

/** One mapped module. Bits joined to no cell output and no input port are undriven. */
export interface Netlist {
  readonly module: string;
  readonly ports: readonly NetlistPort[];
  /** Cells of the library: the module's own logic. */
  readonly cells: readonly NetlistCell[];
  /** Instances of black-boxed modules: children, and memories that become macros. Named as in the design. */
  readonly children: readonly NetlistCell[];
  /** Names of the emitted Verilog; those that Yosys made up are left out. */
  readonly nets: readonly NetlistNet[];
}

const bits = z.array(z.union([z.number().int(), z.enum(["0", "1", "x", "z"])]));
const direction = z.enum(["input", "output", "inout"]);
const moduleSchema = z.object({
  ports: z.record(z.string(), z.object({ direction, bits })),
  cells: z.record(
    z.string(),
    z.object({
      type: z.string(),
      parameters: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
      port_directions: z.record(z.string(), direction).default({}),
      connections: z.record(z.string(), bits),
    }),
  ),
  netnames: z.record(z.string(), z.object({ hide_name: z.union([z.literal(0), z.literal(1)]), bits })),
});
const fileSchema = z.object({ modules: z.record(z.string(), z.unknown()) });

/** ABC's constants under the names of the generic set: levels, not cells. */
export const CONSTANTS: ReadonlySet<string> = new Set(["ZERO", "ONE"]);

/**
 * The module `top` of what Yosys' `write_json` wrote. Instances of the modules named in `blackBoxes` become `children`.
 * Throws when the text is no netlist or a library cell's pins have no directions.
 */
export function readNetlist(json: string, top: string, blackBoxes: ReadonlySet<string>): Netlist {
  const module = moduleSchema.parse(fileSchema.parse(JSON.parse(json)).modules[top]);
  const built = Object.entries(module.cells).filter(([, { type }]) => !CONSTANTS.has(type));
  const all = built.map(([name, cell]): NetlistCell => {
    const pins = Object.entries(cell.connections).map(([pin, connected]): [string, NetlistPin] => {
      const way = cell.port_directions[pin];
      if (way === undefined) throw new Error(`cell ${name} of type ${cell.type}: pin ${pin} has no direction`);
      return [pin, { direction: way, bits: connected }];
    });
    return { name, type: cell.type, pins: Object.fromEntries(pins), parameters: cell.parameters };
  });
  return {
    module: top,
    ports: Object.entries(module.ports).map(([name, port]) => ({ name, ...port })),
    cells: all.filter((cell) => !blackBoxes.has(cell.type)),
    children: all.filter((cell) => blackBoxes.has(cell.type)),
    nets: Object.entries(module.netnames).flatMap(([name, net]) =>
      net.hide_name === 1 ? [] : [{ name, bits: net.bits }],
    ),
  };
}

/** How many cells of each type a module's own logic has. */
export function countCells(netlist: Netlist): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of netlist.cells) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

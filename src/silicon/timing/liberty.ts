import { parseLiberty, type LibertyGroup } from "../technology/index.ts";
import type { CellArc, CellDelay, TimingCell, TimingLibrary } from "./library.ts";
import { libraryTemplates, readTable, type Table } from "./table.ts";

/** Unit factors of a library's numbers to picoseconds; loads stay in the library's unit. */
interface Units {
  readonly picoseconds: number;
  readonly templates: ReadonlyMap<string, LibertyGroup>;
}

/**
 * Delays from the look-up tables of a Liberty file: of every cell by the slew at its input and the load at its output, the mean of
 * the rising and the falling table, since inverting paths alternate between the two. None when the file has no inverter with
 * delay tables. `file` names the text in errors.
 */
export function libertyTiming(text: string, file: string): TimingLibrary | undefined {
  const library = parseLiberty({ text, file });
  const units: Units = { picoseconds: timeUnit(library), templates: libraryTemplates(library) };
  const groups = library.groups.filter(({ kind }) => kind === "cell");
  const cells = new Map(groups.map((cell) => [cell.name, timingCell(cell, units)]));
  const inverter = smallestInverter(groups, cells);
  if (inverter === undefined) return undefined;
  const [unitLoad] = inverter.loads.values();
  if (unitLoad === undefined || unitLoad === 0) return undefined;
  const drive = inverter.arcs[0]!.delay;
  // The slew that an inverter with a load of four settles at when such inverters drive each other.
  let slew = 0;
  for (let round = 0; round < 8; round++) slew = drive(slew, 4 * unitLoad).slew;
  const four = drive(slew, 4 * unitLoad).picoseconds;
  return {
    name: library.name,
    model: `delay tables of ${library.name}, mean of rise and fall; cells as mapped, no wires, large fan-outs through trees`,
    cells,
    unitLoad,
    fanoutOfFour: four,
    perUnitLoad: (four - drive(slew, unitLoad).picoseconds) / 3,
    portSlew: slew,
    setup: Math.max(0, ...[...cells.values()].flatMap(({ setup }) => [...(setup?.values() ?? [])].slice(0, 1))),
  };
}

/** `1ns`, `10ps`. */
function timeUnit(library: LibertyGroup): number {
  const match = /^([\d.]+)\s*(ps|ns|us)$/.exec(library.attributes.get("time_unit") ?? "1ns");
  return match === null ? 1000 : Number(match[1]) * { ps: 1, ns: 1e3, us: 1e6 }[match[2] as "ps" | "ns" | "us"];
}

function timingCell(cell: LibertyGroup, units: Units): TimingCell {
  const pins = cell.groups.filter(({ kind }) => kind === "pin");
  const inputs = pins.filter(({ attributes }) => attributes.get("direction") === "input");
  const outputs = pins.filter(({ attributes }) => attributes.get("direction") === "output");
  const sequential = cell.groups.some(({ kind }) => kind === "ff");
  const setup = new Map(
    inputs.flatMap((pin): [string, number][] => {
      const tables = timings(pin).filter(({ attributes }) => /^setup/.test(attributes.get("timing_type") ?? ""));
      const times = tables.flatMap((timing) => tablesOf(timing, ["rise_constraint", "fall_constraint"], units));
      return times.length === 0
        ? []
        : [[pin.name, Math.max(0, ...times.map((table) => table.middle())) * units.picoseconds]];
    }),
  );
  return {
    loads: new Map(inputs.map((pin) => [pin.name, Number(pin.attributes.get("capacitance") ?? 0)])),
    arcs: outputs.flatMap((pin) =>
      timings(pin).flatMap((timing) => {
        const type = timing.attributes.get("timing_type") ?? "combinational";
        if (sequential !== /edge$/.test(type)) return [];
        return arcsOf(pin.name, timing, units);
      }),
    ),
    setup: sequential ? setup : undefined,
  };
}

const timings = (pin: LibertyGroup): LibertyGroup[] => pin.groups.filter(({ kind }) => kind === "timing");

function tablesOf(timing: LibertyGroup, kinds: readonly string[], units: Units): Table[] {
  return timing.groups.filter(({ kind }) => kinds.includes(kind)).map((group) => readTable(group, units.templates));
}

function arcsOf(to: string, timing: LibertyGroup, units: Units): CellArc[] {
  const delays = tablesOf(timing, ["cell_rise", "cell_fall"], units);
  if (delays.length === 0) return [];
  const slews = tablesOf(timing, ["rise_transition", "fall_transition"], units);
  const mean = (tables: readonly Table[], slew: number, load: number): number => {
    const sum = tables.reduce((total, table) => total + table.at(slew / units.picoseconds, load), 0);
    return tables.length === 0 ? 0 : Math.max(0, (sum / tables.length) * units.picoseconds);
  };
  const delay = (slew: number, load: number): CellDelay => {
    return { picoseconds: mean(delays, slew, load), slew: mean(slews, slew, load) };
  };
  const related = timing.attributes.get("related_pin") ?? "";
  return related.split(/\s+/).flatMap((from) => (from === "" ? [] : [{ from, to, delay }]));
}

function smallestInverter(
  groups: readonly LibertyGroup[],
  cells: ReadonlyMap<string, TimingCell>,
): TimingCell | undefined {
  const area = (cell: LibertyGroup): number => Number(cell.attributes.get("area") ?? Infinity);
  const inverters = groups.filter((cell) => {
    const output = cell.groups.find(({ kind, attributes }) => kind === "pin" && attributes.has("function"));
    const text = (output?.attributes.get("function") ?? "").replaceAll(/[\s()]/g, "");
    const { arcs, setup } = cells.get(cell.name)!;
    return setup === undefined && arcs.length > 0 && /^(?:!\w+|\w+'|~\w+)$/.test(text);
  });
  const [smallest] = inverters.sort((a, b) => area(a) - area(b));
  return smallest === undefined ? undefined : cells.get(smallest.name);
}

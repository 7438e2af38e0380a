import type { LibertyGroup } from "../technology/index.ts";

/** A look-up table of a Liberty file over slew and load, in the library's own units. */
export interface Table {
  /** Interpolated between the points of the table, and extended in a straight line beyond them. */
  readonly at: (slew: number, load: number) => number;
  /** The value in the middle of the table. */
  readonly middle: () => number;
}

/** The table templates of a library, by name. */
export function libraryTemplates(library: LibertyGroup): Map<string, LibertyGroup> {
  return new Map(library.groups.filter(({ kind }) => kind === "lu_table_template").map((group) => [group.name, group]));
}

/** The table that a group such as `cell_rise(template) { values (…); }` holds: of two variables, one or none. */
export function readTable(group: LibertyGroup, templates: ReadonlyMap<string, LibertyGroup>): Table {
  const template = templates.get(group.name);
  const values = numbers(group.attributes.get("values"));
  const axis = (number: 1 | 2): number[] => {
    return numbers(group.attributes.get(`index_${number}`) ?? template?.attributes.get(`index_${number}`));
  };
  const first = axis(1);
  const second = values.length === first.length ? [] : axis(2);
  const rows = first.length === 0 ? 1 : first.length;
  const columns = second.length === 0 ? 1 : second.length;
  const value = (row: number, column: number): number => values[row * columns + column] ?? 0;
  const loadFirst = /capacitance/.test(template?.attributes.get("variable_1") ?? "");
  return {
    at: (slew, load) => {
      const [x, y] = loadFirst ? [load, slew] : [slew, load];
      const down = place(first, x);
      const across = place(second, y);
      const row = (index: number): number => blend(value(index, across.low), value(index, across.high), across.part);
      return blend(row(down.low), row(down.high), down.part);
    },
    middle: () => value((rows - 1) >> 1, (columns - 1) >> 1),
  };
}

function numbers(text: string | undefined): number[] {
  return (text ?? "")
    .replaceAll(/["\\]/g, " ")
    .split(/[\s,]+/)
    .filter((part) => part !== "")
    .map(Number);
}

const blend = (low: number, high: number, part: number): number => low + (high - low) * part;

/** The two points of an axis between which `at` lies, or the nearest two; `part` of the way from the one to the other. */
function place(
  axis: readonly number[],
  at: number,
): { readonly low: number; readonly high: number; readonly part: number } {
  if (axis.length < 2) return { low: 0, high: 0, part: 0 };
  let low = 0;
  while (low < axis.length - 2 && axis[low + 1]! <= at) low += 1;
  return { low, high: low + 1, part: (at - axis[low]!) / (axis[low + 1]! - axis[low]!) };
}

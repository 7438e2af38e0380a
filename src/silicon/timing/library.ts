/** How the cells of a library delay: what the built-in generic set and a Liberty file are both brought to. */

/** What a cell's output does for an input slew (ps) and a load (in the library's unit). */
export interface CellDelay {
  readonly picoseconds: number;
  /** Transition time at the output, in ps. */
  readonly slew: number;
}

export interface CellArc {
  readonly from: string;
  readonly to: string;
  readonly delay: (slew: number, load: number) => CellDelay;
}

/** One cell. A register's arcs begin at its clock; its data pins end paths. */
export interface TimingCell {
  /** Load of each input pin. */
  readonly loads: ReadonlyMap<string, number>;
  readonly arcs: readonly CellArc[];
  /** Set-up time of each data pin in ps; none for a combinational cell. */
  readonly setup: ReadonlyMap<string, number> | undefined;
}

/** The cells that static timing analysis knows, and the delays of what is no cell. */
export interface TimingLibrary {
  readonly name: string;
  /** One sentence for reports: where delays come from and what they leave out. */
  readonly model: string;
  readonly cells: ReadonlyMap<string, TimingCell>;
  /** Input load of the smallest inverter: what a port of a module is taken to load its driver with. */
  readonly unitLoad: number;
  /** Delay of an inverter that drives four of its kind, in ps: a stage of the trees that large fan-outs are driven through. */
  readonly fanoutOfFour: number;
  /** What one more unit load costs a driver, in ps. */
  readonly perUnitLoad: number;
  /** Slew at the ports of a module, in ps. */
  readonly portSlew: number;
  /** Set-up time of a register, in ps: taken for the inputs of memory macros as well. */
  readonly setup: number;
}

/** Loads beyond this many units are driven by a tree of inverters, four each, as placement would buffer them. */
export const largestLoad = 8;

/** The delay of the tree that drives `load` (in units) beyond the largest direct load, in ps. */
export function treeDelay(library: TimingLibrary, load: number): number {
  return load <= largestLoad ? 0 : (library.fanoutOfFour * Math.log2(load / largestLoad)) / 2;
}

/** What a driver outside the module pays for `load` (in units) beyond the one unit that it counts for a port, in ps. */
export function portDelay(library: TimingLibrary, load: number): number {
  return Math.max(0, Math.min(load, largestLoad) - 1) * library.perUnitLoad + treeDelay(library, load);
}

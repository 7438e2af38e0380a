/**
 * Static timing: the longest paths of a design, estimated from its mapped modules.
 *
 * - library, generic, liberty, table: how cells delay, by logical effort or by the tables of a Liberty file.
 * - graph, analyse: a module's netlist → its longest arcs between ports, registers and children.
 * - compose, order: arcs of the distinct modules → paths of the whole design.
 */
import type { CellLibrary } from "../types.ts";
import { genericTiming } from "./generic.ts";
import { libertyTiming } from "./liberty.ts";
import type { TimingLibrary } from "./library.ts";

export { analyseTiming } from "./analyse.ts";
export { composeTiming, type ComposedTiming, type TimedDesign, type TimedModule } from "./compose.ts";
export { genericDelays, genericTiming } from "./generic.ts";
export type { CellArc, CellDelay, TimingCell, TimingLibrary } from "./library.ts";

/** How the cells of a library delay; none for a Liberty file without delay tables. */
export function timingLibrary({ liberty, name }: CellLibrary): TimingLibrary | undefined {
  return liberty === undefined ? genericTiming : libertyTiming(liberty, name);
}

/**
 * Energy from activity: what changes in a run of the RTL x what a change takes.
 *
 * - energies: the constants at 45 nm with their sources.
 * - toggles: bits that differ between two looks at a simulation. accesses: what memories do in a cycle.
 * - model: the energy of a cycle by part. parts: what the parts are.
 * - sampling-engine: looks at one cycle of every so many. attribute: whose operation a cycle was for.
 * - measure: a workload's energy as the report has it.
 */
export { DRAM_BYTE, FLIP_FLOP_CLOCK, FLIP_FLOP_GE, LOGIC_ACTIVITY, NET_TOGGLE } from "./energies.ts";
export { measureEnergy, type EnergyOptions } from "./measure.ts";
export type { EnergyCosts } from "./model.ts";
export { PARTS } from "./parts.ts";
export { ToggleCounter } from "./toggles.ts";

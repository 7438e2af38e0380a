/** Simulation inside this process, without any tool. */
export type { StateContents } from "./evaluated-instance.ts";
export { Evaluator } from "./evaluator.ts";
export {
  readMemory,
  writeMemory,
  type Inspection,
  type MemoryContents,
  type MemoryPlace,
  type SignalKind,
  type SignalPlace,
} from "./places.ts";
export { hasDomains, simulationPorts, tickingDomains, tickName } from "./clocks.ts";
export { gateClocks } from "./gate-clocks.ts";
export { layoutPorts, readWords, writeWords, type PortLayout, type PortSlot } from "./ports.ts";
export { formatFailure, type Failure, type Simulator } from "./simulator.ts";

/** The embedded simulator: the intermediate form compiled to WebAssembly. */
export { EmbeddedSimulator, type EmbeddedOptions } from "./simulator.ts";

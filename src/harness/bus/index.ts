/** The far sides of a design's buses, beside a simulation whose ports are words of this process. */
export { AxiLiteHost } from "./axi-lite.ts";
export { AxiMemory } from "./axi-memory.ts";
export { busPins, type BusPins } from "./pins.ts";
export { TraceRecorder } from "./trace-recorder.ts";

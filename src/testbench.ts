/** `systole/testbench`: simulates designs of the hardware language and drives them. */

// Opening a simulation
export { simulateEmbedded, type EmbeddedSimulateOptions } from "./harness/index.ts";
export { simulate, type SimulateOptions, type WaveOptions } from "./harness/index.ts";
export type { EvaluatorOptions, VerilatorOptions } from "./harness/index.ts";
export type { Process, RunOptions, SpawnOptions, Testbench } from "./harness/index.ts";
// Ports
export { peek, poke, Port, sampled } from "./harness/index.ts";
export type { Dut, PeekValue, PokeValue, PortTree, PortValue } from "./harness/index.ts";
// Streams and waiting
export { idle, recv, recvAll, send, sendAll, until, type PauseOptions, type StreamPorts } from "./harness/index.ts";
// Random tests
export { Random, withSeed } from "./harness/index.ts";
// Waves as text
export { asciiWave, type AsciiWaveOptions, type WaveRadix } from "./waves/index.ts";
// Linters of the emitted Verilog
export { formatLint, LINTERS, lintVerilog, type Linter, type LintMessage } from "./harness/index.ts";

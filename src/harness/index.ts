/** Runs Verilog: linters, the Verilator build, the testbench API, and the accelerator with its memory and host. */
export {
  openAccelerator,
  type Accelerator,
  type AcceleratorOptions,
  type InterruptOptions,
  type InterruptResult,
  type ReadRegister,
} from "./accelerator.ts";
export { executionTrace } from "./command-trace.ts";
export { formatLint, LINTERS, lintVerilog, type Linter, type LintMessage } from "./lint.ts";
export type { VerilogDesign, VerilogFile, VerilogPort } from "./verilog.ts";
export { buildModel, type BuildOptions, type BuildProgress, type BuiltModel, type WaveFormat } from "./build.ts";
export type { Engine, EngineEvent, HostAccess, HostOptions, PortEngine, StopReason } from "./engine.ts";
export type { WaveWindow } from "../waves/index.ts";
export type {
  InjectedFault,
  MemoryModel,
  MemoryOptions,
  MemoryStatistics,
  StallOptions,
  Violation,
} from "./memory-model.ts";
export { peek, poke, Port, sampled, type PeekValue, type PokeValue, type PortTree, type PortValue } from "./port.ts";
export { Random, withSeed } from "./random.ts";
export type { ClockOptions, Clocks } from "./clocks.ts";
export type { Dut } from "./dut.ts";
export { contentKey } from "../files/index.ts";
export { toolVersions } from "./toolchain.ts";
export {
  openEngine,
  simulate,
  simulateEmbedded,
  simulateVerilog,
  SIMULATORS,
  type EmbeddedSimulateOptions,
  type EvaluatorOptions,
  type GivenParams,
  type OpenedEngine,
  type SimulateArguments,
  type SimulateOptions,
  type SimulatorName,
  type VerilatorOptions,
  type WaveOptions,
} from "./simulate.ts";
export { EvaluatorEngine } from "./evaluator-engine.ts";
export { EmbeddedEngine } from "./embedded-engine.ts";
export { idle, recv, recvAll, send, sendAll, until, type PauseOptions, type StreamPorts } from "./streams.ts";
export type { Probe, SimulatedMemory } from "./probe.ts";
export type { Process, RunOptions, SpawnOptions, Testbench } from "./testbench.ts";

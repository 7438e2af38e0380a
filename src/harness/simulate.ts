/** From a design to a running testbench. */
import { dirname } from "node:path";
import { mkdirSync } from "node:fs";
import { SystoleError } from "../errors.ts";
import { elaborate, type Design, type Module, type Ports } from "../hdl/index.ts";
import type { WaveWindow } from "../waves/index.ts";
import { buildModel, type BuildOptions, type WaveFormat } from "./build.ts";
import { scheduleClocks, simulationVerilog, type Clocks } from "./clocks.ts";
import { arrangePorts, type Dut } from "./dut.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import type { Engine, HostOptions, PortEngine } from "./engine.ts";
import { EvaluatorEngine } from "./evaluator-engine.ts";
import type { MemoryModel, MemoryOptions } from "./memory-model.ts";
import { NativeEngine } from "./native-engine.ts";
import type { Port } from "./port.ts";
import { createTestbench, type Testbench } from "./testbench.ts";
import type { VerilogDesign } from "./verilog.ts";

/** The simulators that run whole designs: compiled to WebAssembly in this process, or Verilator's model of the emitted Verilog. */
export const SIMULATORS = ["embedded", "verilator"] as const;
export type SimulatorName = (typeof SIMULATORS)[number];

/** Waves to record; the format follows the file's ending (`.vcd`, `.fst`) unless said. */
export interface WaveOptions extends WaveWindow {
  readonly format?: WaveFormat;
}

/** Options of {@link simulate} on Verilator, and of what takes Verilog. */
export interface SimulateOptions extends Omit<BuildOptions, "wave"> {
  /** Default: embedded for designs of the hardware language, Verilator for Verilog. */
  readonly simulator?: SimulatorName | undefined;
  /** What registers without reset and memories hold at the start. Default: 1. */
  readonly seed?: number;
  readonly wave?: WaveOptions | undefined;
  /** On the embedded simulator: whether all nets can be looked at by name, not only ports and registers. Default: with `wave`. */
  readonly observe?: boolean | undefined;
  /** Cycles of reset at the start; 0 leaves the design as it powers up. Default: 1. */
  readonly resetCycles?: number;
  /** The clocks of a design of several clock domains. Default: each ticks in every step. */
  readonly clocks?: Clocks;
  /** Puts a memory behind the AXI4 master ports `m_axi_…`. */
  readonly memory?: MemoryOptions;
  /** Puts a host before the AXI4-Lite ports `s_axi_…`. */
  readonly host?: HostOptions;
}

/** Options of {@link simulate} on the embedded simulator. Waves are VCD. */
export interface EmbeddedSimulateOptions extends Pick<
  SimulateOptions,
  "seed" | "resetCycles" | "clocks" | "memory" | "host" | "wave" | "observe"
> {
  readonly simulator?: "embedded" | undefined;
}

/** Options of {@link simulate} on Verilator. */
export interface VerilatorOptions extends SimulateOptions {
  readonly simulator: "verilator";
}

/** Options of {@link simulate} on the evaluator. Waves are VCD; registers and memories start at 0. */
export interface EvaluatorOptions extends Pick<SimulateOptions, "resetCycles" | "clocks" | "wave"> {
  readonly simulator: "evaluator";
}

/** An opened simulation and what it took to build. */
export interface OpenedEngine {
  readonly engine: Engine;
  /** Wall time from the design to a simulation; near 0 when a build was found in the cache. */
  readonly buildSeconds: number;
  readonly memory: MemoryModel | undefined;
}

/**
 * Opens one simulation of a design, memory, host and waves attached, not yet reset. An elaborated design runs on the embedded
 * simulator unless told otherwise, Verilog on Verilator. Errors: `harness-verilog-simulator` and those of a build.
 */
export async function openEngine(design: Design | VerilogDesign, options: SimulateOptions = {}): Promise<OpenedEngine> {
  const { wave } = options;
  const started = performance.now();
  const engine = await makeEngine(design, options);
  const buildSeconds = (performance.now() - started) / 1000;
  const memory = options.memory === undefined ? undefined : engine.attachMemory(options.memory);
  if (options.host !== undefined) engine.attachHost(options.host);
  if (wave !== undefined) {
    mkdirSync(dirname(wave.file), { recursive: true });
    engine.openWave(wave);
  }
  return { engine, buildSeconds, memory };
}

/** `harness-wave-format` for what only Verilator writes. */
function requireVcd(wave: WaveOptions): void {
  if (waveFormat(wave) === "vcd") return;
  throw new SystoleError({
    code: "harness-wave-format",
    message: `${wave.file}: the embedded simulator writes VCD, not FST`,
    remedy: "End the name in .vcd, or choose Verilator (--simulator verilator).",
  });
}

function waveFormat({ format, file }: WaveOptions): WaveFormat {
  return format ?? (file.endsWith(".fst") ? "fst" : "vcd");
}

async function makeEngine(design: Design | VerilogDesign, options: SimulateOptions): Promise<Engine> {
  const { seed = 1, wave, simulator = "files" in design ? "verilator" : "embedded" } = options;
  if (simulator === "embedded") {
    if (wave !== undefined) requireVcd(wave);
    if (!("files" in design)) return new EmbeddedEngine(design, seed, options.observe ?? wave !== undefined);
    throw new SystoleError({
      code: "harness-verilog-simulator",
      message: `${design.top} is Verilog: the embedded simulator takes designs of the hardware language only`,
      remedy: 'Simulate it with simulator: "verilator".',
    });
  }
  const verilog = "files" in design ? design : simulationVerilog(design);
  const { addon } = await buildModel(verilog, {
    ...options,
    wave: wave === undefined ? undefined : waveFormat(wave),
  });
  return new NativeEngine(addon, verilog, seed);
}

/** A testbench over hand-written Verilog; `dut` holds its ports under their names in the Verilog. */
export async function simulateVerilog(
  design: VerilogDesign,
  options: SimulateOptions = {},
): Promise<Testbench<Readonly<Record<string, Port>>>> {
  const { engine } = await openEngine(design, options);
  const bench = createTestbench(engine, design.top, (port) =>
    Object.fromEntries(design.ports.map(({ name }) => [name, port(name)])),
  );
  bench.reset(options.resetCycles ?? 1);
  return bench;
}

/** Parameters may be left out when the module takes none. */
export type SimulateArguments<P, O = SimulateOptions> = unknown extends P
  ? [params?: undefined, options?: O]
  : [params: P, options?: O];

/** The parameters of a module, `undefined` when it takes none. */
export type GivenParams<P> = unknown extends P ? undefined : P;

/**
 * A testbench over a module of the hardware language, reset; `dut` has the form of the module's ports. It comes at once from the
 * embedded simulator, which is the default and needs no tool, and from the evaluator, the oracle; from Verilator
 * (`simulator: "verilator"`) when the emitted Verilog is built or found in the cache, as a promise.
 */
export function simulate<P, Io extends Ports>(
  top: Module<P, Io>,
  params: GivenParams<P>,
  options: VerilatorOptions,
): Promise<Testbench<Dut<Io>>>;
export function simulate<P, Io extends Ports>(
  top: Module<P, Io>,
  params: GivenParams<P>,
  options: EvaluatorOptions,
): Testbench<Dut<Io>, EvaluatorEngine>;
export function simulate<P, Io extends Ports>(
  top: Module<P, Io>,
  ...rest: SimulateArguments<P, EmbeddedSimulateOptions>
): Testbench<Dut<Io>, EmbeddedEngine>;
export function simulate<P, Io extends Ports>(
  top: Module<P, Io>,
  ...rest: readonly unknown[]
): Testbench<Dut<Io>, PortEngine> | Promise<Testbench<Dut<Io>>> {
  const [params, options = {}] = rest as [P, (VerilatorOptions | EvaluatorOptions | EmbeddedSimulateOptions)?];
  const design = elaborateTop(top, params);
  const benchOver = <E extends PortEngine>(engine: E): Testbench<Dut<Io>, E> =>
    benchOf(engine, design, top, params, options, () => reopen(design, options));
  if (options.simulator === "verilator") return openEngine(design, options).then(({ engine }) => benchOver(engine));
  if (options.simulator === "evaluator") return benchOver(openEvaluator(design, options));
  return benchOver(openEmbedded(design, options));
}

/** As {@link simulate} on the embedded simulator. */
export function simulateEmbedded<P, Io extends Ports>(
  top: Module<P, Io>,
  ...rest: SimulateArguments<P, EmbeddedSimulateOptions>
): Testbench<Dut<Io>, EmbeddedEngine> {
  return simulate(top, ...rest);
}

/** The same simulation from its start, ready for waves. */
function reopen(
  design: Design,
  options: VerilatorOptions | EvaluatorOptions | EmbeddedSimulateOptions,
): PortEngine | Promise<PortEngine> {
  if (options.simulator === "verilator") return makeEngine(design, { ...options, wave: { file: "failed.vcd" } });
  if (options.simulator === "evaluator") return new EvaluatorEngine(design);
  return new EmbeddedEngine(design, options.seed ?? 1, true);
}

function openEvaluator(design: Design, { wave }: EvaluatorOptions): EvaluatorEngine {
  if (wave !== undefined) requireVcd(wave);
  const engine = new EvaluatorEngine(design);
  if (wave !== undefined) engine.openWave(wave);
  return engine;
}

function openEmbedded(design: Design, options: EmbeddedSimulateOptions): EmbeddedEngine {
  const { seed = 1, wave, observe = wave !== undefined, memory, host } = options;
  if (wave !== undefined) requireVcd(wave);
  const engine = new EmbeddedEngine(design, seed, observe);
  if (wave !== undefined) engine.openWave(wave);
  if (memory !== undefined) engine.attachMemory(memory);
  if (host !== undefined) engine.attachHost(host);
  return engine;
}

function elaborateTop<P, Io extends Ports>(top: Module<P, Io>, params: P): Design {
  return elaborate(...([top, params] as unknown as Parameters<typeof elaborate<P, Io>>));
}

function benchOf<P, Io extends Ports, E extends PortEngine>(
  engine: E,
  design: Design,
  top: Module<P, Io>,
  params: P,
  {
    resetCycles = 1,
    clocks,
    memory,
    host,
    wave,
  }: Pick<SimulateOptions, "resetCycles" | "clocks" | "memory" | "host" | "wave">,
  reopen: () => PortEngine | Promise<PortEngine>,
): Testbench<Dut<Io>, E> {
  const makeDut = (port: (name: string) => Port): Dut<Io> => arrangePorts(top.ports(params), port);
  const bench = createTestbench<Dut<Io>, E>(engine, design.top.name, makeDut, {
    schedule: scheduleClocks(design, clocks),
    // A memory and a host drive inputs, too, and a run with waves has them already.
    reopen: memory === undefined && host === undefined && wave === undefined ? reopen : undefined,
  });
  bench.reset(resetCycles);
  return bench;
}

/** From a design to a running testbench. */
import { dirname } from "node:path";
import { mkdirSync } from "node:fs";
import { elaborate, emitVerilog, type Module, type Ports } from "../hdl/index.ts";
import type { WaveWindow } from "../waves/index.ts";
import { buildModel, type BuildOptions, type BuiltModel, type WaveFormat } from "./build.ts";
import { arrangePorts, type Dut } from "./dut.ts";
import type { Engine, HostOptions } from "./engine.ts";
import type { MemoryModel, MemoryOptions } from "./memory-model.ts";
import { NativeEngine } from "./native-engine.ts";
import type { Port } from "./port.ts";
import { createTestbench, type Testbench } from "./testbench.ts";
import type { VerilogDesign } from "./verilog.ts";

/** Waves to record; the format follows the file's ending (`.vcd`, `.fst`) unless said. */
export interface WaveOptions extends WaveWindow {
  readonly format?: WaveFormat;
}

export interface SimulateOptions extends Omit<BuildOptions, "wave"> {
  /** What registers without reset and memories hold at the start. Default: 1. */
  readonly seed?: number;
  readonly wave?: WaveOptions | undefined;
  /** Cycles of reset at the start; 0 leaves the design as it powers up. Default: 1. */
  readonly resetCycles?: number;
  /** Puts a memory behind the AXI4 master ports `m_axi_…`. */
  readonly memory?: MemoryOptions;
  /** Puts a host before the AXI4-Lite ports `s_axi_…`. */
  readonly host?: HostOptions;
}

/** An opened simulation and what it took to build. */
export interface OpenedEngine {
  readonly engine: Engine;
  readonly built: BuiltModel;
  readonly memory: MemoryModel | undefined;
}

/** Builds a design and opens one simulation of it, memory, host and waves attached, not yet reset. */
export async function openEngine(design: VerilogDesign, options: SimulateOptions = {}): Promise<OpenedEngine> {
  const { wave } = options;
  const format = wave === undefined ? undefined : (wave.format ?? (wave.file.endsWith(".fst") ? "fst" : "vcd"));
  const built = await buildModel(design, { ...options, wave: format });
  const engine = new NativeEngine(built.addon, design, options.seed ?? 1);
  const memory = options.memory === undefined ? undefined : engine.attachMemory(options.memory);
  if (options.host !== undefined) engine.attachHost(options.host);
  if (wave !== undefined) {
    mkdirSync(dirname(wave.file), { recursive: true });
    engine.openWave(wave);
  }
  return { engine, built, memory };
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

/** A testbench over a module of the HDL: elaborated, emitted, built, loaded and reset; `dut` has the form of the module's ports. */
export async function simulate<P, Io extends Ports>(
  top: Module<P, Io>,
  ...rest: SimulateArguments<P>
): Promise<Testbench<Dut<Io>>> {
  const [params, options = {}] = rest as [P, SimulateOptions?];
  const design = emitVerilog(elaborate(...([top, params] as unknown as Parameters<typeof elaborate<P, Io>>)));
  const { engine } = await openEngine(design, options);
  const bench = createTestbench(engine, design.top, (port) => arrangePorts(top.ports(params), port));
  bench.reset(options.resetCycles ?? 1);
  return bench;
}

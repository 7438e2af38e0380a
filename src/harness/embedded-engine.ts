/** The engine over the embedded simulator: no tool, no files, no waiting. */
import { EmbeddedSimulator } from "../hdl/embedded/index.ts";
import { elaborate, type Design, type Module, type Ports } from "../hdl/index.ts";
import { formatFailure, type Failure, type Inspection } from "../hdl/simulate/index.ts";
import { WaveRecorder, type WaveWindow } from "../waves/index.ts";
import { arrangePorts, type Dut } from "./dut.ts";
import type { PortEngine, StopReason } from "./engine.ts";
import type { MailboxLayout } from "./mailbox.ts";
import type { Violation } from "./memory-model.ts";
import type { SimulateArguments } from "./simulate.ts";
import { createTestbench, type Testbench } from "./testbench.ts";

/** A design of the hardware language compiled within this process; ports only, without memory and host. */
export class EmbeddedEngine implements PortEngine {
  readonly simulator = "embedded";
  readonly layout: MailboxLayout;
  readonly now: Uint32Array;
  readonly sampled: Uint32Array;
  readonly #simulator: EmbeddedSimulator;
  #log = "";
  #recorder: WaveRecorder | undefined;

  /**
   * `seed` sets what registers without reset and memories hold at the start; `observe` makes all nets visible to waves and by
   * name. Throws HdlError for external modules.
   */
  constructor(design: Design, seed: number, observe = false) {
    this.#simulator = new EmbeddedSimulator(design, { seed, observe });
    this.layout = this.#simulator.layout;
    this.now = this.#simulator.now;
    this.sampled = this.#simulator.sampled;
  }

  get cycle(): number {
    return this.#simulator.cycle;
  }

  settle(): StopReason {
    this.#simulator.settle();
    return "done";
  }

  step(cycles: number): StopReason {
    const failures = this.#recorder === undefined ? this.#run(cycles) : this.#runWithWaves(this.#recorder, cycles);
    if (failures.length === 0) return "done";
    this.#log += failures.map((failure) => `${formatFailure(failure)}\n`).join("");
    return "stopped";
  }

  inspect(): Inspection {
    return this.#simulator.inspect();
  }

  openWave(window: WaveWindow): void {
    this.#recorder = new WaveRecorder(this.inspect(), window);
  }

  closeWave(): void {
    this.#recorder?.close();
    this.#recorder = undefined;
  }

  takeViolations(): Violation[] {
    return [];
  }

  takeLog(): string {
    const log = this.#log;
    this.#log = "";
    return log;
  }

  close(): void {
    this.closeWave();
  }

  #run(cycles: number): Failure[] {
    this.#simulator.step(cycles);
    return this.#simulator.takeFailures();
  }

  #runWithWaves(recorder: WaveRecorder, cycles: number): Failure[] {
    for (let i = 0; i < cycles; i++) {
      const { cycle } = this.#simulator;
      this.#simulator.settle();
      recorder.before(cycle);
      const failures = this.#run(1);
      recorder.after(cycle);
      if (failures.length > 0) return failures;
    }
    return [];
  }
}

export interface EmbeddedSimulateOptions {
  /** A window to record as VCD. */
  readonly wave?: WaveWindow | undefined;
  /** Whether all nets can be looked at by name, not only ports and registers; the simulation is then slower. Default: with `wave`. */
  readonly observe?: boolean;
  /** What registers without reset and memories hold at the start. Default: 1; 0 for zeros. */
  readonly seed?: number;
  /** Cycles of reset at the start; 0 leaves the design as it powers up. Default: 1. */
  readonly resetCycles?: number;
}

/** As `simulate`, at once and without any tool: a testbench over a module of the HDL in the embedded simulator. */
export function simulateEmbedded<P, Io extends Ports>(
  top: Module<P, Io>,
  ...rest: SimulateArguments<P, EmbeddedSimulateOptions>
): Testbench<Dut<Io>, EmbeddedEngine> {
  const [params, options = {}] = rest as [P, EmbeddedSimulateOptions?];
  const design = elaborate(...([top, params] as unknown as Parameters<typeof elaborate<P, Io>>));
  const { wave, observe = wave !== undefined } = options;
  const engine = new EmbeddedEngine(design, options.seed ?? 1, observe);
  if (wave !== undefined) engine.openWave(wave);
  const bench = createTestbench(engine, design.top.name, (port) => arrangePorts(top.ports(params), port));
  bench.reset(options.resetCycles ?? 1);
  return bench;
}

/** The engine over the embedded simulator: no tool, no files, no waiting. */
import { EmbeddedSimulator } from "../hdl/embedded/index.ts";
import type { Design } from "../hdl/index.ts";
import type { Inspection } from "../hdl/simulate/index.ts";
import type { ActivityTrace } from "../isa/index.ts";
import type { WaveWindow } from "../waves/index.ts";
import { AxiLiteHost, AxiMemory, busPins, TraceRecorder, type BusPins } from "./bus/index.ts";
import type { Engine, EngineEvent, HostAccess, HostOptions, StopReason } from "./engine.ts";
import { designFeatures, missingPorts, type DesignFeatures } from "./features.ts";
import type { MailboxLayout } from "./mailbox.ts";
import type { MemoryModel, MemoryOptions, MemoryStatistics, Violation } from "./memory-model.ts";
import { RunRecord } from "./run-record.ts";

/** A design of the hardware language compiled within this process. */
export class EmbeddedEngine implements Engine {
  readonly simulator = "embedded";
  readonly layout: MailboxLayout;
  readonly now: Uint32Array;
  readonly sampled: Uint32Array;
  readonly #simulator: EmbeddedSimulator;
  readonly #record: RunRecord;
  readonly #runCycle: () => boolean;
  readonly #top: string;
  readonly #features: DesignFeatures;
  readonly #interrupt: (() => boolean) | undefined;
  /** Word of `reset`, -1 without one. */
  readonly #reset: number;
  readonly #trace: TraceRecorder | undefined;
  #memory: AxiMemory | undefined;
  #host: AxiLiteHost | undefined;

  /**
   * `seed` sets what registers without reset and memories hold at the start; `observe` makes all nets visible to waves and by
   * name. Throws HdlError for external modules.
   */
  constructor(design: Design, seed: number, observe = false) {
    this.#top = design.top.name;
    const irq = design.top.ports.some(({ kind, name, width }) => kind === "output" && name === "irq" && width === 1);
    this.#simulator = new EmbeddedSimulator(design, { seed, observe, watched: irq ? ["irq"] : [] });
    this.#record = new RunRecord(this.#simulator);
    this.#runCycle = () => this.#simulator.runCycle();
    this.#interrupt = irq ? this.#simulator.watch("irq") : undefined;
    this.layout = this.#simulator.layout;
    this.now = this.#simulator.now;
    this.sampled = this.#simulator.sampled;
    this.#reset = this.#pins("").at("reset");
    this.#features = designFeatures(this.layout.slots);
    const { engines } = this.#features;
    this.#trace = engines.length === 0 ? undefined : new TraceRecorder(engines, this.#pins("trace_"));
  }

  get cycle(): number {
    return this.#simulator.cycle;
  }

  settle(): StopReason {
    this.#simulator.settle();
    return this.#outcome();
  }

  step(cycles: number): StopReason {
    if (this.#isHalted()) return this.#outcome();
    if (this.#record.isRecording || (this.#memory ?? this.#host ?? this.#trace)) {
      for (let i = 0; i < cycles && !this.#isHalted(); i++) this.#tick();
      this.#simulator.settle();
    } else {
      this.#simulator.step(cycles);
      this.#record.noteFailures();
    }
    return this.#outcome();
  }

  run(cycles: number, untilIrq: boolean, quietCycles: number): StopReason {
    const end = this.cycle + cycles;
    const interrupt = untilIrq ? this.#interrupt : undefined;
    let early: StopReason | undefined;
    while (early === undefined && this.cycle < end && !this.#isHalted()) {
      this.#tick();
      if (interrupt?.() === true) early = "irq";
      else if (quietCycles !== 0 && this.#memory !== undefined) {
        const quiet = this.cycle - Math.max(0, this.#memory.lastActivityCycle);
        if (quiet >= quietCycles) early = "quiet";
      }
    }
    this.#simulator.settle();
    return this.#isHalted() ? this.#outcome() : (early ?? "done");
  }

  attachMemory(options: MemoryOptions): MemoryModel {
    const beatBytes = this.#features.memoryBeatBytes;
    if (beatBytes === undefined) throw missingPorts(this.#top, "memory");
    const image = typeof options.image === "number" ? new Uint8Array(options.image) : options.image;
    this.#memory = new AxiMemory(options, image, beatBytes, this.#pins("m_axi_"));
    return { image };
  }

  memoryStatistics(): MemoryStatistics {
    if (this.#memory === undefined) throw new Error("no memory is attached");
    return this.#memory.statistics();
  }

  attachHost(options: HostOptions): void {
    if (!this.#features.host) throw missingPorts(this.#top, "host");
    this.#host = new AxiLiteHost(options, this.#pins("s_axi_"));
  }

  access(write: boolean, address: number, data: number, cycles: number): HostAccess {
    const host = this.#host!;
    host.begin(write, address, data);
    const end = this.cycle + cycles;
    while (!host.idle && this.cycle < end && !this.#isHalted()) this.#tick();
    this.#simulator.settle();
    const answered = host.idle;
    host.abandon();
    const stop = this.#isHalted() ? this.#outcome() : answered ? "done" : "quiet";
    return { stop, data: host.value, response: host.response };
  }

  inspect(): Inspection {
    return this.#simulator.inspect();
  }

  openWave(window: WaveWindow): void {
    this.#record.openWave(window);
  }

  closeWave(): void {
    this.#record.closeWave();
  }

  takeViolations(): Violation[] {
    return [...(this.#memory?.takeViolations() ?? []), ...(this.#host?.takeViolations() ?? [])];
  }

  takeEvents(): EngineEvent[] {
    return this.#trace?.takeEvents() ?? [];
  }

  takeActivity(): ActivityTrace {
    return (this.#trace ?? new TraceRecorder([], this.#pins("trace_"))).takeActivity(this.cycle);
  }

  takeLog(): string {
    return this.#record.takeLog();
  }

  close(): void {
    this.closeWave();
  }

  #pins(prefix: string): BusPins {
    return busPins(this.layout, this.now, this.sampled, prefix);
  }

  /** One clock cycle with memory, host, trace and waves. */
  #tick(): void {
    const { cycle } = this.#simulator;
    const memory = this.#memory;
    const host = this.#host;
    // In reset the design's outputs may hold anything: nobody listens.
    const inReset = this.#reset >= 0 && (this.now[this.#reset]! & 1) === 1;
    if (memory !== undefined) memory.drive(cycle);
    if (host !== undefined) host.drive();
    const held = this.#record.cycle(this.#runCycle);
    if (inReset) {
      memory?.reset();
      host?.abandon();
    } else {
      if (memory !== undefined) memory.sample(cycle);
      if (host !== undefined) host.sample(cycle);
      if (this.#trace !== undefined) this.#trace.sample(cycle);
    }
    if (!held) this.#record.noteFailures();
  }

  #isHalted(): boolean {
    return this.#record.stopped || this.#memory?.violated === true || this.#host?.violated === true;
  }

  #outcome(): StopReason {
    if (this.#memory?.violated === true || this.#host?.violated === true) return "violation";
    return this.#record.stopped ? "stopped" : "done";
  }
}

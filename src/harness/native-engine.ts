/** The engine over an add-on that build.ts made. */
import { createRequire } from "node:module";
import { SystoleError } from "../errors.ts";
import type { ActivityTrace } from "../isa/index.ts";
import type { WaveWindow } from "../waves/index.ts";
import type { Engine, EngineEvent, HostAccess, HostOptions, StopReason } from "./engine.ts";
import { designFeatures, missingPorts, type DesignFeatures } from "./features.ts";
import { mailboxLayout, type MailboxLayout } from "./mailbox.ts";
import {
  decodeStatistics,
  decodeViolation,
  encodeFaults,
  encodeSettings,
  resolveMemory,
  STATISTICS_FIELDS,
  VIOLATION_FIELDS,
  type MemoryModel,
  type MemoryOptions,
  type MemoryStatistics,
  type Violation,
} from "./memory-model.ts";
import type { VerilogDesign } from "./verilog.ts";

/** An opaque simulation inside the add-on. */
type Handle = object;

/** What model.cc.hbs exports; those of the memory, the host and the trace only when the design has the ports. */
interface Addon {
  create(mailbox: Uint32Array, seed: number): Handle;
  close(handle: Handle): void;
  settle(handle: Handle): number;
  step(handle: Handle, cycles: number): number;
  run(handle: Handle, cycles: number, untilIrq: number, quietCycles: number): number;
  cycle(handle: Handle): number;
  takeLog(handle: Handle): string;
  openWave(handle: Handle, file: string, from: number, to: number, scope: string, depth: number): void;
  closeWave(handle: Handle): void;
  takeEvents(handle: Handle, room: Float64Array): number;
  windowBytes(handle: Handle): number;
  takeWindows(handle: Handle, to: Uint8Array): void;
  takeViolations(handle: Handle, room: Float64Array): number;
  attachMemory(handle: Handle, image: Uint8Array, settings: Float64Array, faults: Float64Array): void;
  statistics(handle: Handle, to: Float64Array): void;
  attachHost(handle: Handle, writeOrder: number, responseDelay: number): void;
  access(handle: Handle, write: number, address: number, data: number, cycles: number, result: Float64Array): number;
}

/** In the order of `enum class Status` in host.h. */
const STOPS: readonly StopReason[] = ["done", "irq", "quiet", "violation", "finished", "stopped"];
const WRITE_ORDERS = ["together", "address-first", "data-first"] as const;
const EVENT_FIELDS = 9;
const EVENT_ROOM = 4096;
/** In the order of `enum EventFlag` in trace.h. */
const EVENT_FLAGS = { busy: 1, head: 2, enqueue: 4, start: 8, retire: 16 } as const;
/** `windowCycles` in trace.h. */
const WINDOW_CYCLES = 64;
const VIOLATION_ROOM = 32;

const load = createRequire(import.meta.url);

function loadAddon(path: string): Addon {
  try {
    return load(path) as Addon;
  } catch (cause) {
    throw new SystoleError({
      code: "harness-load",
      message: `the compiled model ${path} does not load: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy: "Remove that file's folder, so that the model is built anew on this machine.",
      cause,
    });
  }
}

/** A Verilated model, loaded and reset to the power-on state that `seed` chooses. */
export class NativeEngine implements Engine {
  readonly simulator = "verilator";
  readonly layout: MailboxLayout;
  readonly now: Uint32Array;
  readonly sampled: Uint32Array;
  readonly #addon: Addon;
  readonly #handle: Handle;
  readonly #features: DesignFeatures;
  readonly #top: string;
  #activityStart = 0;

  /** `seed` (from 1) sets what registers without reset and memories hold at the start. */
  constructor(addonPath: string, design: VerilogDesign, seed: number) {
    this.layout = mailboxLayout(design.ports);
    this.#features = designFeatures(design.ports);
    this.#top = design.top;
    const words = this.layout.words;
    const mailbox = new Uint32Array(2 * words);
    this.now = mailbox.subarray(0, words);
    this.sampled = mailbox.subarray(words);
    this.#addon = loadAddon(addonPath);
    this.#handle = this.#addon.create(mailbox, seed);
  }

  get cycle(): number {
    return this.#addon.cycle(this.#handle);
  }

  settle(): StopReason {
    return STOPS[this.#addon.settle(this.#handle)]!;
  }

  step(cycles: number): StopReason {
    return STOPS[this.#addon.step(this.#handle, cycles)]!;
  }

  run(cycles: number, untilIrq: boolean, quietCycles: number): StopReason {
    return STOPS[this.#addon.run(this.#handle, cycles, untilIrq ? 1 : 0, quietCycles)]!;
  }

  attachMemory(options: MemoryOptions): MemoryModel {
    const beatBytes = this.#features.memoryBeatBytes;
    if (beatBytes === undefined) throw missingPorts(this.#top, "memory");
    const image = typeof options.image === "number" ? new Uint8Array(options.image) : options.image;
    const settings = resolveMemory(options, beatBytes);
    this.#addon.attachMemory(this.#handle, image, encodeSettings(settings), encodeFaults(settings.faults));
    return { image };
  }

  memoryStatistics(): MemoryStatistics {
    const values = new Float64Array(STATISTICS_FIELDS);
    this.#addon.statistics(this.#handle, values);
    return decodeStatistics(values);
  }

  attachHost(options: HostOptions): void {
    if (!this.#features.host) throw missingPorts(this.#top, "host");
    this.#addon.attachHost(
      this.#handle,
      WRITE_ORDERS.indexOf(options.writeOrder ?? "together"),
      options.responseDelayCycles ?? 0,
    );
  }

  access(write: boolean, address: number, data: number, cycles: number): HostAccess {
    const result = new Float64Array(2);
    const status = this.#addon.access(this.#handle, write ? 1 : 0, address, data, cycles, result);
    return { stop: STOPS[status]!, data: result[0]!, response: result[1]! };
  }

  takeViolations(): Violation[] {
    const room = new Float64Array(VIOLATION_ROOM * VIOLATION_FIELDS);
    const count = this.#addon.takeViolations(this.#handle, room);
    return Array.from({ length: count }, (_, i) =>
      decodeViolation(room.subarray(i * VIOLATION_FIELDS, (i + 1) * VIOLATION_FIELDS)),
    );
  }

  takeEvents(): EngineEvent[] {
    const events: EngineEvent[] = [];
    if (this.#features.engines.length === 0) return events;
    const room = new Float64Array(EVENT_ROOM * EVENT_FIELDS);
    for (;;) {
      const count = this.#addon.takeEvents(this.#handle, room);
      for (let i = 0; i < count; i++) events.push(this.#event(room, i * EVENT_FIELDS));
      if (count < EVENT_ROOM) return events;
    }
  }

  #event(from: Float64Array, at: number): EngineEvent {
    const flags = from[at + 1]!;
    const has = (flag: number): boolean => (flags & flag) !== 0;
    return {
      engine: this.#features.engines[from[at]!]!,
      busy: has(EVENT_FLAGS.busy),
      head: has(EVENT_FLAGS.head),
      enqueue: has(EVENT_FLAGS.enqueue),
      start: has(EVENT_FLAGS.start),
      retire: has(EVENT_FLAGS.retire),
      cycle: from[at + 2]!,
      startIndex: from[at + 3]!,
      retireIndex: from[at + 4]!,
      missing: from[at + 5]!,
      memoryWait: from[at + 6]!,
      active: from[at + 7]!,
      lastActive: from[at + 8]!,
    };
  }

  takeActivity(): ActivityTrace {
    const { engines } = this.#features;
    const start = this.#activityStart;
    this.#activityStart = this.cycle;
    const counts = new Uint8Array(engines.length === 0 ? 0 : this.#addon.windowBytes(this.#handle));
    if (engines.length > 0) this.#addon.takeWindows(this.#handle, counts);
    return { engines, start, windowCycles: WINDOW_CYCLES, counts };
  }

  takeLog(): string {
    return this.#addon.takeLog(this.#handle);
  }

  openWave({ file, fromCycle = 0, toCycle = Infinity, scope = "", depth = 0 }: WaveWindow): void {
    // Verilator's waves name instances from the top down with spaces between.
    const path =
      scope === "" && depth === 0 ? "" : ["", this.#top, ...scope.split(".").filter((part) => part !== "")].join(" ");
    this.#addon.openWave(this.#handle, file, fromCycle, toCycle, path, depth);
  }

  closeWave(): void {
    this.#addon.closeWave(this.#handle);
  }

  close(): void {
    this.#addon.close(this.#handle);
  }
}

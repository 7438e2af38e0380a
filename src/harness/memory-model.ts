/** The AXI memory model as TypeScript sees it: its settings, what it counted, and what it found wrong. */
import { SystoleError } from "../errors.ts";

/** Probabilities, 0 to 1, that a channel is held back in a cycle. */
export interface StallOptions {
  /** Read addresses are not accepted. */
  readonly ar?: number;
  /** Read data are not offered. */
  readonly r?: number;
  readonly aw?: number;
  readonly w?: number;
  /** Write responses are not offered. */
  readonly b?: number;
}

/** An error response to give: to one beat by its number from 0, counted over the run, or to all beats in [fromAddress, toAddress). */
export type InjectedFault = {
  readonly channel: "read" | "write";
  readonly response: "SLVERR" | "DECERR";
} & ({ readonly beat: number } | { readonly fromAddress: number; readonly toAddress: number });

/** A memory behind an AXI4 master. */
export interface MemoryOptions {
  /** Contents, or their size in bytes (then zeros). The array is shared with the simulation, never copied. */
  readonly image: Uint8Array | number;
  /** Bus address of the image's first byte. Default: 0. */
  readonly baseAddress?: number;
  /** Cycles between an accepted address (for writes: the last datum) and the first cycle that could answer it; 0 answers in the very next cycle. Default: 0. */
  readonly latencyCycles?: number;
  /** Default: latencyCycles. */
  readonly writeLatencyCycles?: number;
  /** Read bandwidth. Default: one beat a cycle. */
  readonly readBytesPerCycle?: number;
  /** Write bandwidth. Default: one beat a cycle. */
  readonly writeBytesPerCycle?: number;
  readonly stalls?: StallOptions;
  /** For stalls and order. Default: 1. */
  readonly seed?: number;
  /** Bursts under way before addresses are held back. Default: 16 each. */
  readonly outstandingReads?: number;
  readonly outstandingWrites?: number;
  /**
   * In which order bursts of different ids are answered: as asked; in random order; or, for reads, beat by beat in random order.
   * Bursts of one id always stay in order. Default: "in-order".
   */
  readonly order?: "in-order" | "reorder" | "interleave";
  readonly faults?: readonly InjectedFault[];
  /** An access beyond the image is a violation that ends the run, or answered with DECERR. Default: "violation". */
  readonly outside?: "violation" | "decerr";
}

/** An attached memory. */
export interface MemoryModel {
  /** What the design reads and writes; both sides see each other's changes at once. */
  readonly image: Uint8Array;
}

/** Counts since the memory was attached; cycles are -1 when there was none. */
export interface MemoryStatistics {
  readonly readBytes: number;
  /** Bytes with their strobe set. */
  readonly writeBytes: number;
  readonly readBeats: number;
  readonly writeBeats: number;
  readonly readBursts: number;
  readonly writeBursts: number;
  /** Cycles with read data offered that the design did not take. */
  readonly readHeldCycles: number;
  /** Cycles with a read address offered that the memory did not take. */
  readonly readAddressHeldCycles: number;
  /** Cycles with write data offered that the memory did not take. */
  readonly writeDataHeldCycles: number;
  readonly mostOutstandingReads: number;
  readonly mostOutstandingWrites: number;
  /** Read beats answered with an error. */
  readonly readErrors: number;
  /** Write bursts answered with an error. */
  readonly writeErrors: number;
  readonly lastReadCycle: number;
  /** Cycle of the last write beat with a strobe set. */
  readonly lastWriteCycle: number;
  /** Cycle of the last handshake on any channel. */
  readonly lastActivityCycle: number;
  /** Bursts are under way. */
  readonly busy: boolean;
}

/** A breach of the protocol. */
export interface Violation {
  readonly code: ViolationCode;
  readonly cycle: number;
  readonly address: number;
  /** One sentence with the figures. */
  readonly text: string;
}

type Describe = (address: string, detail: number) => string;

/** In the order of `enum class Violation` in axi-types.h, from 1. */
const VIOLATIONS = {
  "read-crosses-4k": (a, bytes) => `read burst of ${bytes} bytes at ${a} crosses a 4 KiB boundary`,
  "write-crosses-4k": (a, bytes) => `write burst of ${bytes} bytes at ${a} crosses a 4 KiB boundary`,
  "read-unaligned": (a, size) => `read burst at ${a} is not aligned to its beats of ${2 ** size} bytes`,
  "write-unaligned": (a, size) => `write burst at ${a} is not aligned to its beats of ${2 ** size} bytes`,
  "read-burst-type": (a, type) => `read burst at ${a} has burst type ${type}: only INCR (1) is supported`,
  "write-burst-type": (a, type) => `write burst at ${a} has burst type ${type}: only INCR (1) is supported`,
  "read-size": (a, size) => `read burst at ${a} has beats of ${2 ** size} bytes, more than the bus is wide`,
  "write-size": (a, size) => `write burst at ${a} has beats of ${2 ** size} bytes, more than the bus is wide`,
  "read-outside": (a, bytes) => `read burst of ${bytes} bytes at ${a} leaves the memory`,
  "write-outside": (a, bytes) => `write burst of ${bytes} bytes at ${a} leaves the memory`,
  "last-missing": (a, beats) => `WLAST is 0 at ${a}, on the last of the burst's ${beats} beats`,
  "last-early": (a, beat) => `WLAST is 1 at ${a}, already on beat ${beat} of the burst`,
  "strobe-outside-beat": (a, strobe) => `WSTRB 0x${strobe.toString(16)} at ${a} has bits outside the beat's bytes`,
  "read-address-unstable": (a) => `the read address channel changed or dropped ARVALID before ARREADY (was at ${a})`,
  "write-address-unstable": (a) => `the write address channel changed or dropped AWVALID before AWREADY (was at ${a})`,
  "write-data-unstable": (a) => `the write data channel changed or dropped WVALID before WREADY (burst at ${a})`,
  "unexpected-write-response": (a) =>
    `BVALID on the AXI4-Lite port without a write that is due an answer (register ${a})`,
  "unexpected-read-data": (a) => `RVALID on the AXI4-Lite port without a read that is due an answer (register ${a})`,
} as const satisfies Record<string, Describe>;

export type ViolationCode = keyof typeof VIOLATIONS;

const CODES = Object.keys(VIOLATIONS) as ViolationCode[];

/** Numbers a violation record has in the native interface. */
export const VIOLATION_FIELDS = 4;

export function decodeViolation(record: ArrayLike<number>): Violation {
  const [number = 0, cycle = 0, address = 0, detail = 0] = Array.from(record);
  return violation(CODES[number - 1]!, cycle, address, detail);
}

/** A breach with its text; what `detail` is depends on the code. */
export function violation(code: ViolationCode, cycle: number, address: number, detail: number): Violation {
  const describe: Describe = VIOLATIONS[code];
  return { code, cycle, address, text: describe(`0x${address.toString(16)}`, detail) };
}

/** Violations as an error: the first few, one a line. */
export function violationError(design: string, violations: readonly Violation[]): SystoleError {
  const lines = violations.slice(0, 4).map(({ cycle, text }) => `cycle ${cycle}: ${text}`);
  return new SystoleError({
    code: "harness-axi-violation",
    message: [`${design} broke the AXI protocol:`, ...lines].join("\n"),
  });
}

const ORDERS = ["in-order", "reorder", "interleave"] as const;
const CHANNELS = ["ar", "r", "aw", "w", "b"] as const;

/** The settings of a memory with every default filled in, as both models count with them. */
export interface ResolvedMemory {
  /** Bus address of the image's first byte. */
  readonly base: number;
  /** Cycles. */
  readonly readLatency: number;
  readonly writeLatency: number;
  /** Bytes a cycle; 0 for a beat a cycle. */
  readonly readRate: number;
  readonly writeRate: number;
  /** Probabilities. */
  readonly stalls: Readonly<Record<(typeof CHANNELS)[number], number>>;
  readonly seed: number;
  readonly outstandingReads: number;
  readonly outstandingWrites: number;
  readonly order: (typeof ORDERS)[number];
  /** DECERR beyond the image instead of a violation. */
  readonly respondOutside: boolean;
  readonly faults: readonly InjectedFault[];
}

/** Checks the settings of a memory with beats of `beatBytes`. Errors: `harness-memory-option`. */
export function resolveMemory(options: MemoryOptions, beatBytes: number): ResolvedMemory {
  const { stalls = {}, latencyCycles = 0 } = options;
  const rate = (bytesPerCycle: number | undefined) => {
    if (bytesPerCycle === undefined || bytesPerCycle >= beatBytes) return 0;
    return inRange("bandwidth in bytes per cycle", bytesPerCycle, 1 / 1024, beatBytes);
  };
  const outstanding = (what: string, count = 16) => Math.trunc(inRange(what, count, 1, 1024));
  const probability = (channel: keyof StallOptions) =>
    inRange(`stall probability of ${channel}`, stalls[channel] ?? 0, 0, 0.999);
  const latency = (what: string, cycles: number) => Math.trunc(inRange(what, cycles, 0, 1e9));
  return {
    base: inRange("base address", options.baseAddress ?? 0, 0, Number.MAX_SAFE_INTEGER),
    readLatency: latency("latency in cycles", latencyCycles),
    writeLatency: latency("write latency in cycles", options.writeLatencyCycles ?? latencyCycles),
    readRate: rate(options.readBytesPerCycle),
    writeRate: rate(options.writeBytesPerCycle),
    stalls: {
      ar: probability("ar"),
      r: probability("r"),
      aw: probability("aw"),
      w: probability("w"),
      b: probability("b"),
    },
    seed: Math.trunc(options.seed ?? 1),
    outstandingReads: outstanding("outstanding reads", options.outstandingReads),
    outstandingWrites: outstanding("outstanding writes", options.outstandingWrites),
    order: options.order ?? "in-order",
    respondOutside: options.outside === "decerr",
    faults: options.faults ?? [],
  };
}

/** The settings in the order that `attachMemory` in model.cc.hbs reads them. */
export function encodeSettings(settings: ResolvedMemory): Float64Array {
  return Float64Array.of(
    settings.base,
    settings.readLatency,
    settings.writeLatency,
    settings.readRate,
    settings.writeRate,
    ...CHANNELS.map((channel) => settings.stalls[channel]),
    settings.seed,
    settings.outstandingReads + 65536 * settings.outstandingWrites,
    ORDERS.indexOf(settings.order),
    settings.respondOutside ? 1 : 0,
  );
}

/** Faults as five numbers each: write, response, beat (-1: by address), from, to. */
export function encodeFaults(faults: readonly InjectedFault[]): Float64Array {
  return Float64Array.from(
    faults.flatMap((fault) => [
      fault.channel === "write" ? 1 : 0,
      fault.response === "SLVERR" ? 2 : 3,
      "beat" in fault ? fault.beat : -1,
      "beat" in fault ? 0 : fault.fromAddress,
      "beat" in fault ? 0 : fault.toAddress,
    ]),
  );
}

/** Numbers that `statistics` in model.cc.hbs writes. */
export const STATISTICS_FIELDS = 17;

export function decodeStatistics(values: ArrayLike<number>): MemoryStatistics {
  const v = (index: number) => values[index] ?? 0;
  return {
    readBytes: v(0),
    writeBytes: v(1),
    readBeats: v(2),
    writeBeats: v(3),
    readBursts: v(4),
    writeBursts: v(5),
    readHeldCycles: v(6),
    readAddressHeldCycles: v(7),
    writeDataHeldCycles: v(8),
    mostOutstandingReads: v(9),
    mostOutstandingWrites: v(10),
    readErrors: v(11),
    writeErrors: v(12),
    lastReadCycle: v(13),
    lastWriteCycle: v(14),
    lastActivityCycle: v(15),
    busy: v(16) !== 0,
  };
}

function inRange(what: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new SystoleError({
    code: "harness-memory-option",
    message: `memory model: ${what} is ${value}; allowed are ${least} to ${most}`,
  });
}

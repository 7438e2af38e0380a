import { describe, expect, test } from "vitest";
import {
  openAccelerator,
  executionTrace,
  withSeed,
  type Accelerator,
  type AcceleratorOptions,
  type EngineEvent,
  type MemoryOptions,
} from "../../src/harness/index.ts";
import { axiCopier, axiPuppet, COPIER } from "./fixtures.ts";

const IMAGE_BYTES = 1 << 20;
const TARGET = IMAGE_BYTES / 2;

interface Copy {
  readonly source?: number;
  readonly target?: number;
  readonly beats: number;
  readonly longest?: number;
  readonly misdeeds?: number;
}

/** A copier with a patterned image. */
async function open(memory: Partial<MemoryOptions> = {}, options: Partial<AcceleratorOptions> = {}, dataBits = 128) {
  const image = Uint8Array.from({ length: IMAGE_BYTES }, (_, i) => (i * 101 + (i >> 8) * 7) & 255);
  return openAccelerator(axiCopier(dataBits), { memory: { image, ...memory }, ...options });
}

function start({ writeRegister }: Accelerator, copy: Copy, control = 1): void {
  writeRegister(COPIER.source, copy.source ?? 0);
  writeRegister(COPIER.destination, copy.target ?? TARGET);
  writeRegister(COPIER.beats, copy.beats);
  writeRegister(COPIER.longest, copy.longest ?? 64);
  writeRegister(COPIER.misdeeds, copy.misdeeds ?? 0);
  writeRegister(COPIER.control, control);
}

test.each([64, 128, 256, 512])("%i bits wide: registers, copy, interrupt", async (dataBits) => {
  const accelerator = await open({ latencyCycles: 20 }, {}, dataBits);
  const { readRegister, image } = accelerator;
  expect(readRegister(COPIER.id)).toBe(0x434f5059);
  const bytes = (1000 * dataBits) / 8;
  const expected = image.slice(4096 - 64, 4096 - 64 + bytes);
  start(accelerator, { source: 4096 - 64, beats: 1000 });
  expect(readRegister(COPIER.source)).toBe(4096 - 64);
  const { cycles, seconds } = await accelerator.runUntilInterrupt();
  expect(readRegister(COPIER.status)).toBe(2);
  expect(Buffer.compare(image.subarray(TARGET, TARGET + bytes), expected)).toBe(0);
  expect(cycles).toBeGreaterThan(1000);
  expect(cycles).toBeLessThan(1250);
  expect(seconds).toBeGreaterThan(0);
  expect(accelerator.statistics()).toMatchObject({
    readBytes: bytes,
    writeBytes: bytes,
    readBeats: 1000,
    writeBeats: 1000,
  });
  accelerator.close();
});

test("latency, bandwidth and stalls cost cycles and change no byte", async () => {
  await withSeed(async (random) => {
    const copy = { source: 16 * random.integer(0, 1000), beats: 3000, longest: random.integer(16, 256) };
    const settings: Partial<MemoryOptions>[] = [
      {},
      { latencyCycles: 200 },
      { readBytesPerCycle: 8 },
      { writeBytesPerCycle: 5.5 },
      { latencyCycles: 20, stalls: { ar: 0.3, r: 0.3, aw: 0.3, w: 0.3, b: 0.3 }, seed: random.integer(1, 1e9) },
      { latencyCycles: 20, outstandingReads: 1, outstandingWrites: 1 },
    ];
    const cycles: number[] = [];
    for (const memory of settings) {
      const accelerator = await open(memory);
      const expected = accelerator.image.slice(copy.source, copy.source + copy.beats * 16);
      start(accelerator, copy);
      cycles.push((await accelerator.runUntilInterrupt()).cycles);
      expect(Buffer.compare(accelerator.image.subarray(TARGET, TARGET + expected.length), expected)).toBe(0);
      accelerator.close();
    }
    const [plain, ...others] = cycles as [number, ...number[]];
    for (const slower of others) expect(slower).toBeGreaterThan(plain);
    expect(cycles[2]).toBeGreaterThanOrEqual(6000);
    expect(cycles[3]).toBeGreaterThanOrEqual((3000 * 16) / 5.5 - 1);
  });
});

test.each(["together", "address-first", "data-first"] as const)("register writes work with %s", async (writeOrder) => {
  const { readRegister, writeRegister, close } = await open({}, { host: { writeOrder, responseDelayCycles: 3 } });
  writeRegister(COPIER.source, 0xdeadbeef);
  writeRegister(COPIER.destination, 0x12345678);
  expect([readRegister(COPIER.source), readRegister(COPIER.destination)]).toEqual([0xdeadbeef, 0x12345678]);
  close();
});

test("trace ports become the lives of commands", async () => {
  const accelerator = await open();
  start(accelerator, { beats: 100 });
  const started = accelerator.cycle();
  const { cycles } = await accelerator.runUntilInterrupt();
  const { commands, phases, activity } = accelerator.takeTrace(started);
  const [trace, ...more] = commands;
  expect(more).toEqual([]);
  expect(trace).toMatchObject({ engine: "load", index: 7, retire: cycles - 1, wait: 3, waitSemaphore: 9 });
  // The write of the start register was answered after the start.
  expect(trace!.enqueue).toBeLessThan(0);
  expect(trace!.start).toBe(trace!.enqueue + 4);
  expect(trace!.memoryWait).toBeGreaterThan(0);

  const load = phases.filter((phase) => phase.engine === "load");
  load.slice(1).forEach((phase, i) => {
    expect(phase.start).toBe(load[i]!.end);
  });
  expect([load[0]!.start, load.at(-1)!.end]).toEqual([0, cycles]);
  expect(load.reduce((sum, phase) => sum + phase.active, 0)).toBe(100);
  expect(load.reduce((sum, phase) => sum + phase.memoryWait, 0)).toBe(trace!.memoryWait);
  expect(phases.filter((phase) => phase.engine === "norm")).toMatchObject([{ start: 0, end: cycles, busy: false }]);

  expect(activity.engines).toEqual(["load"]);
  expect(activity.start).toBeLessThanOrEqual(0);
  const inWindows = activity.counts.reduce((sum, count) => sum + count, 0);
  expect(inWindows).toBeGreaterThan(0);
  expect(inWindows).toBeLessThanOrEqual(100);
  expect(accelerator.takeTrace(started).commands).toEqual([]);
  accelerator.close();
});

describe("events become lives and phases", () => {
  const quiet = { busy: false, head: false, missing: 0, enqueue: false, start: false, retire: false };
  const event = (engine: string, cycle: number, what: Partial<EngineEvent>): EngineEvent => ({
    engine,
    cycle,
    ...quiet,
    startIndex: 0,
    retireIndex: 0,
    memoryWait: 100,
    active: 50,
    lastActive: 0,
    ...what,
  });
  const events = [
    event("load", 10, { head: true, enqueue: true, missing: 0b100 }),
    event("load", 12, { head: true, enqueue: true, missing: 0b1010 }),
    event("load", 15, { head: true, start: true, startIndex: 4 }),
    event("load", 16, { busy: true, head: true, missing: 1 }),
    event("load", 20, {
      busy: true,
      head: true,
      start: true,
      retire: true,
      startIndex: 5,
      memoryWait: 102,
      active: 52,
    }),
    event("load", 21, { busy: true, memoryWait: 103, active: 52 }),
    event("load", 30, { busy: true, retire: true, memoryWait: 107, active: 58, lastActive: 28 }),
    event("load", 31, { memoryWait: 108, active: 58, lastActive: 28 }),
  ];
  const { commands, phases } = executionTrace(
    events,
    { engines: ["load"], start: 3, windowCycles: 64, counts: new Uint8Array(0) },
    8,
    40,
  );

  test("a command waits while nothing is in execution; the cycle of a retirement is the retiring command's", () => {
    const common = { engine: "load" };
    expect(commands).toEqual([
      { ...common, index: 4, enqueue: 2, start: 7, retire: 12, wait: 5, waitSemaphore: 1, memoryWait: 3 },
      { ...common, index: 5, enqueue: 4, start: 12, retire: 22, wait: 0, waitSemaphore: 0, memoryWait: 5 },
    ]);
  });

  test("the phases of every engine leave no gap", () => {
    const load = phases.filter((p) => p.engine === "load");
    expect(load.map((p) => [p.start, p.end])).toEqual([
      [0, 2],
      [2, 4],
      [4, 7],
      [7, 8],
      [8, 12],
      [12, 13],
      [13, 22],
      [22, 23],
      [23, 32],
    ]);
    expect(load[6]).toEqual({
      engine: "load",
      start: 13,
      end: 22,
      busy: true,
      head: false,
      missing: 0,
      memoryWait: 4,
      active: 6,
      lastActive: 20,
    });
    for (const engine of ["store", "gemm", "norm"])
      expect(phases.filter((p) => p.engine === engine)).toMatchObject([{ start: 0, end: 32, busy: false }]);
  });
});

test("a read error raises the fault and nothing is written after it", async () => {
  const accelerator = await open({ latencyCycles: 30, faults: [{ channel: "read", response: "SLVERR", beat: 500 }] });
  start(accelerator, { beats: 2000, longest: 16 });
  await accelerator.runUntilInterrupt();
  expect(accelerator.readRegister(COPIER.status)).toBe(4);
  const { readErrors, lastWriteCycle, writeBytes } = accelerator.statistics();
  expect(readErrors).toBe(1);
  // The faulty beat is read no earlier than 500 beats after the start; a burst in flight then goes on without strobes.
  expect(writeBytes).toBeLessThanOrEqual(500 * 16);
  accelerator.step(1000);
  expect(accelerator.statistics()).toMatchObject({ lastWriteCycle, writeBytes });
  accelerator.close();
});

test("a write error raises the fault", async () => {
  const accelerator = await open({
    faults: [{ channel: "write", response: "DECERR", fromAddress: TARGET + 320, toAddress: TARGET + 336 }],
  });
  start(accelerator, { beats: 2000, longest: 16 });
  await accelerator.runUntilInterrupt();
  expect(accelerator.readRegister(COPIER.status)).toBe(4);
  expect(accelerator.statistics().writeErrors).toBe(1);
  accelerator.close();
});

test("a burst across 4 KiB ends the run with an error", async () => {
  const accelerator = await open();
  start(accelerator, { source: 4096 - 32, beats: 100, longest: 64, misdeeds: 1 });
  await expect(accelerator.runUntilInterrupt()).rejects.toThrow(
    "read burst of 1024 bytes at 0xfe0 crosses a 4 KiB boundary",
  );
  accelerator.close();
});

test("a missing WLAST ends the run with an error", async () => {
  const accelerator = await open();
  start(accelerator, { beats: 100, longest: 16, misdeeds: 2 });
  await expect(accelerator.runUntilInterrupt()).rejects.toThrow(
    "WLAST is 0 at 0x800f0, on the last of the burst's 16 beats",
  );
  accelerator.close();
});

test("the watchdog reports a hang with what the status registers say", async () => {
  const accelerator = await open();
  start(accelerator, { beats: 100 }, 3);
  const failure = accelerator.runUntilInterrupt({
    watchdogCycles: 5000,
    onHang: (read) => `COPY is ${read(COPIER.status) === 1 ? "busy" : "idle"}`,
  });
  await expect(failure).rejects.toThrow(
    /^axi_copier made no progress for 5000 cycles in cycle \d+: there was no AXI traffic at all, no burst is under way\nCOPY is busy$/,
  );
  expect(accelerator.cycle()).toBeLessThan(5200);
  accelerator.close();
});

test("a sign of progress holds the watchdog back; the limit of cycles ends the run", async () => {
  const accelerator = await open();
  start(accelerator, { beats: 100 }, 3);
  let asked = 0;
  const failure = accelerator.runUntilInterrupt({ watchdogCycles: 1000, maxCycles: 50_500, progress: () => ++asked });
  await expect(failure).rejects.toThrow(/^axi_copier did not finish within 50500 cycles in cycle \d+: /);
  // Once at the start, then every thousand cycles.
  expect(asked).toBeGreaterThanOrEqual(49);
  expect(asked).toBeLessThanOrEqual(52);
  accelerator.close();
});

test("progress is told, and a signal ends the run", async () => {
  const accelerator = await open();
  start(accelerator, { beats: 100 }, 3);
  const aborter = new AbortController();
  const seen: number[] = [];
  const run = accelerator.runUntilInterrupt({
    watchdogCycles: 0,
    signal: aborter.signal,
    onProgress: (cycles) => {
      seen.push(cycles);
      if (seen.length === 3) aborter.abort(new Error("interrupted"));
    },
  });
  await expect(run).rejects.toThrow("interrupted");
  expect(seen).toHaveLength(3);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  accelerator.close();
});

test("a second run starts where the first ended", async () => {
  const accelerator = await open();
  for (const target of [TARGET, TARGET + 65536]) {
    start(accelerator, { beats: 256, target });
    await accelerator.runUntilInterrupt();
    expect(accelerator.image.subarray(target, target + 4096)).toEqual(accelerator.image.subarray(0, 4096));
  }
  accelerator.close();
});

test("a design without the ports of an accelerator is refused", async () => {
  await expect(openAccelerator(axiPuppet, { memory: { image: 64 } })).rejects.toThrow(
    "axi_puppet has no AXI4-Lite slave: it needs the ports s_axi_awaddr, s_axi_rdata, …",
  );
});

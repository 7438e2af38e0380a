import { describe, expect, test } from "vitest";
import { elaborate, emitVerilog } from "../src/hdl/index.ts";
import { loadConfig } from "../src/config/index.ts";
import type { Params } from "../src/config/index.ts";
import { formatLint, lintVerilog, withSeed } from "../src/harness/index.ts";
import type { Random } from "../src/harness/index.ts";
import { FAULTS, LOAD_SPACES, STORE_SOURCES } from "../src/isa/index.ts";
import type { FaultName, LoadFields, StoreFields } from "../src/isa/index.ts";
import { DmaBench } from "./support/dma-bench.ts";
import { execute, IMAGE_BYTES, load, openDma, randomBytes, store } from "./support/dma-driver.ts";
import type { DmaCommand, DmaDriver } from "./support/dma-driver.ts";
import { variant } from "./support/params.ts";

const transformer = loadConfig("transformer");
/** Words and rows of one beat, of several beats, of a fraction of a beat. */
const VARIANTS: readonly Params[] = [
  transformer,
  loadConfig("edge"),
  variant({ rows: 4, cols: 4, dmaBits: 512, outstanding: 2 }),
  variant({ rows: 64, cols: 4, dmaBits: 64, outstanding: 1 }),
  variant({ rows: 8, cols: 32, dmaBits: 256 }),
];

/** Random commands whose places in each memory do not overlap, so that their order is free; loads read the lower half of the image, stores write the upper. */
function randomCommands(p: Params, count: number, random: Random): DmaCommand[] {
  const free = { scratchpad: 0, accumulator: 0, image: IMAGE_BYTES / 2 };
  const readable = Math.floor(p.scratchpadWords / 2);
  free.scratchpad = readable;
  const commands: DmaCommand[] = [];
  for (let attempt = 0; commands.length < count && attempt < 1000; attempt++) {
    const kind = random.pick(["words", "rows", "store", "stream"] as const);
    const unit = kind === "rows" ? p.accumulatorRowBytes : p.wordBytes;
    const align = Math.max(1, p.beatBytes / unit);
    const runs = random.pick([1, 1, 2, 3, random.integer(1, 12)]);
    const runLength =
      align * random.pick([1, 2, random.integer(1, 20), random.chance(0.1) ? random.integer(50, 300) : 3]);
    const runBytes = runLength * unit;
    const localStride = runLength + random.integer(0, 5);
    const dramStride = runBytes + p.beatBytes * random.pick([0, 1, random.integer(0, 40)]);
    const localSpan = (runs - 1) * localStride + runLength;
    const dramSpan = (runs - 1) * dramStride + runBytes;
    const post = random.word();
    const common = { runs, runLength, dramStride, localStride, post };
    const within = (bytes: number): number => p.beatBytes * random.integer(0, Math.floor(bytes / p.beatBytes));
    if (kind === "words" || kind === "rows") {
      const memory = kind === "words" ? "scratchpad" : "accumulator";
      const capacity = kind === "words" ? p.scratchpadWords : p.accumulatorRows;
      if (dramSpan > IMAGE_BYTES / 2 || free[memory] + localSpan > capacity) continue;
      const dramOffset = within(IMAGE_BYTES / 2 - dramSpan);
      commands.push(load({ ...common, dramOffset, localAddress: free[memory], space: kind === "words" ? 0 : 1 }));
      free[memory] += localSpan;
    } else {
      if (free.image + dramSpan > IMAGE_BYTES || localSpan > readable) continue;
      const source = kind === "store" ? STORE_SOURCES.scratchpad : STORE_SOURCES.stream;
      const localAddress = random.integer(0, readable - localSpan);
      commands.push(store({ ...common, dramOffset: free.image, localAddress, source }));
      free.image += dramSpan;
    }
  }
  return commands;
}

/** Supplies the words of the stores from the stream. */
function fillStream(p: Params, commands: readonly DmaCommand[], random: Random): Uint8Array[] {
  const count = commands
    .map(({ engine, fields }) =>
      engine === "store" && fields.source === STORE_SOURCES.stream ? fields.runs * fields.runLength : 0,
    )
    .reduce((a, b) => a + b, 0);
  return Array.from({ length: count }, () => randomBytes(p.wordBytes, random));
}

async function runRandom(
  p: Params,
  count: number,
  random: Random,
  options: Parameters<typeof openDma>[2],
): Promise<DmaDriver> {
  const dma = await openDma(p, random, options);
  const commands = randomCommands(p, count, random);
  const expected = {
    image: dma.image.slice(),
    scratchpad: dma.scratchpad.slice(),
    accumulator: dma.accumulator.slice(),
    words: fillStream(p, commands, random),
  };
  dma.words.push(...expected.words);
  for (const c of commands) execute(p, c, expected);
  dma.give(commands);
  dma.runAll(commands.length);
  expect(dma.faults).toEqual([]);
  for (const engine of ["load", "store"] as const) {
    const order = commands.flatMap((c, index) => (c.engine === engine ? [[index, c.fields.post]] : []));
    const retired = dma.retired.filter((r) => r.engine === engine).map(({ index, value }) => [index, value]);
    expect(retired).toEqual(order);
  }
  for (const memory of ["image", "scratchpad", "accumulator"] as const) {
    expect(Buffer.compare(dma[memory], expected[memory]), memory).toBe(0);
  }
  dma.close();
  return dma;
}

describe.each(VARIANTS)("$name", (p) => {
  test("random commands move the right bytes and retire in order", () =>
    withSeed(async (random) => {
      await runRandom(p, 40, random, {});
      await runRandom(p, 40, random, {
        denial: 0.3,
        memory: { latencyCycles: 20, stalls: { ar: 0.3, r: 0.3, aw: 0.3, w: 0.3, b: 0.3 } },
      });
    }));

  test("the emitted Verilog is clean", async () => {
    const { files, top } = emitVerilog(elaborate(DmaBench, p));
    expect(formatLint(await lintVerilog(files, top))).toBe("");
  });
});

test.each([100, 200])("random commands at latency %i", (latencyCycles) =>
  withSeed(async (random) => {
    await runRandom(transformer, 60, random, { memory: { latencyCycles } });
  }),
);

/** 16 commands of 128 words each in two runs, one after the other in both memories. */
const streams = (make: (fields: Partial<LoadFields & StoreFields>) => DmaCommand, fields = {}): DmaCommand[] =>
  Array.from({ length: 16 }, (_, i) =>
    make({
      dramOffset: i * 2048,
      runs: 2,
      runLength: 64,
      dramStride: 1024,
      localAddress: i * 128,
      localStride: 64,
      ...fields,
    }),
  );

describe("throughput", () => {
  test.each([0, 20, 100, 200])("LOAD takes a beat a cycle across commands at latency %i", (latencyCycles) =>
    withSeed(async (random) => {
      const dma = await openDma(transformer, random, { memory: { latencyCycles } });
      dma.give(streams(load));
      const beats = 16 * 128;
      expect(dma.runAll(16)).toBeLessThanOrEqual(beats + latencyCycles + 8);
      dma.close();
    }),
  );

  test.each([false, true])("LOAD to the accumulator takes a beat a cycle, rows refused once: %s", (refuseRowsOnce) =>
    withSeed(async (random) => {
      const dma = await openDma(transformer, random, { memory: { latencyCycles: 100 }, refuseRowsOnce });
      dma.give(
        Array.from({ length: 8 }, (_, i) =>
          load({ dramOffset: i * 4096, runs: 1, runLength: 32, localAddress: i * 32, space: LOAD_SPACES.accumulator }),
        ),
      );
      // Only a command's last row holds up what follows.
      const waits = refuseRowsOnce ? 8 : 0;
      expect(dma.runAll(8)).toBeLessThanOrEqual(8 * 32 * 4 + 100 + 8 + waits);
      dma.close();
    }),
  );

  test.each([0, 20, 100, 200])("STORE sends a beat a cycle across commands at latency %i", (latencyCycles) =>
    withSeed(async (random) => {
      const dma = await openDma(transformer, random, { memory: { latencyCycles } });
      dma.give(streams(store));
      expect(dma.runAll(16)).toBeLessThanOrEqual(16 * 128 + latencyCycles + 10);
      dma.close();
    }),
  );

  test("STORE takes a word of the stream a cycle", () =>
    withSeed(async (random) => {
      const dma = await openDma(transformer, random, { memory: { latencyCycles: 20 } });
      const commands = streams(store, { source: STORE_SOURCES.stream });
      dma.words.push(...fillStream(transformer, commands, random));
      dma.give(commands);
      expect(dma.runAll(16)).toBeLessThanOrEqual(16 * 128 + 20 + 10);
      dma.close();
    }));

  test("both directions at once do not slow each other", () =>
    withSeed(async (random) => {
      const dma = await openDma(transformer, random, { memory: { latencyCycles: 100 } });
      const commands = streams(load).flatMap((c, i) => [c, streams(store)[i]!]);
      dma.give(
        commands.map((c) =>
          c.engine === "store" ? store({ ...c.fields, dramOffset: c.fields.dramOffset + 131072 }) : c,
        ),
      );
      expect(dma.runAll(32)).toBeLessThanOrEqual(16 * 128 + 100 + 12);
      dma.close();
    }));
});

describe("faults", () => {
  const p = transformer;
  const good = { runs: 2, runLength: 4, dramStride: 64, localStride: 4 };
  const cases: readonly (readonly [string, FaultName, DmaCommand])[] = [
    ["no runs", "illegalField", load({ ...good, runs: 0 })],
    ["empty runs", "illegalField", store({ ...good, runLength: 0 })],
    ["an unaligned offset", "illegalField", load({ ...good, dramOffset: 8 })],
    ["an unaligned stride", "illegalField", store({ ...good, dramStride: 72 })],
    ["a scratchpad word beyond the last", "scratchpadRange", load({ ...good, localAddress: p.scratchpadWords - 7 })],
    ["a later run beyond the last word", "scratchpadRange", store({ ...good, localStride: p.scratchpadWords - 3 })],
    [
      "an accumulator row beyond the last",
      "accumulatorRange",
      load({ ...good, localAddress: p.accumulatorRows - 7, space: 1 }),
    ],
    ["DRAM beyond LIMIT", "dramRange", load({ ...good, dramOffset: IMAGE_BYTES - 112 })],
    ["DRAM beyond 4 GiB", "dramRange", store({ ...good, runs: 3, dramStride: 2 ** 32 - 16 })],
  ];
  test.each(cases)("%s is %s", (_, name, bad) =>
    withSeed(async (random) => {
      const dma = await openDma(p, random, { memory: { latencyCycles: 20 } });
      dma.give([bad.engine === "load" ? load(good) : store({ ...good, dramOffset: 65536 })]);
      dma.runAll(1);
      const image = dma.image.slice();
      const fatal = { engine: bad.engine, fields: { ...bad.fields, post: 5 } } as DmaCommand;
      dma.give([fatal, load(good), store({ ...good, dramOffset: 65536 })], 1);
      dma.runToFault();
      expect(dma.faults).toMatchObject([{ engine: bad.engine, index: 1, value: FAULTS[name].code }]);
      const writes = dma.statistics().writeBytes;
      const last = dma.lastWrite();
      dma.idleFor(300);
      expect(dma.statistics().writeBytes).toBe(writes);
      expect(dma.lastWrite()).toBe(last);
      expect(dma.retired.some(({ index }) => index === 1)).toBe(false);
      if (bad.engine === "load") expect(Buffer.compare(image.subarray(0, 65536), dma.image.subarray(0, 65536))).toBe(0);
      dma.close();
    }),
  );

  test.each(["any beat", "a command's first beat"])("a read error of %s stops LOAD there", (place) =>
    withSeed(async (random) => {
      const first = place !== "any beat";
      const beat = first ? 128 * random.integer(1, 15) : random.integer(0, 15 * 128);
      // Without pauses the first beat comes in the very cycle in which the command before finishes.
      const stalls = first ? {} : { r: 0.2, ar: 0.2 };
      const memory = { latencyCycles: 20, stalls, faults: [{ channel: "read", response: "SLVERR", beat }] } as const;
      const dma = await openDma(p, random, { memory, denial: first ? 0 : 0.2 });
      const commands = streams(load);
      const expected = dma.scratchpad.slice();
      const state = { ...dma, scratchpad: expected };
      for (const c of commands) execute(p, c, state);
      expected.set(dma.scratchpad.subarray(beat * 16), beat * 16);
      dma.give(commands);
      dma.runToFault();
      expect(dma.faults).toMatchObject([
        { engine: "load", index: Math.floor(beat / 128), value: FAULTS.readError.code },
      ]);
      expect(dma.retired.map(({ index }) => index)).toEqual(
        Array.from({ length: Math.floor(beat / 128) }, (_, i) => i),
      );
      dma.idleFor(100);
      const written = dma.scratchpad.subarray(0, beat * 16);
      // The word before the bad one may still have been waiting for its bank.
      const last = Math.max(0, beat - 1) * 16;
      expect(Buffer.compare(written.subarray(0, last), expected.subarray(0, last))).toBe(0);
      expect(Buffer.compare(dma.scratchpad.subarray(beat * 16), expected.subarray(beat * 16))).toBe(0);
      dma.close();
    }),
  );

  test("a write error stops STORE: open bursts end without a strobe", () =>
    withSeed(async (random) => {
      const beat = random.integer(0, 15 * 128);
      const stalls = { w: 0.2, aw: 0.2, b: 0.2 };
      const memory = { latencyCycles: 20, stalls, faults: [{ channel: "write", response: "DECERR", beat }] } as const;
      const dma = await openDma(p, random, { memory, denial: 0.2 });
      dma.give(streams(store));
      const atFault = dma.runToFault();
      expect(dma.faults).toMatchObject([
        { engine: "store", index: Math.floor(beat / 128), value: FAULTS.writeError.code },
      ]);
      const after = dma.statistics();
      // A beat that is offered already stays until it is taken.
      expect(after.writeBytes - atFault.writeBytes).toBeLessThanOrEqual(p.beatBytes);
      dma.idleFor(300);
      expect(dma.statistics()).toMatchObject({
        writeBytes: after.writeBytes,
        writeBeats: after.writeBeats,
        busy: false,
      });
      dma.close();
    }));

  test.each(["load", "store"] as const)("a halt in the middle stops %s and leaves AXI quiet", (engine) =>
    withSeed(async (random) => {
      const stalls = { ar: 0.2, r: 0.2, aw: 0.2, w: 0.2, b: 0.2 };
      const dma = await openDma(p, random, { memory: { latencyCycles: 50, stalls }, denial: 0.2 });
      dma.give(streams(engine === "load" ? load : store));
      dma.idleFor(random.integer(10, 3000));
      dma.dut.load.halt.poke(1);
      dma.dut.store.halt.poke(1);
      const halted = dma.cycle();
      dma.idleFor(2000);
      expect(dma.lastWrite()).toBeLessThanOrEqual(halted);
      const { lastWriteCycle, busy } = dma.statistics();
      // A beat offered before the halt stays offered, as AXI demands.
      const grace = 40;
      expect(lastWriteCycle).toBeLessThanOrEqual(halted + grace);
      expect(busy).toBe(false);
      expect(dma.dut.quiet.peek()).toBe(1);
      expect(dma.retired.every(({ cycle }) => cycle <= halted + 1)).toBe(true);
      dma.close();
    }),
  );

  test("STORE says when only NORM can help", () =>
    withSeed(async (random) => {
      const dma = await openDma(p, random, { memory: { latencyCycles: 20 } });
      dma.words.push(...Array.from({ length: 3 }, () => randomBytes(16, random)));
      dma.give([store({ ...good, source: STORE_SOURCES.stream })]);
      dma.idleFor(100);
      expect(dma.dut.store.stalled.peek()).toBe(1);
      dma.words.push(...Array.from({ length: 5 }, () => randomBytes(16, random)));
      dma.runAll(1);
      expect(dma.dut.store.stalled.peek()).toBe(0);
      dma.close();
    }));
});

import { describe, expect, test } from "vitest";
import { SIMULATORS, withSeed, type MemoryOptions, type Random } from "../../src/harness/index.ts";
import { BEAT, offerRead, offerWrite, openPuppetIn, read, stepUntil, word, write } from "./puppet.ts";

describe.each(SIMULATORS)("%s", (simulator) => {
  const openPuppet = openPuppetIn(simulator);

  test.each([0, 1, 20, 100])(
    "latency %i: the first datum comes that many cycles late, the rest follow at once",
    async (latencyCycles) => {
      const bench = await openPuppet({ latencyCycles });
      const { cycles, data, responses } = read(bench, { address: 0x123 * BEAT, beats: 5 });
      expect(cycles).toEqual([1, 2, 3, 4, 5].map((i) => latencyCycles + i));
      expect(data).toEqual([0, 1, 2, 3, 4].map((i) => word(bench.image, (0x123 + i) * BEAT)));
      expect(responses).toEqual([0, 0, 0, 0, 0]);
      expect(write(bench, { address: 64, beats: 2 }, [1n, 2n]).cycles).toBe(latencyCycles + 1);
      bench.close();
    },
  );

  test("bandwidth spreads the beats evenly", async () => {
    const bench = await openPuppet({ readBytesPerCycle: 3, writeBytesPerCycle: 2 });
    const { cycles } = read(bench, { address: 0, beats: 65 });
    // 64 beats of 8 bytes at 3 bytes a cycle.
    expect(cycles[64]! - cycles[0]!).toBe(Math.ceil((64 * 8) / 3));
    const gaps = cycles.slice(1).map((cycle, i) => cycle - cycles[i]!);
    expect(new Set(gaps)).toEqual(new Set([2, 3]));
    const started = bench.cycle();
    write(
      bench,
      { address: 0, beats: 100 },
      Array.from({ length: 100 }, (_, i) => BigInt(i)),
    );
    expect(bench.cycle() - started).toBeGreaterThanOrEqual(100 * 4 - 4);
    expect(bench.cycle() - started).toBeLessThanOrEqual(100 * 4 + 4);
    bench.close();
  });

  test("a write reaches the image when its response is offered, not before", async () => {
    const bench = await openPuppet({ writeLatencyCycles: 10 });
    const { port, image, step } = bench;
    const old = word(image, 0x200);
    offerWrite(port, { address: 0x200, beats: 1, id: 2 });
    port("p_wvalid").poke(1);
    port("p_wdata").poke(0x1122334455667788n);
    port("p_wstrb").poke(0xff);
    port("p_wlast").poke(1);
    stepUntil(bench, "aw");
    port("p_awvalid").poke(0);
    stepUntil(bench, "w");
    port("p_wvalid").poke(0);
    step(10);
    expect(word(image, 0x200)).toBe(old);
    expect(read(bench, { address: 0x200, beats: 1 }).data).not.toEqual([old]);
    expect(word(image, 0x200)).toBe(0x1122334455667788n);
    bench.close();
  });

  test("strobes choose the bytes; narrow beats use their lanes", async () => {
    const bench = await openPuppet();
    const { image } = bench;
    const before = image.slice();
    expect(write(bench, { address: 0x40, beats: 1, id: 3 }, [0xffff_ffff_ffff_ffffn], 0b0101_0000)).toMatchObject({
      response: 0,
      id: 3,
    });
    before[0x44] = 255;
    before[0x46] = 255;
    expect(image).toEqual(before);
    // Two beats of four bytes: the first in the upper half of its bus word.
    const { data } = read(bench, { address: 0x104, beats: 2, size: 2 });
    expect(data.map((datum, i) => (i === 0 ? datum >> 32n : datum & 0xffffffffn))).toEqual([
      word(image, 0x100) >> 32n,
      word(image, 0x108) & 0xffffffffn,
    ]);
    bench.close();
  });

  test("the image may be large and lie anywhere in 64 bits of address", async () => {
    const baseAddress = 2 ** 40;
    const image = new Uint8Array(300 * 2 ** 20);
    const bench = await openPuppet({ baseAddress }, image);
    image[image.length - 1] = 0x80;
    expect(read(bench, { address: baseAddress + image.length - 8, beats: 1 }).data).toEqual([1n << 63n]);
    write(bench, { address: baseAddress + image.length - 16, beats: 2 }, [5n, 6n]);
    expect([image[image.length - 16], image[image.length - 8]]).toEqual([5, 6]);
    bench.close();
  });

  test("statistics count what moved, and when", async () => {
    const bench = await openPuppet({ latencyCycles: 3 });
    const { engine } = bench;
    expect(engine.memoryStatistics()).toMatchObject({
      readBytes: 0,
      lastReadCycle: -1,
      lastWriteCycle: -1,
      busy: false,
    });
    read(bench, { address: 0, beats: 4 });
    const lastRead = bench.cycle() - 1;
    write(bench, { address: 0, beats: 3 }, [1n, 2n, 3n], 0x0f);
    const lastActivity = bench.cycle() - 1;
    write(bench, { address: 0, beats: 1 }, [1n], 0);
    expect(engine.memoryStatistics()).toMatchObject({
      readBytes: 32,
      readBeats: 4,
      readBursts: 1,
      writeBytes: 12,
      writeBeats: 4,
      writeBursts: 2,
      lastReadCycle: lastRead,
      // The response comes latency + 1 after the last datum; the second burst writes nothing.
      lastWriteCycle: lastActivity - 4,
      lastActivityCycle: bench.cycle() - 1,
      mostOutstandingReads: 1,
      busy: false,
    });
    bench.close();
  });

  test("addresses are held back when enough bursts are outstanding", async () => {
    const bench = await openPuppet({ latencyCycles: 50, outstandingReads: 2 });
    const { port, engine } = bench;
    offerRead(port, { address: 0, beats: 1 });
    stepUntil(bench, "ar");
    stepUntil(bench, "ar");
    const second = bench.cycle();
    // The third is taken when the first has been answered and its place is free.
    expect(stepUntil(bench, "ar") - second).toBe(50);
    expect(engine.memoryStatistics().mostOutstandingReads).toBe(2);
    bench.close();
  });

  test.each([
    ["reorder", 0],
    ["interleave", 1],
  ] as const)("%s: bursts of one id stay in order, those of different ids do not", async (order, mixesBeats) => {
    await withSeed(async (random) => {
      const bench = await openPuppet({ order, seed: random.integer(1, 1e6), latencyCycles: 40 });
      const { port, step, image } = bench;
      const bursts = Array.from({ length: 12 }, (_, i) => ({ address: i * 256, beats: 4, id: i % 4 }));
      const queues = [0, 1, 2, 3].map((id) => bursts.filter((burst) => burst.id === id));
      for (const burst of bursts) {
        offerRead(port, burst);
        stepUntil(bench, "ar");
      }
      port("p_arvalid").poke(0);
      const ids: number[] = [];
      const done = [0, 0, 0, 0];
      while (ids.length < 48) {
        step();
        if (port("p_rvalid").sampled() === 0) continue;
        const id = port("p_rid").sampled();
        const beat = done[id]!++;
        const burst = queues[id]![beat >> 2]!;
        expect(port("p_rdata").sampledBig()).toBe(word(image, burst.address + (beat & 3) * BEAT));
        expect(port("p_rlast").sampled()).toBe((beat & 3) === 3 ? 1 : 0);
        ids.push(id);
      }
      // Whether an id changes where no burst ends.
      const mixed = ids.some((id, i) => i % 4 !== 0 && id !== ids[i - 1]);
      expect(mixed).toBe(mixesBeats === 1);
      const inOrder = bursts.flatMap(({ id }) => [id, id, id, id]);
      expect(ids).not.toEqual(inOrder);
      bench.close();
    });
  });

  /** Random traffic both ways with random stalls and a master that is not always ready: the image must end as a model's. */
  async function traffic(random: Random, options: Partial<MemoryOptions>): Promise<number> {
    const bench = await openPuppet({ seed: random.integer(1, 1e9), ...options });
    const { image, port, cycle, close } = bench;
    const expected = image.slice();
    for (let i = 0; i < 60; i++) {
      const beats = random.integer(1, 16);
      const address = random.integer(0, (65536 - beats * BEAT) / BEAT) * BEAT;
      const room = (4096 - (address % 4096)) / BEAT;
      const burst = { address, beats: Math.min(beats, room), id: random.integer(0, 3) };
      port("p_rready").poke(1);
      if (random.chance(0.5)) {
        const data = Array.from({ length: burst.beats }, () => random.bits(64));
        const view = new DataView(expected.buffer);
        data.forEach((datum, j) => {
          view.setBigUint64(address + j * BEAT, datum, true);
        });
        expect(write(bench, burst, data).response).toBe(0);
      } else {
        const { data } = read(bench, burst);
        expect(data).toEqual(data.map((_, j) => word(expected, address + j * BEAT)));
        expect(data).toHaveLength(burst.beats);
      }
    }
    expect(image).toEqual(expected);
    const cycles = cycle();
    close();
    return cycles;
  }

  test("random stalls on every channel change times, not contents", async () => {
    await withSeed(async (random) => {
      const seed = random.seed;
      const stalls = { ar: 0.5, r: 0.5, aw: 0.5, w: 0.5, b: 0.5 };
      const [free, stalled] = [await traffic(random, {}), await traffic(random, { stalls, latencyCycles: 7 })];
      expect(stalled, `seed ${seed}`).toBeGreaterThan(free * 1.5);
    });
  });

  test("the same seed gives the same stalls", async () => {
    const cycles = async (seed: number) => {
      const bench = await openPuppet({ seed, stalls: { r: 0.5 } });
      const { cycles } = read(bench, { address: 0, beats: 32 });
      bench.close();
      return cycles;
    };
    expect(await cycles(5)).toEqual(await cycles(5));
    expect(await cycles(5)).not.toEqual(await cycles(6));
  });

  test("errors are injected by beat number", async () => {
    const bench = await openPuppet({
      faults: [
        { channel: "read", response: "SLVERR", beat: 5 },
        { channel: "write", response: "DECERR", beat: 2 },
      ],
    });
    expect(read(bench, { address: 0, beats: 4 }).responses).toEqual([0, 0, 0, 0]);
    const second = read(bench, { address: 0, beats: 4 });
    expect(second.responses).toEqual([0, 2, 0, 0]);
    expect(second.data[1]).toBe(0xeeeeeeeeeeeeeeeen);
    const before = bench.image.slice();
    expect(write(bench, { address: 0, beats: 2 }, [1n, 2n]).response).toBe(0);
    before.set([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
    // A burst with an error writes nothing.
    expect(write(bench, { address: 64, beats: 2 }, [3n, 4n]).response).toBe(3);
    expect(write(bench, { address: 128, beats: 1 }, [5n]).response).toBe(0);
    before.set([5, 0, 0, 0, 0, 0, 0, 0], 128);
    expect(bench.image).toEqual(before);
    expect(bench.engine.memoryStatistics()).toMatchObject({ readErrors: 1, writeErrors: 1 });
    bench.close();
  });

  test("errors are injected by address, and beyond the image when asked", async () => {
    const bench = await openPuppet({
      outside: "decerr",
      faults: [{ channel: "read", response: "SLVERR", fromAddress: 0x1008, toAddress: 0x1010 }],
    });
    expect(read(bench, { address: 0x1000, beats: 3 }).responses).toEqual([0, 2, 0]);
    expect(write(bench, { address: 0x1000, beats: 3 }, [1n, 2n, 3n]).response).toBe(0);
    expect(read(bench, { address: 65536, beats: 1 }).responses).toEqual([3]);
    expect(write(bench, { address: 65536, beats: 1 }, [1n]).response).toBe(3);
    bench.close();
  });
});

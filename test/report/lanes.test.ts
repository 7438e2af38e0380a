/** The view of a lane: windows stay within the run, and bars show all of the time and nothing else. */
import { describe, expect, test } from "vitest";
import { withSeed } from "../../src/harness/index.ts";
import { bars, clampWindow, curve, firstAfter, pan, ticks, within, zoom } from "../../templates/report/lanes.js";
import type { Lane, Part, StretchState, Window } from "../../templates/report/lanes.js";

interface Random {
  readonly integer: (from: number, to: number) => number;
}

const STATES: readonly StretchState[] = ["busy", "load", "norm", "dispatch"];

/** Stretches one after the other, with gaps. */
function randomLane(random: Random, count: number): Lane & { readonly cycles: number } {
  const lane = {
    start: [] as number[],
    end: [] as number[],
    state: [] as StretchState[],
    kind: [] as number[],
    memory: [] as number[],
  };
  let at = 0;
  for (let i = 0; i < count; i++) {
    at += random.integer(0, 3) === 0 ? random.integer(1, 200) : 0;
    const length = random.integer(0, 9) === 0 ? random.integer(1, 2000) : random.integer(1, 40);
    const state = STATES[random.integer(0, STATES.length - 1)]!;
    lane.start.push(at);
    lane.end.push(at + length);
    lane.state.push(state);
    lane.kind.push(random.integer(0, 4));
    lane.memory.push(state === "busy" ? random.integer(0, length) : 0);
    at += length;
  }
  return { ...lane, cycles: at };
}

/** Cycles by what they are, each looked at by itself. */
function counted(lane: Lane, { from, to }: Window): Map<string, number> {
  const sums = new Map<string, number>();
  for (let i = 0; i < lane.start.length; i++) {
    for (let cycle = Math.max(from, lane.start[i]!); cycle < Math.min(to, lane.end[i]!); cycle++) {
      const held = lane.memory[i]! / (lane.end[i]! - lane.start[i]!);
      for (const [state, share] of [
        [lane.state[i]!, 1 - held],
        ["memory", held],
      ] as const) {
        const key = `${state} ${lane.kind[i]!}`;
        if (share > 0) sums.set(key, (sums.get(key) ?? 0) + share);
      }
    }
  }
  return sums;
}

function summed(parts: readonly Part[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { state, kind, cycles } of parts)
    sums.set(`${state} ${kind}`, (sums.get(`${state} ${kind}`) ?? 0) + cycles);
  return sums;
}

function expectEqualSums(found: Map<string, number>, expected: Map<string, number>): void {
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [key, cycles] of expected) expect(found.get(key), key).toBeCloseTo(cycles, 6);
}

describe("windows", () => {
  test("zoom keeps the cycle under the pointer, and ends at the whole run and at a few cycles", () => {
    const near = zoom({ from: 0, to: 1000 }, 2, 0.25, 1000);
    expect(near).toEqual({ from: 125, to: 625 });
    expect(zoom(near, 0.5, 0.25, 1000)).toEqual({ from: 0, to: 1000 });
    expect(zoom(near, 1e-9, 0.9, 1000)).toEqual({ from: 0, to: 1000 });
    const nearest = zoom(near, 1e9, 0.5, 1000);
    expect(nearest.to - nearest.from).toBeGreaterThanOrEqual(8);
    expect(nearest.to - nearest.from).toBeLessThan(100);
    expect((nearest.from + nearest.to) / 2).toBeCloseTo(375, 6);
  });
  test("pan stops at both ends and keeps the width", () => {
    expect(pan({ from: 100, to: 300 }, 0.5, 1000)).toEqual({ from: 200, to: 400 });
    expect(pan({ from: 100, to: 300 }, -9, 1000)).toEqual({ from: 0, to: 200 });
    expect(pan({ from: 100, to: 300 }, 9, 1000)).toEqual({ from: 800, to: 1000 });
  });
  test("whatever is asked for lies within the run", () => {
    expect(clampWindow({ from: -50, to: 5000 }, 1000)).toEqual({ from: 0, to: 1000 });
    expect(clampWindow({ from: 999, to: 1000 }, 1000).to).toBe(1000);
    expect(clampWindow({ from: 3, to: 4 }, 5)).toEqual({ from: 0, to: 5 });
  });
});

describe("bars", () => {
  test("show every cycle of the window once, at any zoom", () =>
    withSeed((random) => {
      const lane = randomLane(random, 300);
      for (let i = 0; i < 40; i++) {
        const width = random.integer(20, 1200);
        const from = random.integer(0, lane.cycles - 20);
        const window = { from, to: from + random.integer(16, lane.cycles - from) };
        const drawn = bars(lane, window, width);
        expectEqualSums(summed(drawn.flatMap((bar) => bar.parts)), counted(lane, window));
        expectEqualSums(summed(within(lane, window).parts), counted(lane, window));
      }
    }));

  test("lie side by side within the width, their parts no more than they are", () =>
    withSeed((random) => {
      const lane = randomLane(random, 2000);
      for (let zoomed = 1; zoomed < 2000; zoomed *= 3) {
        const window = zoom({ from: 0, to: lane.cycles }, zoomed, 0.4, lane.cycles);
        const drawn = bars(lane, window, 900);
        expect(drawn.length).toBeLessThan(2 * 900);
        drawn.forEach((bar, i) => {
          expect(bar.x).toBeGreaterThanOrEqual(0);
          expect(bar.x).toBeGreaterThanOrEqual(i === 0 ? 0 : drawn[i - 1]!.x + drawn[i - 1]!.width - 1e-6);
          expect(bar.parts.reduce((sum, p) => sum + p.cycles, 0)).toBeLessThanOrEqual(bar.cycles + 1e-6);
        });
      }
    }));

  test("a wide stretch is a bar of its own, with its exact place", () => {
    const lane: Lane = { start: [10, 60], end: [50, 61], state: ["busy", "load"], kind: [2, 1], memory: [10, 0] };
    expect(bars(lane, { from: 0, to: 100 }, 1000)).toEqual([
      {
        x: 100,
        width: 400,
        cycles: 40,
        first: 0,
        count: 1,
        parts: [
          { state: "busy", kind: 2, cycles: 30 },
          { state: "memory", kind: 2, cycles: 10 },
        ],
      },
      { x: 600, width: 10, cycles: 1, first: 1, count: 1, parts: [{ state: "load", kind: 1, cycles: 1 }] },
    ]);
  });

  test("the first stretch after a cycle", () => {
    const lane = { end: [10, 20, 30] };
    expect([0, 9, 10, 29, 30].map((cycle) => firstAfter(lane, cycle))).toEqual([0, 0, 1, 2, 3]);
  });

  test("a hundred thousand stretches are laid out in no time", () =>
    withSeed((random) => {
      const lane = randomLane(random, 100_000);
      const started = process.cpuUsage();
      for (let i = 0; i < 10; i++) bars(lane, { from: i, to: lane.cycles }, 1200);
      // Some tens of milliseconds of processor time; a slow machine gets a second. Work that grows with the square takes a minute.
      expect(process.cpuUsage(started).user / 10).toBeLessThan(1e6);
    }));
});

describe("curves and ticks", () => {
  test("a curve's mean is that of its counts, in the window", () => {
    const counts = Array.from({ length: 1000 }, (_, i) => (i < 500 ? 64 : 16));
    const points = curve(counts, 64, { from: 0, to: 64_000 }, 300);
    expect(points.length).toBeLessThanOrEqual(600);
    const area = points.reduce((sum, p) => sum + p.value * p.width, 0);
    expect(area / 300).toBeCloseTo(0.625, 2);
    const close = curve(counts, 64, { from: 31_900, to: 32_100 }, 200);
    expect(close[0]).toMatchObject({ x: 0, value: 1 });
    expect(close.at(-1)!.value).toBe(0.25);
    expect(close.reduce((sum, p) => sum + p.width, 0)).toBeCloseTo(200, 6);
  });
  test("ticks are round numbers, not too many, in the window", () => {
    expect(ticks({ from: 0, to: 109_392 }, 8)).toEqual([0, 20_000, 40_000, 60_000, 80_000, 100_000]);
    expect(ticks({ from: 0, to: 7 }, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(ticks({ from: 0, to: 1 }, 8)).toEqual([0, 1]);
    expect(ticks({ from: 1234.5, to: 1302 }, 4)).toEqual([1240, 1260, 1280, 1300]);
    for (const end of [3, 10, 999, 12_345, 3_700_000])
      expect(ticks({ from: 0, to: end }, 8).length).toBeLessThanOrEqual(9);
  });
});

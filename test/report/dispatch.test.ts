/** Commands on their way to the engines: a full queue stops all that come behind. */
import { expect, test } from "vitest";
import type { CommandTrace, EngineName } from "../../src/isa/index.ts";
import { blockages, cut } from "../../src/report/index.ts";

const life = (index: number, engine: EngineName, enqueue: number, start: number): CommandTrace => ({
  engine,
  index,
  enqueue,
  start,
  retire: start + 10,
  wait: 0,
  waitSemaphore: 0,
  memoryWait: 0,
});

/** Queues of one depth. */
const each = (depth: number) => ({ load: depth, store: depth, gemm: depth, norm: depth });

test("a full queue holds up what comes after it, until its head has started", () => {
  const commands = [
    life(0, "load", 5, 6),
    life(1, "load", 6, 40),
    life(2, "load", 7, 80),
    // The queue holds two: command 1 leaves it in cycle 40.
    life(3, "load", 41, 90),
    life(4, "gemm", 42, 43),
    // Had to be fetched for longer than the queue was full.
    life(5, "load", 100, 120),
    life(6, "store", 101, 102),
  ];
  expect(blockages(commands, each(2))).toEqual([
    { engine: "load", start: 8, end: 42 },
    { engine: "load", start: 43, end: 81 },
  ]);
  expect(blockages([...commands].reverse(), each(2))).toEqual(blockages(commands, each(2)));
  expect(blockages(commands, each(8))).toEqual([]);
});

test("a wait is cut where blockages begin and end", () => {
  const blocked = [
    { engine: "load", start: 8, end: 41 },
    { engine: "gemm", start: 43, end: 81 },
  ] as const;
  expect(cut(blocked, 0, 100)).toEqual([
    { start: 0, end: 8, behind: undefined },
    { start: 8, end: 41, behind: "load" },
    { start: 41, end: 43, behind: undefined },
    { start: 43, end: 81, behind: "gemm" },
    { start: 81, end: 100, behind: undefined },
  ]);
  expect(cut(blocked, 50, 60)).toEqual([{ start: 50, end: 60, behind: "gemm" }]);
  expect(cut(blocked, 41, 43)).toEqual([{ start: 41, end: 43, behind: undefined }]);
  expect(cut([], 3, 4)).toEqual([{ start: 3, end: 4, behind: undefined }]);
});

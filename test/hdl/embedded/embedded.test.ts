import { expect, test } from "vitest";
import { Random, withSeed } from "../../../src/harness/index.ts";
import { EmbeddedSimulator } from "../../../src/hdl/embedded/index.ts";
import { runBodies } from "../../../src/hdl/elaborate.ts";
import {
  bool,
  elaborate,
  input,
  instance,
  module,
  output,
  pipe,
  reg,
  reset,
  times,
  uint,
} from "../../../src/hdl/index.ts";
import { formatFailure, writeWords } from "../../../src/hdl/simulate/index.ts";
import { Counter, Lanes, Memories, MultiplyAdd, Streams, Turnstile, Vendor } from "../fixtures/samples.ts";
import { randomLanes, randomModule } from "../random-design.ts";
import { expectSameAsEvaluator } from "./agreement.ts";
import { randomLinks } from "./random-links.ts";
import { randomSystem } from "./random-system.ts";

test("random expressions, branches and registers mean what the evaluator says", async () => {
  await withSeed((random) => {
    for (let i = 0; i < 15; i++) {
      const design = elaborate(randomModule(random.word(), 40, random.pick([32, 80, 200])));
      expectSameAsEvaluator(design, random, 25);
    }
  });
});

test("random expressions mean the same in the lanes of vectors", async () => {
  await withSeed((random) => {
    for (let i = 0; i < 12; i++) {
      const [widest, lanes] = [random.pick([8, 16, 33, 64, 80]), random.pick([4, 5, 8, 16])];
      expectSameAsEvaluator(elaborate(randomLanes(random.word(), 25, widest, lanes)), random, 8);
    }
  });
});

test("random rows of equal instances and memories mean what the evaluator says", async () => {
  await withSeed((random) => {
    for (let i = 0; i < 25; i++) expectSameAsEvaluator(elaborate(randomSystem(random.word())), random, 40);
  });
});

test("packed links between neighbours mean what the evaluator says, split into their fields or not", async () => {
  await withSeed((random) => {
    for (let i = 0; i < 15; i++) expectSameAsEvaluator(elaborate(randomLinks(random.word())), random, 25);
  });
});

test("a design whose links were split can be inspected without having been observed", async () => {
  await withSeed((random) => {
    for (let i = 0; i < 15; i++) {
      const { signals } = new EmbeddedSimulator(elaborate(randomLinks(random.word()))).inspect();
      expect(signals.filter(({ kind }) => kind === "reg").length).toBeGreaterThan(0);
    }
  });
});

test("delay lines move on by one register a cycle, whatever their width and length", async () => {
  const Lines = module(
    "lines",
    () => ({ data: input(uint(70)), late: times(36, () => output(uint(70))), between: output(uint(9)) }),
    (io) => {
      const widths = [1, 8, 9, 16, 17, 33, 64, 65, 70];
      const lengths = [1, 2, 17, 40];
      io.late.forEach((port, i) => {
        const width = widths[i % widths.length]!;
        port.set(pipe(io.data.wrap(width), lengths[Math.floor(i / widths.length)]!).extend(70));
      });
      // Someone reads in the middle, and a line goes off to the side.
      const middle = pipe(io.data.wrap(9), 5, { reset: true });
      io.between.set(pipe(middle, 6).xor(pipe(middle, 3)).xor(middle));
    },
  );
  await withSeed((random) => {
    expectSameAsEvaluator(elaborate(Lines), random, 120);
  });
});

test("an instance that nothing takes out of reset keeps its reset values, beside others that run", () => {
  const Cell = module(
    "held_cell",
    () => ({ data: input(uint(9)), sum: output(uint(9)), wide: output(uint(70)) }),
    ({ data, sum, wide }) => {
      const total = reg(uint(9), { reset: 5 });
      total.next = total.add(data).wrap(9);
      const last = reg(uint(70), { reset: (1n << 69n) + 3n });
      last.next = last.xor(data);
      sum.set(total);
      wide.set(last);
    },
  );
  const Row = module(
    "held_row",
    () => ({ data: input(uint(9)), off: input(bool), sums: times(5, () => output(uint(9))), parity: output(bool) }),
    ({ data, off, sums, parity }) => {
      const resets = [reset().or(true), undefined, reset().or(off), reset().or(true), reset()];
      const cells = sums.map((sum, i) => {
        const own = resets[i];
        const cell = instance(Cell, undefined, own === undefined ? {} : { reset: own });
        cell.data.set(data);
        sum.set(cell.sum);
        return cell;
      });
      parity.set(cells.map(({ wide }) => wide.reduceXor()).reduce((all, one) => all.xor(one)));
    },
  );
  expectSameAsEvaluator(elaborate(Row), new Random(1), 60);
  expectSameAsEvaluator(runBodies(Row, undefined), new Random(2), 60);
});

test("a design means the same before the passes", async () => {
  await withSeed((random) => {
    expectSameAsEvaluator(runBodies(randomModule(random.word(), 30, 80), undefined), random, 30);
  });
});

test("the samples of the language mean what the evaluator says", async () => {
  await withSeed((random) => {
    expectSameAsEvaluator(elaborate(Counter, { width: 5 }), random, 60);
    expectSameAsEvaluator(elaborate(Lanes, { lanes: 5 }), random, 60);
    expectSameAsEvaluator(elaborate(MultiplyAdd), random, 60);
    expectSameAsEvaluator(elaborate(Memories), random, 200);
    expectSameAsEvaluator(elaborate(Streams), random, 200);
  });
});

test("the ports of the last edge are exact, also where a failed assumption ends a run of several cycles early", async () => {
  await withSeed((random) => {
    expectSameAsEvaluator(elaborate(Turnstile), random, 200);
  });
});

test("a run ends in the cycle in which an assumption fails", () => {
  const simulator = new EmbeddedSimulator(elaborate(Turnstile));
  const slot = (name: string) => simulator.layout.slots.find((other) => other.name === name)!;
  writeWords(simulator.now, slot("coin").offset, 1, 1n);
  expect(simulator.step(5)).toBe(5);
  writeWords(simulator.now, slot("push").offset, 1, 1n);
  expect(simulator.step(5)).toBe(1);
  expect(simulator.cycle).toBe(6);
  const texts = simulator.takeFailures().map((failure) => formatFailure(failure).replace(/ \(.*\)$/, ""));
  expect(texts).toEqual(["cycle 5: assume failed: nobody pays and pushes at once"]);
  expect(simulator.takeFailures()).toEqual([]);
});

test("registers and memories start at random by the seed, and contents where they are given", () => {
  const first = (seed: number): string => {
    const simulator = new EmbeddedSimulator(elaborate(Memories), { seed });
    return [...simulator.now].join();
  };
  expect(first(1)).toBe(first(1));
  expect(first(1)).not.toBe(first(2));
});

test("a design with an external module is refused", () => {
  expect(() => new EmbeddedSimulator(elaborate(Vendor))).toThrow("module vendor_buffer is external");
});

test("a combinational loop is told where no pass has looked for one", () => {
  const Pass = module(
    "pass",
    () => ({ a: input(uint(4)), b: output(uint(4)) }),
    (io) => {
      io.b.set(io.a.add(1).wrap(4));
    },
  );
  const Ring = module(
    "ring",
    () => ({ out: output(uint(4)) }),
    (io) => {
      const [one, other] = [instance(Pass, undefined, { name: "one" }), instance(Pass, undefined, { name: "other" })];
      one.a.set(other.b);
      other.a.set(one.b);
      io.out.set(one.b);
    },
  );
  expect(() => new EmbeddedSimulator(runBodies(Ring, undefined))).toThrow(
    /combinational loop through "b" of module pass/,
  );
});

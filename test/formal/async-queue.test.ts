import { afterAll, expect, test } from "vitest";
import { steppedDesign } from "../../src/formal/clocks.ts";
import { formatProof, openSolver, prove } from "../../src/formal/index.ts";
import { withSeed } from "../../src/harness/index.ts";
import { AsyncQueue, elaborate } from "../../src/hdl/index.ts";
import { Evaluator, readWords, writeWords } from "../../src/hdl/simulate/index.ts";
import { brokenAsyncQueue } from "./async-queue-broken.ts";
import { asyncQueueHarness, asyncQueueInvariants } from "./async-queue-harness.ts";
import { expectRefuted } from "./refutation.ts";

const solver = openSolver();
afterAll(() => {
  solver.close();
});

const params = { width: 4, depth: 4, stages: 2 };
test("an asynchronous queue of 4 never overflows and keeps order, whatever its clocks do", async () => {
  const options = { solver, depth: 12, invariants: asyncQueueInvariants(params) };
  const result = await prove(asyncQueueHarness(AsyncQueue), params, options);
  expect(result.status, formatProof(result)).toBe("proven");
});

test("step by step the design of several clocks is what the evaluator says, when no bit is taken early", async () => {
  await withSeed((random) => {
    const design = elaborate(asyncQueueHarness(AsyncQueue), params);
    const evaluators = [new Evaluator(design), new Evaluator(steppedDesign(design).design)];
    const inputs = evaluators[0]!.layout.slots.filter(({ direction }) => direction === "input");
    let passed = 0n;
    for (let step = 0; step < 400; step++) {
      const values = inputs.map(({ name }) => {
        if (name.endsWith("_reset")) return [name, BigInt(step === 0)] as const;
        return [name, step === 0 && name.endsWith("_tick") ? 1n : random.bits(1)] as const;
      });
      const [expected, found] = evaluators.map(({ layout, now }) => {
        const slots = new Map(layout.slots.map((slot) => [slot.name, slot]));
        for (const [name, value] of values) {
          const slot = slots.get(name);
          if (slot !== undefined) writeWords(now, slot.offset, slot.width, value);
        }
        return slots;
      });
      for (const evaluator of evaluators) evaluator.step(1);
      for (const name of ["entered", "left"]) {
        const [wanted, got] = [expected, found].map((slots, i) => {
          const { offset, width } = slots!.get(name)!;
          return readWords(evaluators[i]!.sampled, offset, width);
        });
        expect(got, `${name} in step ${step}`).toBe(wanted);
        passed += got!;
      }
    }
    expect(passed).toBeGreaterThan(50n);
  });
});

test.each([
  ["lets its places cross as binary numbers", 4, "an offer stays until it is taken"],
  ["takes one too many", 2, "payloads come out in the order they went in"],
] as const)("an asynchronous queue that %s is refuted", async (fault, depth, message) => {
  const design = elaborate(asyncQueueHarness(brokenAsyncQueue(fault)), { width: 3, depth, stages: 2 });
  const signals = ["head", "tail", "headSeen", "tailSeen", "write_clock_tick", "read_clock_tick"];
  await expectRefuted(design, message, { solver, depth: 8, signals });
});

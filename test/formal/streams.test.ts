import { afterAll, expect, test } from "vitest";
import { formatProof, openSolver, prove } from "../../src/formal/index.ts";
import { elaborate, Queue } from "../../src/hdl/index.ts";
import { ArbiterHarness, arbiterInvariants } from "./arbiter-harness.ts";
import { stuckAt, withFault } from "./faults.ts";
import { brokenQueue } from "./queue-broken.ts";
import { queueHarness, queueInvariants } from "./queue-harness.ts";
import { expectRefuted } from "./refutation.ts";

const solver = openSolver();
afterAll(() => {
  solver.close();
});

test.each([1, 2, 3, 4])(
  "a queue of %i loses nothing, keeps order and bounds (2: the register slice)",
  async (depth) => {
    const params = { width: 8, depth };
    const options = { solver, depth: depth + 2, invariants: queueInvariants(params) };
    const result = await prove(queueHarness(Queue), params, options);
    expect(result.status, formatProof(result)).toBe("proven");
    expect(result.properties.find(({ kind }) => kind === "cover")!.status).toBe("reached");
  },
);

test.each([
  ["takes one too many", 2, "never more inside than the depth"],
  ["wraps one too late", 3, "the marked payload comes out in its turn"],
  ["counts a pass as an entry", 2, "takes a payload as long as there is room"],
] as const)("a queue that %s is refuted", async (fault, depth, message) => {
  const design = elaborate(queueHarness(brokenQueue(fault)), { width: 8, depth });
  await expectRefuted(design, message, { solver, depth: 8, signals: ["head", "tail", "count", "stored"] });
});

test.each([
  ["fixed", 3],
  ["roundRobin", 3],
  ["roundRobin", 4],
] as const)("a %s arbiter of %i grants one at a time, in the order it should", async (policy, inputs) => {
  const params = { policy, inputs };
  const result = await prove(ArbiterHarness, params, { solver, depth: 7, invariants: arbiterInvariants(params) });
  expect(result.status, formatProof(result)).toBe("proven");
  const covers = result.properties.filter(({ kind }) => kind === "cover").map(({ status }) => status);
  expect(covers).toEqual(policy === "fixed" ? ["reached", "reached"] : []);
});

test.each([
  ["fixed", "does not hold its choice", "winner_held", 0n, "a waiting choice stays"],
  ["roundRobin", "forgets who went last", "winner_last", 2n, "input 1 waits for each other one at most once"],
] as const)("a %s arbiter that %s is refuted", async (policy, _what, net, value, message) => {
  const fault = { module: "arbiter_harness", net, change: stuckAt(value) };
  const broken = withFault(elaborate(ArbiterHarness, { policy, inputs: 3 }), fault);
  await expectRefuted(broken, message, { solver, depth: 7, signals: ["winner_held", "winner_last"] });
});

import { afterAll, expect, test } from "vitest";
import { formatProof, openSolver, prove } from "../../src/formal/index.ts";
import { Queue } from "../../src/hdl/index.ts";
import { brokenQueue } from "./queue-broken.ts";
import { queueHarness, queueInvariants } from "./queue-harness.ts";

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
  ["takes one too many", 2, "never more inside than the depth", 5],
  ["wraps one too late", 3, "the marked payload comes out in its turn", 6],
  ["counts a pass as an entry", 2, "takes a payload as long as there is room", 4],
] as const)("a queue that %s is refuted", async (fault, depth, message, cycles) => {
  const result = await prove(
    queueHarness(brokenQueue(fault)),
    { width: 8, depth },
    { solver, depth: 8, induction: false },
  );
  expect(result.status).toBe("refuted");
  const refuted = result.properties.filter((property) => property.status === "refuted");
  expect(refuted.map((property) => `${property.message}: ${property.cycles}`)).toContain(`${message}: ${cycles}`);
  for (const property of refuted) if ("trace" in property) expect(property.trace.cycles.length).toBe(property.cycles);
});

import { afterAll, expect, test } from "vitest";
import { formatProof, openSolver, prove } from "../../src/formal/index.ts";
import { elaborate } from "../../src/hdl/index.ts";
import type { Expr } from "../../src/hdl/ir.ts";
import { variant } from "../../tb/support/params.ts";
import { BurstHarness, burstInvariants } from "./burst-harness.ts";
import { stuckAt, withFault } from "./faults.ts";
import { expectRefuted } from "./refutation.ts";
import { SemaphoreHarness } from "./semaphore-harness.ts";

const solver = openSolver();
afterAll(() => {
  solver.close();
});

const params = variant({ rows: 4, cols: 4, semaphores: 8 });

test.each([64, 128])("bursts of %i bits a beat never cross 4 KiB and sum up to their runs", async (dmaBits) => {
  const p = variant({ rows: 4, cols: 4, dmaBits });
  const result = await prove(BurstHarness, p, { solver, depth: 3, invariants: burstInvariants(p) });
  expect(result.status, formatProof(result)).toBe("proven");
  expect(result.properties.find(({ kind }) => kind === "cover")!.status).toBe("reached");
});

/** A condition without what is added to it. */
function leftOperand(value: Expr): Expr {
  if (value.kind !== "binary") throw new Error(`not as expected: ${value.kind}`);
  return value.left;
}

test.each([
  // Beats to the next boundary: always a whole page.
  ["does not look at the page", "bursts_payload_length_difference", stuckAt(256n), "a burst never crosses 4 KiB"],
  ["ends every run after a burst", "endsRun", stuckAt(1n), "the last burst ends the last run, with all its beats"],
  ["does not look at the limit", "valid", leftOperand, "only runs within the limit are given"],
] as const)("a splitter that %s is refuted", async (_what, net, change, message) => {
  // A command comes in one cycle, its first burst in the next; what else is then wrong need not be found.
  const broken = withFault(elaborate(BurstHarness, params), { module: "burst_splitter", net, change });
  const signals = ["bursts_payload_offset", "bursts_payload_length", "beatsLeft"];
  await expectRefuted(broken, message, { solver, depth: 2, signals });
});

test("the semaphores never go below zero or beyond the maximum, and keep account", async () => {
  const result = await prove(SemaphoreHarness, params, { solver, depth: 3 });
  expect(result.status, formatProof(result)).toBe("proven");
  expect(result.properties.find(({ kind }) => kind === "cover")!.status).toBe("reached");
});

/** The right operand's left operand in its place: what is missing, without what the engines before it take. */
function withoutTaken(value: Expr): Expr {
  if (value.kind !== "binary" || value.right.kind !== "binary") throw new Error(`not as expected: ${value.kind}`);
  return { ...value, right: value.right.left };
}

/** A maximum that four posts at once exceed. */
const low = { ...params, semaphoreMax: 3 };

test.each([
  ["lets two engines take the same one", "engines_1_missing_and", withoutTaken, "semaphore 0 never goes below zero"],
  ["loses the posts of an engine", "zero_value_2", stuckAt(0n), "semaphore 0 holds its posts less its waits"],
  [
    "does not notice an overflow",
    "overflows",
    stuckAt(0n),
    "a fault says that a count went beyond the maximum, and only that",
  ],
] as const)("a semaphore file that %s is refuted", async (_what, net, change, message) => {
  const broken = withFault(elaborate(SemaphoreHarness, low), { module: "semaphores", net, change });
  await expectRefuted(broken, message, { solver, depth: 2, signals: ["counts_0", "engines_0_wait", "balance_0"] });
});

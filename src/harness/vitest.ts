/**
 * For `setupFiles` of vitest: a failed test leaves the waves of its testbenches in `out/waves/<test name>.vcd` and names the file
 * in its message. The runs are repeated with the inputs that they had, so tests that pass pay next to nothing.
 */
import { afterEach, beforeEach } from "vitest";
import { beginTest, endTest } from "./failed-tests.ts";

beforeEach(() => {
  beginTest();
});

afterEach(async ({ task }) => {
  const files = await endTest(task.name, task.result?.state === "fail");
  const error = task.result?.errors?.at(-1);
  if (error !== undefined && files.length > 0) error.message += `\n(waves: ${files.join(", ")})`;
});

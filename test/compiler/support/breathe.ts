import { setImmediate } from "node:timers/promises";
import { afterEach } from "vitest";

/** Lets the test runner hear of each test's end at once: tests that compute without a pause would keep it waiting. */
export function breatheBetweenTests(): void {
  afterEach(async () => {
    await setImmediate();
  });
}

import { setFlagsFromString } from "node:v8";

/**
 * For commands that are over within a second or two: code optimised for them would be ready when they are done, and the
 * compiler of it takes the other core meanwhile. Functions are optimised ten times later.
 */
export function expectShortRun(): void {
  setFlagsFromString("--interrupt-budget=1000000");
}

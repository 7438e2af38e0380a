import type { Design } from "../ir.ts";

/** Runs every pass in order. */
export function runPasses(design: Design): Design {
  return design;
}

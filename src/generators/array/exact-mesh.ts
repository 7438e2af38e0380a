import { partialSumBits } from "../../config/index.ts";
import type { MeshParams } from "./mesh.ts";

/**
 * An array for operands of any width by itself, its sums wide enough for all of them. The engines around it know 8 bits only.
 * `rows` is a power of two.
 */
export const exactMesh = (p: Omit<MeshParams, "sumBits">): MeshParams => ({
  ...p,
  sumBits: partialSumBits(p.operandBits, p.rows),
});

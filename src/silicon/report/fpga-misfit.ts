import { grouped } from "../../report/index.ts";
import type { FpgaReport } from "./schema.ts";

const NAMES = { lut: "LUT", ff: "flip-flops", dsp: "DSP", bram: "block RAM" } as const;

/** What keeps a design off a family's largest device, in words: `323 DSP of 156 in LFE5U-85`. Empty when it fits. */
export function lacking(use: FpgaReport): string {
  const { exceeds, largestDevice } = use;
  if (exceeds.length === 0) return "";
  const parts = exceeds.map((kind) => `${grouped(use[kind])} ${NAMES[kind]} of ${grouped(largestDevice[kind])}`);
  return `${parts.join(", ")} in ${largestDevice.name}`;
}

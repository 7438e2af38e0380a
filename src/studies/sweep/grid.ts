/** The points of a sweep: configurations of every pair of memory sizes, and the fusions for each. */
import { FUSIONS } from "../../compiler/index.ts";
import type { Fusion } from "../../compiler/index.ts";
import { checkConfig, deriveParams } from "../../config/index.ts";
import type { Params } from "../../config/index.ts";
import { SystoleError } from "../../errors.ts";

/** One pair of memory sizes. */
export interface SweepConfig {
  readonly scratchpadKib: number;
  readonly accumulatorKib: number;
  readonly params: Params;
}

function items(option: string, text: string): string[] {
  const list = text.split(",").map((item) => item.trim());
  const twice = list.find((item, i) => list.indexOf(item) !== i);
  if (twice !== undefined) {
    throw new SystoleError({ code: "sweep-list", message: `--${option} ${text}: ${twice} is there twice` });
  }
  return list;
}

/** Parses `64,128,256`: sizes in KiB, each once, in rising order. Error: `sweep-list`. */
export function parseSizes(option: "scratchpad" | "accumulator", text: string): number[] {
  return items(option, text)
    .map((item) => {
      if (/^[1-9]\d{0,3}$/.test(item)) return Number(item);
      throw new SystoleError({
        code: "sweep-list",
        message: `--${option} ${text}: must be sizes in KiB with commas between them, not ${JSON.stringify(item)}`,
        remedy: `For example: --${option} 64,128,256`,
      });
    })
    .sort((a, b) => a - b);
}

/** Parses `off,softmax,all`. Error: `sweep-list`. */
export function parseFusions(text: string): Fusion[] {
  return items("fusion", text).map((item) => {
    const known = FUSIONS.find((fusion) => fusion === item);
    if (known !== undefined) return known;
    throw new SystoleError({
      code: "sweep-list",
      message: `--fusion ${text}: must be of ${FUSIONS.join(", ")} with commas between them, not ${JSON.stringify(item)}`,
    });
  });
}

/** `base` with every pair of sizes, scratchpads first. Error: `config-invalid` for a size that cannot be. */
export function sweepConfigs(
  base: Params,
  scratchpads: readonly number[],
  accumulators: readonly number[],
): SweepConfig[] {
  const { config } = base;
  return scratchpads.flatMap((scratchpadKib) =>
    accumulators.map((accumulatorKib) => {
      const name = `${config.name}-${scratchpadKib}-${accumulatorKib}`;
      const derived = {
        ...config,
        name,
        scratchpad: { ...config.scratchpad, kib: scratchpadKib },
        accumulator: { ...config.accumulator, kib: accumulatorKib },
      };
      return { scratchpadKib, accumulatorKib, params: deriveParams(checkConfig(derived, name)) };
    }),
  );
}

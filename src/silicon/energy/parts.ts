/** What the energies of an accelerator are summed over. */
import type { EngineName } from "../../isa/index.ts";

/** Parts of the hardware with the instances that they are, and the engine for whose commands they work. */
export const PARTS = [
  { name: "array", prefixes: ["gemm.array"], engine: "gemm" },
  { name: "GEMM engine", prefixes: ["gemm"], engine: "gemm" },
  { name: "norm unit", prefixes: ["norm"], engine: "norm" },
  { name: "scratchpad", prefixes: ["scratchpad"], engine: "gemm" },
  { name: "accumulator", prefixes: ["accumulator"], engine: "gemm" },
  { name: "DMA", prefixes: ["load", "store", "axiRead", "axiWrite"], engine: "load" },
  { name: "control", prefixes: [""], engine: undefined },
] as const satisfies readonly {
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly engine: EngineName | undefined;
}[];

/** Index of the part that an instance belongs to: the first whose prefix it has. */
export function partOf(path: string): number {
  return PARTS.findIndex(({ prefixes }) =>
    prefixes.some((prefix) => prefix === "" || path === prefix || path.startsWith(`${prefix}.`)),
  );
}

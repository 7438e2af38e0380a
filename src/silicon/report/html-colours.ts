/** Colours of the cost pages: a block keeps its own in every picture, and in both reports of a comparison. */

/** Blocks of the accelerator by the name of their instance; the array's blue is that of the run report. */
const KNOWN: Readonly<Record<string, string>> = {
  gemm: "#4e79a7",
  array: "#4e79a7",
  norm: "#b0588b",
  accumulator: "#e1953b",
  scratchpad: "#5a9e6f",
  control: "#8274c0",
  load: "#3f9fae",
  store: "#98953a",
  dram: "#7b8794",
};
/** For other names, in turn. */
const OTHERS = ["#c4603f", "#6f8f3c", "#5d6fb3", "#a5764a", "#cf7fae", "#4f8f8a"];
const NEUTRAL = "#7b8794";

/** What is no block of its own: glue of the top module, bus adapters. */
const PLAIN = /^(logic|axi.*|bus.*|other.*|leakage)$/i;

/** The colour of every name; the same names give the same colours. */
export function blockColours(names: readonly string[]): ReadonlyMap<string, string> {
  const others = [...new Set(names)].filter((name) => keyOf(name) === undefined && !PLAIN.test(name)).sort();
  return new Map(
    names.map((name) => {
      const key = keyOf(name);
      if (key !== undefined) return [name, KNOWN[key]!];
      return [name, PLAIN.test(name) ? NEUTRAL : OTHERS[others.indexOf(name) % OTHERS.length]!];
    }),
  );
}

/** `norm unit`, `Norm` and `norm` are the same block. */
function keyOf(name: string): string | undefined {
  const word = /^[a-z]+/i.exec(name)?.[0].toLowerCase() ?? "";
  return Object.hasOwn(KNOWN, word) ? word : undefined;
}

/** `share` of a colour, the rest of `ground`; both `#rrggbb`. */
export function mix(colour: string, ground: string, share: number): string {
  const channel = (text: string, i: number): number => Number.parseInt(text.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mixed = [0, 1, 2].map((i) => Math.round(channel(colour, i) * share + channel(ground, i) * (1 - share)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

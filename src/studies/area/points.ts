/** The variants of the area study: one question a group, and in each group one thing changes. */
import type { LayerBenchmark } from "../../bench/index.ts";
import { parseLayerShape } from "../../bench/index.ts";
import type { Fusion } from "../../compiler/index.ts";
import { checkConfig, deriveParams } from "../../config/index.ts";
import type { NormFeature, NormVariants, Params } from "../../config/index.ts";
import { SystoleError } from "../../errors.ts";
import { technologyNode } from "../../silicon/technology/index.ts";
import type { NodeName, TechnologyNode } from "../../silicon/technology/index.ts";

/** What a group asks. */
export const AREA_GROUPS = {
  fusion: "operations behind their products, or through DRAM",
  memory: "scratchpad against accumulator, 320 KiB in all",
  functions: "with and without the norm functions",
  ibert: "functions as I-BERT has them, in place of those restated for hardware",
  lanes: "lanes of the norm unit",
  array: "size of the array, as many lanes as columns",
  node: "technology, one design",
} as const;

export type AreaGroup = keyof typeof AREA_GROUPS;

/** What the study can be limited to: the groups, the array alone at other widths of its operands, the base on FPGAs. */
export const AREA_PARTS: readonly string[] = [...Object.keys(AREA_GROUPS), "operands", "fpga"];

/** One variant, and the layer whose energy is measured on it. */
export interface AreaPoint {
  readonly group: AreaGroup;
  readonly name: string;
  readonly params: Params;
  /** None: the study's. */
  readonly node: TechnologyNode | undefined;
  /** None: the area alone. */
  readonly layer: { readonly name: string; readonly benchmark: LayerBenchmark; readonly fusion: Fusion } | undefined;
}

/** Changes to the base configuration. */
interface Change {
  readonly array?: { readonly rows: number; readonly cols: number };
  readonly scratchpadKib?: number;
  readonly accumulatorKib?: number;
  readonly lanes?: number;
  readonly functions?: readonly string[];
  readonly variants?: Partial<NormVariants>;
  readonly fusion?: Fusion;
  readonly node?: NodeName;
}

const TITLES: Readonly<Record<NormFeature, string>> = { softmax: "Softmax", layernorm: "LayerNorm", gelu: "GELU" };

/** As many lanes as columns, which is the default. */
const square = (size: number): Change => ({ array: { rows: size, cols: size } });

/** Every variant by its group; `base` itself is the reference of each. */
const VARIANTS: readonly {
  readonly group: AreaGroup;
  readonly name: string;
  readonly change: Change;
  readonly layer: boolean;
}[] = [
  { group: "fusion", name: "as the compiler chooses", change: {}, layer: true },
  { group: "fusion", name: "Softmax alone", change: { fusion: "softmax" }, layer: true },
  { group: "fusion", name: "nothing", change: { fusion: "off" }, layer: true },
  { group: "memory", name: "64 + 256 KiB", change: {}, layer: true },
  { group: "memory", name: "256 + 64 KiB", change: { scratchpadKib: 256, accumulatorKib: 64 }, layer: true },
  { group: "functions", name: "Softmax, LayerNorm, GELU", change: {}, layer: false },
  { group: "functions", name: "Softmax alone", change: { functions: ["softmax"] }, layer: false },
  { group: "functions", name: "LayerNorm alone", change: { functions: ["layernorm"] }, layer: false },
  { group: "functions", name: "GELU alone", change: { functions: ["gelu"] }, layer: false },
  { group: "functions", name: "requantise and ReLU", change: { functions: [] }, layer: false },
  { group: "ibert", name: "none", change: {}, layer: true },
  ...([["softmax"], ["layernorm"], ["gelu"], ["softmax", "layernorm", "gelu"]] as const).map((functions) => ({
    group: "ibert" as const,
    name: functions.length === 1 ? TITLES[functions[0]] : "all three",
    change: { variants: Object.fromEntries(functions.map((name) => [name, "ibert" as const])) },
    layer: true,
  })),
  { group: "lanes", name: "16 lanes", change: {}, layer: true },
  { group: "lanes", name: "8 lanes", change: { lanes: 8 }, layer: true },
  { group: "lanes", name: "4 lanes", change: { lanes: 4 }, layer: true },
  ...[4, 8, 16, 32].map((size) => ({
    group: "array" as const,
    name: `${size} × ${size}`,
    change: square(size),
    layer: true,
  })),
  ...(["45nm", "28nm", "16nm", "7nm"] as const).map((node) => ({
    ...{ group: "node" as const, name: node.replace("nm", " nm"), change: { node }, layer: true },
  })),
];

function derive(base: Params, change: Change): Params {
  const { config } = base;
  const { array = config.array, lanes, functions = config.norm.functions } = change;
  // A function that is not built in has no variant.
  const variants = Object.fromEntries(
    Object.entries(config.norm.variants).filter(([name]) => functions.includes(name)),
  );
  const derived = {
    ...config,
    array,
    scratchpad: { ...config.scratchpad, kib: change.scratchpadKib ?? config.scratchpad.kib },
    accumulator: { ...config.accumulator, kib: change.accumulatorKib ?? config.accumulator.kib },
    norm: {
      ...config.norm,
      functions,
      variants: { ...variants, ...change.variants },
      ...(lanes !== undefined && { lanes }),
    },
  };
  return deriveParams(checkConfig(derived, config.name));
}

/** Which layers are run: a large one where memories and lanes differ, a small one for arrays down to 4 × 4. */
export interface AreaLayers {
  readonly shape: string;
  readonly seq: number;
  readonly arrayShape: string;
  readonly arraySeq: number;
}

function layerOf(
  { shape, seq }: { readonly shape: string; readonly seq: number },
  fusion: Fusion,
): NonNullable<AreaPoint["layer"]> {
  const benchmark = { ...parseLayerShape(shape), seq, layers: 1, softmax: "deferred" as const, seed: 1 };
  return { name: `${shape} layer, l = ${seq}`, benchmark, fusion };
}

/** The points of the groups among the parts asked for. Errors: `study-group`, `bench-shape`. */
export function areaPoints(base: Params, layers: AreaLayers, parts: readonly string[] = AREA_PARTS): AreaPoint[] {
  const unknown = parts.find((part) => !AREA_PARTS.includes(part));
  if (unknown !== undefined) {
    throw new SystoleError({
      code: "study-group",
      message: `--only ${parts.join(",")}: must be of ${AREA_PARTS.join(", ")}, not ${JSON.stringify(unknown)}`,
    });
  }
  const large = { shape: layers.shape, seq: layers.seq };
  const small = { shape: layers.arrayShape, seq: layers.arraySeq };
  return VARIANTS.filter(({ group }) => parts.includes(group)).map(({ group, name, change, layer }) => ({
    ...{ group, name, params: derive(base, change) },
    node: change.node === undefined ? undefined : technologyNode(change.node),
    layer: layer ? layerOf(group === "array" ? small : large, change.fusion ?? "auto") : undefined,
  }));
}

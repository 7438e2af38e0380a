/** Shapes as the command line writes them. */
import { SystoleError } from "../errors.ts";
import { namedShapes } from "../model/index.ts";

/** Largest dimension a benchmark accepts. */
const MAX_DIMENSION = 65_536;

/** Parses `128x768x768`, the value of `option`, into as many dimensions as `names` has. Error: `bench-shape`. */
export function parseDimensions<N extends string>(
  text: string,
  names: readonly N[],
  option = "--shape",
): Record<N, number> {
  const parts = text.split("x").map(Number);
  const valid =
    parts.length === names.length && parts.every((n) => Number.isInteger(n) && n >= 1 && n <= MAX_DIMENSION);
  if (!valid) {
    throw new SystoleError({
      code: "bench-shape",
      message: `${option} ${text}: must be ${names.map((name) => `<${name}>`).join("x")}, each from 1 to ${MAX_DIMENSION}`,
    });
  }
  return Object.fromEntries(names.map((name, i) => [name, parts[i]!])) as Record<N, number>;
}

/** Dimensions of an encoder layer. */
export interface LayerShape {
  readonly hidden: number;
  readonly heads: number;
  readonly intermediate: number;
  /** Layers of the whole encoder, where it has a name. */
  readonly layers?: number;
}

/** Parses a well-known name, or `hidden,heads,intermediate`, the value of `option`. Error: `bench-shape`. */
export function parseLayerShape(text: string, option = "--shape"): LayerShape {
  if (Object.hasOwn(namedShapes, text)) return namedShapes[text as keyof typeof namedShapes];
  const parts = text.split(",").map(Number);
  const [hidden = 0, heads = 0, intermediate = 0] = parts;
  const valid = parts.length === 3 && parts.every((n) => Number.isInteger(n) && n >= 1 && n <= MAX_DIMENSION);
  if (!valid || hidden % heads !== 0) {
    throw new SystoleError({
      code: "bench-shape",
      message: `${option} ${text}: must be ${Object.keys(namedShapes).join(", ")}, or hidden,heads,intermediate with hidden a multiple of heads`,
    });
  }
  return { hidden, heads, intermediate };
}

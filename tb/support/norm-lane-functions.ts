import type { Random } from "../../src/harness/index.ts";
import { LARGEST_MULTIPLIER, type NormVariant } from "../../src/isa/index.ts";
import { expElements, geluElements, layerNormSteps, type LayerNormRowFactor } from "../../src/reference/index.ts";
import { randomWord } from "./norm-commands.ts";

/** What a lane's functions are held against, of the variant that is built. */
export interface LaneFunctions {
  readonly exp: (typeof expElements)[NormVariant];
  readonly gelu: (typeof geluElements)[NormVariant];
  readonly normalised: (typeof layerNormSteps)[NormVariant]["normalised"];
  /** A row's factor as the row unit may leave it. */
  readonly layerNormFactor: (random: Random) => LayerNormRowFactor;
}

const functionsOf = (variant: NormVariant, layerNormFactor: LaneFunctions["layerNormFactor"]): LaneFunctions => ({
  exp: expElements[variant],
  gelu: geluElements[variant],
  normalised: layerNormSteps[variant].normalised,
  layerNormFactor,
});

export const LANE_FUNCTIONS: Readonly<Record<NormVariant, LaneFunctions>> = {
  systole: functionsOf("systole", (random) => ({
    r: random.integer(2 ** 10, LARGEST_MULTIPLIER),
    shift: random.integer(0, 22),
    mean: randomWord(random) >> 13,
  })),
  ibert: functionsOf("ibert", (random) => ({
    r: random.integer(0, 2 ** 14 - 1),
    shift: random.integer(0, 31),
    mean: randomWord(random) >> 17,
  })),
};

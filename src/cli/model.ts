/** The model that commands work on: loaded, calibrated, quantised. */
import { fileURLToPath } from "node:url";
import { SystoleError } from "../errors.ts";
import { calibrate, loadModel, quantise, readSamples } from "../model/index.ts";
import type { CalibrationMethod, LoadedModel, QuantisedBert, Sample, SoftmaxMode } from "../model/index.ts";

/** Directory of the model that comes with Systole. */
export const DEFAULT_MODEL = fileURLToPath(new URL("../../models/code-language", import.meta.url));

export interface QuantisationChoice {
  readonly softmax: SoftmaxMode;
  /** Default: the largest magnitude. */
  readonly calibration?: CalibrationMethod;
  /** What to calibrate on when the model has no samples of its own. */
  readonly texts?: readonly Sample[];
}

export interface QuantisedModel extends LoadedModel {
  readonly bert: QuantisedBert;
}

/** Calibration runs over the model's samples, or over the given texts when it has none. */
function calibrationIds({ directory, model, tokenizer }: LoadedModel, texts: readonly Sample[]): number[][] {
  const encode = ({ text }: Sample): number[] =>
    tokenizer.encode(text, { maxTokens: model.config.maxPositions, truncate: true });
  try {
    return readSamples(directory).map(encode);
  } catch (error) {
    const none = error instanceof SystoleError && error.code === "model-no-samples";
    if (none && texts.length > 0) return texts.map(encode);
    throw error;
  }
}

/** Loads, calibrates and quantises the model in `directory`. Errors: those of the model path. */
export function loadQuantised(directory: string, choice: QuantisationChoice): QuantisedModel {
  const loaded = loadModel(directory);
  const ids = calibrationIds(loaded, choice.texts ?? []);
  const ranges = calibrate(loaded.model, ids, choice.calibration ?? { kind: "max" });
  return { ...loaded, bert: quantise(loaded.model, ranges, { softmax: choice.softmax }) };
}

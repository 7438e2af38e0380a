/** The model that commands work on: loaded, calibrated, quantised. */
import { fileURLToPath } from "node:url";
import type { NormVariants } from "../config/index.ts";
import { createCalibration, loadModel, quantise } from "../model/index.ts";
import type { CalibrationMethod, LoadedModel, QuantisedBert, Sample, SoftmaxMode } from "../model/index.ts";
import { checkpoint } from "./interrupt.ts";
import type { Progress } from "./progress.ts";
import { calibrationIds } from "./texts.ts";

/** Directory of the model that comes with Systole. */
const SHIPPED_MODEL = fileURLToPath(new URL("../../models/code-language", import.meta.url));

/** Loads the model in `directory`, by default the shipped one. Errors: those of the model path. */
export const openModel = (directory = SHIPPED_MODEL): LoadedModel => loadModel(directory);

export interface QuantisationChoice {
  readonly softmax: SoftmaxMode;
  readonly calibration: CalibrationMethod;
  /** Those of the configuration that the model is to run on. */
  readonly variants: NormVariants;
  /** What to calibrate on when the model has no samples of its own. */
  readonly texts: readonly Sample[];
}

/** Calibrates a model on its samples and quantises it. */
export async function quantiseModel(
  loaded: LoadedModel,
  choice: QuantisationChoice,
  progress: Progress,
  signal: AbortSignal,
): Promise<QuantisedBert> {
  const calibration = createCalibration(loaded.model);
  const samples = calibrationIds(loaded, choice.texts);
  progress.step(`calibrating on ${samples.length} texts`);
  for (const [i, ids] of samples.entries()) {
    calibration.observe(ids);
    progress.update((i + 1) / samples.length, "");
    await checkpoint(signal);
  }
  const { softmax, variants } = choice;
  return quantise(loaded.model, calibration.ranges(choice.calibration), { softmax, variants });
}

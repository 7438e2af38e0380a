import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SystoleError } from "../errors.ts";

/** A text to classify, with the name it was shipped under. */
export interface Sample {
  /** The file's name without its extension: "python-1". */
  readonly name: string;
  readonly text: string;
}

/** The sample texts of a model, `samples/*.txt` in its directory, by name. Errors: `model-no-samples` when there are none. */
export function readSamples(directory: string): Sample[] {
  const folder = join(directory, "samples");
  const samples = listFiles(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort()
    .map((file) => ({ name: file.slice(0, -".txt".length), text: readFileSync(join(folder, file), "utf8") }));
  if (samples.length > 0) return samples;
  throw new SystoleError({
    code: "model-no-samples",
    message: "the model has no sample texts (*.txt)",
    location: { file: folder },
    remedy: "Give texts to calibrate on and to classify.",
  });
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

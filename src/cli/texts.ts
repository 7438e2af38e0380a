/** The texts of a run: where they come from, their tokens, and what the model is calibrated on. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { SystoleError, systemReason } from "../errors.ts";
import { readSamples } from "../model/index.ts";
import type { LoadedModel, Sample } from "../model/index.ts";

/** Options about texts. */
export interface TextFlags {
  readonly text?: readonly string[];
  readonly seq?: number;
  readonly truncate?: boolean;
}

/** A text with its token ids. */
export interface Job extends Sample {
  readonly ids: readonly number[];
  readonly expected: string | undefined;
}

function readText(path: string): Sample {
  try {
    return { name: basename(path), text: readFileSync(path, "utf8") };
  } catch (cause) {
    throw new SystoleError({
      code: "text-unreadable",
      message: `cannot read the text: ${systemReason(cause)}`,
      location: { file: path },
      cause,
    });
  }
}

/** The texts to classify: files, --text, or the model's samples. */
export function gather(
  files: readonly string[],
  flags: TextFlags,
  directory: string,
): { texts: Sample[]; shipped: boolean } {
  const given = [
    ...files.map(readText),
    ...(flags.text ?? []).map((text, i): Sample => ({ name: `text ${i + 1}`, text })),
  ];
  return given.length > 0 ? { texts: given, shipped: false } : { texts: readSamples(directory), shipped: true };
}

/** Calibration runs over the model's samples, or over the given texts when it has none. */
export function calibrationIds({ directory, model, tokenizer }: LoadedModel, texts: readonly Sample[]): number[][] {
  const encode = ({ text }: Sample): number[] =>
    tokenizer.encode(text, { maxTokens: model.config.maxPositions, truncate: true });
  try {
    return readSamples(directory).map(encode);
  } catch (error) {
    if (error instanceof SystoleError && error.code === "model-no-samples") return texts.map(encode);
    throw error;
  }
}

/** The label that a shipped sample's name promises: `python-1` is python. */
function expectedLabel(name: string, labels: readonly string[]): string | undefined {
  const label = name.replace(/-\d+$/, "");
  return labels.includes(label) ? label : undefined;
}

/** The tokeniser's error with the name of the text and the options that help. */
function tooLong(error: SystoleError, name: string, longer: boolean): SystoleError {
  return new SystoleError({
    code: error.code,
    message: error.message,
    location: { file: name },
    remedy: `Shorten the text, ${longer ? "raise --seq, " : ""}or cut it with --truncate.`,
    cause: error,
  });
}

/** The token ids of every text. Error: `text-too-long`. */
export function makeJobs(loaded: LoadedModel, texts: readonly Sample[], shipped: boolean, flags: TextFlags): Job[] {
  const { model, tokenizer } = loaded;
  const maxTokens = Math.min(flags.seq ?? model.config.maxPositions, model.config.maxPositions);
  const encode = ({ name, text }: Sample): number[] => {
    try {
      return tokenizer.encode(text, { maxTokens, truncate: flags.truncate === true });
    } catch (error) {
      const isLength = error instanceof SystoleError && error.code === "text-too-long";
      throw isLength ? tooLong(error, name, maxTokens < model.config.maxPositions) : error;
    }
  };
  return texts.map((sample) => ({
    ...sample,
    ids: encode(sample),
    expected: shipped ? expectedLabel(sample.name, model.config.labels) : undefined,
  }));
}

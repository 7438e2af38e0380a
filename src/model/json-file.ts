import { readFileSync } from "node:fs";
import type { z } from "zod";
import { SystoleError, systemReason } from "../errors.ts";

/** The text or bytes of a model's file; a missing or unreadable file is a `model-file-missing` error. */
export function readModelFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new SystoleError({
      code: "model-file-missing",
      message: `cannot read the file: ${systemReason(cause)}`,
      location: { file: path },
      remedy: "Give a directory in the Hugging Face layout: config.json, model.safetensors, vocab.txt.",
      cause,
    });
  }
}

/**
 * Parses `text` as JSON and checks it against `schema`; `what` names the file's content in messages ("the model's
 * configuration"). Errors: `<area>-bad-json`, `<area>-invalid` with the path of the first offending key and all problems.
 */
export function parseJson<T>(text: string, schema: z.ZodType<T>, file: string, area: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SystoleError({
      code: `${area}-bad-json`,
      message: `not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      location: { file },
      remedy: "Repair the file, or fetch it again.",
      cause,
    });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => {
    const where = path.map(String).join(".");
    return where === "" ? message : `"${where}": ${message}`;
  });
  throw new SystoleError({
    code: `${area}-invalid`,
    message: problems.join("; "),
    location: { file, path: result.error.issues[0]?.path.map(String).join(".") ?? "" },
    cause: result.error,
  });
}

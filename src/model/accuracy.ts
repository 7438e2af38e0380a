import { z } from "zod";
import { encoderInput, argmax, logitsFromOutput, requireHead } from "./host.ts";
import { logitsFloat } from "./float-model.ts";
import { runEncoder } from "./integer-model.ts";
import { parseJson, readModelFile } from "./json-file.ts";
import type { QuantisedBert } from "./quantised.ts";
import type { BertModel } from "./weights.ts";

const rowSchema = z.object({
  ids: z.array(z.number().int().nonnegative()).nonempty(),
  label: z.number().int().nonnegative(),
  logits: z.array(z.number()).optional(),
});

/** A labelled text as token ids, with [CLS] and [SEP]; `logits` of the float model where they are known already. */
export type AccuracyRow = z.infer<typeof rowSchema>;

/** Reads a file of `{ "rows": [{ ids, label, logits? }] }`. Errors: `model-file-missing`, `rows-bad-json`, `rows-invalid`. */
export function readAccuracyRows(path: string): AccuracyRow[] {
  const schema = z.object({ rows: z.array(rowSchema).nonempty() });
  return parseJson(readModelFile(path).toString("utf8"), schema, path, "rows").rows;
}

/** How the integer model compares with the float model on labelled rows; shares are 0..1. */
export interface AccuracyFigures {
  readonly rows: number;
  /** Share of the rows on which both models choose the same class. */
  readonly agreement: number;
  readonly floatAccuracy: number;
  readonly integerAccuracy: number;
  /** Percentage points the integer model is worse by; negative when it is better. */
  readonly lostPoints: number;
  readonly maxLogitError: number;
  readonly meanLogitError: number;
}

/** Runs the integer model on every row, without padding, and compares it with the float model. `onRow` is told how many rows are done. */
export function measureAccuracy(
  model: BertModel,
  bert: QuantisedBert,
  rows: readonly AccuracyRow[],
  onRow?: (done: number) => void,
): AccuracyFigures {
  const head = requireHead(model);
  let agreed = 0;
  let floatRight = 0;
  let integerRight = 0;
  let maxError = 0;
  let totalError = 0;
  let logitCount = 0;
  rows.forEach(({ ids, label, logits: known }, index) => {
    const wanted = known ?? logitsFloat({ ...model, head }, ids);
    const logits = logitsFromOutput(model, bert, runEncoder(bert, encoderInput(model, bert, ids).values).output);
    const [floatClass, integerClass] = [argmax(wanted), argmax(logits)];
    if (floatClass === integerClass) agreed++;
    if (floatClass === label) floatRight++;
    if (integerClass === label) integerRight++;
    logits.forEach((logit, i) => {
      const error = Math.abs(logit - wanted[i]!);
      maxError = Math.max(maxError, error);
      totalError += error;
      logitCount++;
    });
    onRow?.(index + 1);
  });
  return {
    rows: rows.length,
    agreement: agreed / rows.length,
    floatAccuracy: floatRight / rows.length,
    integerAccuracy: integerRight / rows.length,
    lostPoints: (100 * (floatRight - integerRight)) / rows.length,
    maxLogitError: maxError,
    meanLogitError: totalError / logitCount,
  };
}

/** Spares the evaluation at the clock edge what the evaluation before it has done: the logic between inputs and registers. */
import type { SourceFile } from "./glue.ts";

/** Body of a function whose name matches, up to the brace that ends it. */
const functionOf = (name: string): RegExp =>
  new RegExp(`^(?:[\\w ]+ )?void ${name}\\([^\\n]*\\) \\{\\n[\\s\\S]*?^\\}`, "m");
const EVALUATE = functionOf("Vmodel___024root___eval");
const INPUT_LOGIC = new RegExp(functionOf("Vmodel\\w*___ico_\\w+"), "gm");
const FIRST_ROUND = "__VicoContinue = 1U;";

/**
 * Verilator's files in which something changes: the loop over logic that depends on inputs runs only while
 * `systole::inputsSettled` is false. Empty where that loop is not found in the form known, or the clock is
 * itself an input of such logic: then everything is evaluated as Verilator meant it.
 */
export function skipSettledInputs(sources: readonly SourceFile[]): SourceFile[] {
  const feedsLogic = sources.some(({ text }) =>
    [...text.matchAll(INPUT_LOGIC)].some(([body]) => /\bclock\b/.test(body)),
  );
  if (feedsLogic) return [];
  return sources.flatMap(({ name, text }) => {
    const body = EVALUATE.exec(text)?.[0];
    if (body?.includes(FIRST_ROUND) !== true) return [];
    const changed = body.replace(FIRST_ROUND, "__VicoContinue = !systole::inputsSettled;");
    return [{ name, text: text.replace(body, () => changed) }];
  });
}

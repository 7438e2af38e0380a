/** Bit-vector terms: made once each, simplified, evaluated, replaced and written as SMT-LIB. */
export { TermBuilder } from "./builder.ts";
export { TermEvaluation, wordAt, type TermValue } from "./evaluate.ts";
export type { ArrayValue } from "./operators.ts";
export { literal, SmtWriter, symbol } from "./smtlib.ts";
export { Substitution } from "./substitute.ts";
export { termsUnder, type Term } from "./term.ts";

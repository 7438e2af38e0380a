import type { Linter, Rule } from "eslint";

/** The rules by name. */
export const rules: Readonly<
  Record<"no-operators" | "no-truthiness" | "no-unused-result" | "no-values", Rule.RuleModule>
>;

/** A flat configuration with every rule as an error. */
export const recommended: Linter.Config;

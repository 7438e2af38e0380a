/**
 * Rules for designs in systole/hdl, on the types that typescript-eslint knows: what JavaScript does to objects without
 * a word, and hardware does not do. See docs/eslint.md.
 */
import { noOperators } from "./no-operators.mjs";
import { noTruthiness } from "./no-truthiness.mjs";
import { noUnusedResult } from "./no-unused-result.mjs";
import { noValues } from "./no-values.mjs";

/** The rules by name. */
export const rules = {
  "no-operators": noOperators,
  "no-truthiness": noTruthiness,
  "no-unused-result": noUnusedResult,
  "no-values": noValues,
};

/** A flat configuration with every rule as an error. */
export const recommended = {
  name: "systole/recommended",
  plugins: { systole: { meta: { name: "systole" }, rules } },
  rules: Object.fromEntries(Object.keys(rules).map((name) => [`systole/${name}`, "error"])),
};

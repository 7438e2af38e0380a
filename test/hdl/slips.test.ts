import { expect, test } from "vitest";
import { elaborate, HdlError, type Module, type Ports } from "../../src/hdl/index.ts";
import * as slips from "./fixtures/slips.ts";
import { controlSlips } from "./slips/control.ts";
import { structureSlips } from "./slips/structure.ts";
import { valuesSlips } from "./slips/values.ts";

/** What elaboration says, word for word, about what the type checker would have refused and about slips beside it. */
const expected: Readonly<Record<keyof typeof slips, string>> = { ...valuesSlips, ...controlSlips, ...structureSlips };

test.each(Object.keys(expected) as (keyof typeof slips)[])("%s", (name) => {
  let message = "no error";
  try {
    elaborate(slips[name] as unknown as Module<unknown, Ports>);
  } catch (error) {
    expect(error).toBeInstanceOf(HdlError);
    message = (error as HdlError).message;
  }
  expect(`\n${message}`).toBe(expected[name]);
});

import { inspect } from "node:util";
import { expect, test } from "vitest";
import { boolLit, HdlError, reg, uint, uintLit, when } from "../../src/hdl/index.ts";
import { callSite } from "../../src/hdl/location.ts";

const message = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    expect(error).toBeInstanceOf(HdlError);
    return (error as HdlError).problems[0]!.message;
  }
  return "no error";
};

test("hardware outside a module body is refused", () => {
  expect(message(() => reg(uint(8)))).toBe("a register outside a module body");
  expect(
    message(() => {
      when(boolLit(true), () => undefined);
    }),
  ).toBe("when outside a module body");
});

test("JavaScript's operators on signals throw", () => {
  const a: unknown = uintLit(3);
  const operators: (() => unknown)[] = [
    () => (a as number) + 1,
    () => (a as number) < 2,
    () => -(a as number),
    () => (a as number) == 3,
    () => (a as number) & 1,
  ];
  for (const operator of operators)
    expect(message(operator)).toMatch(/^JavaScript's operators? .* not work on signals$/);
  expect(message(() => `${a as number}`)).toBe("a signal stands in a text or as the index of an array");
  expect(message(() => JSON.stringify(a))).toBe("a signal has no value that JSON could hold");
  expect(inspect(a)).toBe("an unsigned signal of 2 bits");
});

test("a mistake outside an elaboration is thrown at once, with its place", () => {
  const line = callSite()!.line + 1;
  expect(() => uint(0)).toThrow(`test/hdl/outside.test.ts:${line}:16: uint(0): a width`);
});

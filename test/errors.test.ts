import { describe, expect, test } from "vitest";
import { formatError, formatLocation, SystoleError } from "../src/errors.ts";

describe("SystoleError", () => {
  test("carries code, location, remedy and cause", () => {
    const cause = new Error("ENOENT");
    const error = new SystoleError({ code: "x-y", message: "no", location: { file: "a" }, remedy: "Do.", cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "SystoleError", code: "x-y", message: "no", remedy: "Do.", cause });
    expect(new SystoleError({ code: "x", message: "no" })).not.toHaveProperty("cause");
  });

  test("is shown with its place before and its remedy after", () => {
    const parts = { code: "x", message: "rows is 3, allowed are 4..64" };
    expect(formatError(new SystoleError(parts))).toBe("rows is 3, allowed are 4..64");
    expect(
      formatError(
        new SystoleError({ ...parts, location: { file: "c.json", path: "array.rows" }, remedy: "Set it to 4." }),
      ),
    ).toBe("c.json (array.rows): rows is 3, allowed are 4..64\n  Set it to 4.");
  });

  test.each([
    [{}, ""],
    [{ file: "a.ts" }, "a.ts"],
    [{ file: "a.ts", line: 3 }, "a.ts:3"],
    [{ file: "a.ts", line: 3, column: 9 }, "a.ts:3:9"],
    [{ file: "a.ts", column: 9 }, "a.ts"],
    [{ line: 3, column: 9 }, "line 3:9"],
    [{ path: "array.rows" }, "array.rows"],
    [{ file: "a.json", line: 2, path: "array.rows" }, "a.json:2 (array.rows)"],
  ])("formats %o as %s", (location, text) => {
    expect(formatLocation(location)).toBe(text);
  });
});

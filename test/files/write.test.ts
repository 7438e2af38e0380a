/** Results appear whole or not at all. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SystoleError, formatError } from "../../src/errors.ts";
import { requireWritable, writeDirectory, writeFileAtomic } from "../../src/files/index.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "systole-files-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

function failure(act: () => void): string {
  try {
    act();
  } catch (e) {
    if (e instanceof SystoleError) return formatError(e);
    throw e;
  }
  return "nothing was thrown";
}
const REMEDY = "\n  Choose a place that you may write to.";

test("a file is replaced as a whole, its directories are made, nothing else stays behind", () => {
  const path = join(dir, "a/b/c.txt");
  writeFileAtomic(path, "one");
  writeFileAtomic(path, "two");
  expect(readFileSync(path, "utf8")).toBe("two");
  expect(readdirSync(join(dir, "a/b"))).toEqual(["c.txt"]);
});

test("asking whether a place is writable changes nothing", () => {
  requireWritable(join(dir, "new/deep/file.html"));
  expect(readdirSync(dir)).toEqual([]);
  writeFileSync(join(dir, "old.html"), "old");
  requireWritable(join(dir, "old.html"));
  expect(readFileSync(join(dir, "old.html"), "utf8")).toBe("old");
});

test.each([
  ["a directory", "taken", "cannot write: it is a directory"],
  ["below a file", "file/x/y.txt", "cannot write: a part of the path is a file, not a directory"],
])("a place that is %s is refused, now and later", (_, name, reason) => {
  mkdirSync(join(dir, "taken/full"), { recursive: true });
  writeFileSync(join(dir, "file"), "");
  const path = join(dir, name);
  expect(
    failure(() => {
      requireWritable(path);
    }),
  ).toBe(`${path}: ${reason}${REMEDY}`);
  expect(
    failure(() => {
      writeFileAtomic(path, "x");
    }),
  ).toBe(`${path}: ${reason}${REMEDY}`);
  expect(readdirSync(dir)).toEqual(["file", "taken"]);
});

test("a file system without new directories is an error, not an endless search", () => {
  const path = "/proc/systole/deep/file.txt";
  const message = `${path}: cannot write: the directory cannot be made${REMEDY}`;
  expect(
    failure(() => {
      requireWritable(path);
    }),
  ).toBe(message);
  expect(
    failure(() => {
      writeFileAtomic(path, "x");
    }),
  ).toBe(message);
  expect(
    failure(() => {
      writeDirectory(path, [{ name: "a", text: "" }]);
    }),
  ).toBe(message);
});

test("a directory that cannot be written keeps what it held", () => {
  const target = join(dir, "rtl");
  writeDirectory(target, [{ name: "top.sv", text: "old" }]);
  writeFileSync(join(dir, "blocker"), "");
  expect(
    failure(() => {
      writeDirectory(target, [
        { name: "a", text: "" },
        { name: "a/b", text: "" },
      ]);
    }),
  ).toMatch(/cannot write/);
  expect(readFileSync(join(target, "top.sv"), "utf8")).toBe("old");
  expect(readdirSync(dir)).toEqual(["blocker", "rtl"]);
  expect(existsSync(join(target, "a"))).toBe(false);
});

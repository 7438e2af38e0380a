import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderCollateral } from "../../src/collateral/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import { writeDirectory } from "../../src/files/index.ts";
import { COMMAND_LAYOUT, command, encodeCommand } from "../../src/isa/index.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "systole-collateral-"));
  const params = loadConfig("transformer");
  writeDirectory(
    join(dir, "rtl"),
    renderCollateral(params, { top: "systole_transformer", files: ["pe.sv", "top.sv"] }),
  );
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const read = (name: string): string => readFileSync(join(dir, "rtl", name), "utf8");

test("the file list names the Verilog in compile order", () => {
  expect(read("systole_transformer.f")).toBe("pe.sv\ntop.sv\n");
});

test("the FuseSoC core lists Verilog, constraints and header", () => {
  const core = read("systole_transformer.core");
  expect(core.split("\n")[0]).toBe("CAPI=2:");
  for (const name of ["pe.sv", "top.sv", "systole_transformer.sdc", "systole_transformer.h"])
    expect(core).toContain(name);
});

test("the manifest holds every parameter, register and command field", () => {
  const manifest = JSON.parse(read("systole_transformer.json")) as Record<string, unknown>;
  expect(Object.keys(manifest)).toEqual(
    expect.arrayContaining(["top", "fingerprint", "config", "parameters", "registers", "faults", "commands", "files"]),
  );
  expect(JSON.stringify(manifest["commands"])).toContain("pendingRowJobs");
});

test("a C program that uses the header encodes the command that the compiler encodes", () => {
  const fields = {
    rows: 17,
    kTiles: 48,
    nTiles: 3,
    wait: 0x80000005,
    post: 2,
    accStride: 0xabcde,
    init: 2,
    rowSlot: 99,
  };
  const upper = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();
  const sets = Object.entries(fields).map(([k, v]) => `SYSTOLE_FIELD_SET(&c, SYSTOLE_GEMM_${upper(k)}, ${v}u);`);
  const source = join(dir, "encode.c");
  writeFileSync(
    source,
    `#include <stdio.h>
#include "systole_transformer.h"
int main(void) {
  systole_command c = {{0}};
  SYSTOLE_FIELD_SET(&c, SYSTOLE_GEMM_OPCODE, SYSTOLE_OP_GEMM);
  ${sets.join("\n  ")}
  for (unsigned i = 0; i < SYSTOLE_COMMAND_BYTES / 4u; i++) printf("%08x", c.word[i]);
  return 0;
}
`,
  );
  const binary = join(dir, "encode");
  execFileSync("g++", [
    "-x",
    "c",
    "-std=c99",
    "-Wall",
    "-Wextra",
    "-pedantic",
    "-Werror",
    "-I",
    join(dir, "rtl"),
    source,
    "-o",
    binary,
  ]);
  const words = execFileSync(binary, { encoding: "utf8" });
  const expected = new Uint8Array(64);
  encodeCommand(command("gemm", fields), expected, 0);
  const view = new DataView(expected.buffer);
  const hex = Array.from({ length: 16 }, (_, i) =>
    view
      .getUint32(4 * i, true)
      .toString(16)
      .padStart(8, "0"),
  ).join("");
  expect(words).toBe(hex);
  expect(COMMAND_LAYOUT.gemm.at(-1)?.name).toBe("rowSlot");
});

test("writing a directory again replaces it and leaves no staging behind", () => {
  writeDirectory(join(dir, "twice"), [{ name: "old.txt", text: "old" }]);
  writeDirectory(join(dir, "twice"), [{ name: "sub/new.txt", text: "new" }]);
  expect(readdirSync(join(dir, "twice"))).toEqual(["sub"]);
  expect(readdirSync(dir).filter((f) => f.startsWith("."))).toEqual([]);
});

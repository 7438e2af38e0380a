import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  bool,
  elaborate,
  emitVerilog,
  input,
  memory,
  module,
  output,
  uint,
  type EmittedDesign,
} from "../../src/hdl/index.ts";

const Ram = module(
  ({ kind }: { kind: "plain" | "old" | "masked" | "single" }) => `ram_${kind}`,
  () => ({
    address: input(uint(9)),
    other: input(uint(9)),
    data: input(uint(32)),
    write: input(bool),
    enable: input(bool),
    mask: input(uint(4)),
    q: output(uint(32)),
  }),
  (io, { kind }) => {
    const { address, other, data, write, enable } = io;
    const words = memory({
      shape: uint(32),
      depth: 512,
      ...(kind === "masked" ? { maskBits: 8 } : {}),
      ...(kind === "old" ? { readUnderWrite: "old" } : {}),
    });
    if (kind === "single") {
      io.q.set(words.readWrite({ address, data, enable, write }));
    } else {
      words.write({ address, data, enable: write, ...(kind === "masked" ? { mask: io.mask } : {}) });
      io.q.set(words.read({ address: other, enable }));
    }
  },
);

/** Cells that Yosys' synthesis for an FPGA family gives a design. */
function cellsOf(design: EmittedDesign, synthesis: string): Map<string, number> {
  const folder = mkdtempSync(join(tmpdir(), "systole-synthesis-"));
  try {
    for (const file of design.files) writeFileSync(join(folder, file.name), file.text);
    const script = `read_verilog -sv ${design.files.map((file) => file.name).join(" ")}; ${synthesis} -top ${design.top}; tee -q -o stat.txt stat`;
    execFileSync("yosys", ["-q", "-p", script], { cwd: folder, stdio: "pipe" });
    const text = execFileSync("cat", ["stat.txt"], { cwd: folder, encoding: "utf8" });
    return new Map([...text.matchAll(/^ +(\S+) +(\d+)$/gm)].map(([, name, count]) => [name!, Number(count)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each(["plain", "old", "masked", "single"] as const)("a %s memory becomes block RAM", (kind) => {
  const cells = cellsOf(emitVerilog(elaborate(Ram, { kind })), "synth_xilinx -noiopad -run :map_ffram");
  expect(cells.get("RAMB18E1") ?? cells.get("RAMB36E1"), [...cells.keys()].join(" ")).toBe(1);
  const flipFlops = [...cells].filter(([name]) => name.startsWith("FD")).reduce((sum, [, count]) => sum + count, 0);
  expect(flipFlops).toBe(0);
});

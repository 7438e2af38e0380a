/** The three linters that all emitted Verilog must pass without a message. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SystoleError } from "../errors.ts";
import type { VerilogFile } from "./verilog.ts";
import { findProgram, runTool } from "./process.ts";

/** A linter by its program name. */
export type Linter = "verilator" | "iverilog" | "yosys";

/** One line that a linter printed. */
export interface LintMessage {
  readonly linter: Linter;
  readonly text: string;
}

/** All linters. */
export const LINTERS: readonly Linter[] = ["verilator", "iverilog", "yosys"];

const COMMANDS: Record<Linter, (top: string, files: readonly string[]) => string[]> = {
  verilator: (top, files) => ["--lint-only", "-Wall", "--top-module", top, ...files],
  iverilog: (_top, files) => ["-g2012", "-Wall", "-t", "null", ...files],
  yosys: (top, files) => [
    "-q",
    "-p",
    `read_verilog -sv ${files.join(" ")}; hierarchy -top ${top} -check; proc; check -assert`,
  ],
};

/**
 * Lints a design with `verilator --lint-only -Wall`, `iverilog -g2012 -Wall` and Yosys' `check -assert`, and returns
 * every line they printed: an empty array means clean. File names in messages are those given. A linter that fails
 * without a word gives one message with its status. Throws SystoleError when a linter is not installed.
 */
export async function lintVerilog(
  files: readonly VerilogFile[],
  top: string,
  linters: readonly Linter[] = LINTERS,
): Promise<LintMessage[]> {
  const programs = linters.map((linter) => [linter, linterPath(linter)] as const);
  const folder = await mkdtemp(join(tmpdir(), "systole-lint-"));
  try {
    await Promise.all(files.map((file) => writeFile(join(folder, file.name), file.text)));
    const names = files.map((file) => file.name);
    const messages: LintMessage[] = [];
    for (const [linter, program] of programs) {
      const result = await runTool(program, COMMANDS[linter](top, names), { cwd: folder });
      const lines = `${result.stdout}\n${result.stderr}`.split("\n").filter((line) => line.trim() !== "");
      if (result.status !== 0 && lines.length === 0)
        lines.push(`${linter} failed with status ${result.status ?? "none"}`);
      messages.push(...lines.map((text) => ({ linter, text })));
    }
    return messages;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lint messages as text, one a line, each led by its linter; `""` when clean. Made for `expect(...).toBe("")`. */
export function formatLint(messages: readonly LintMessage[]): string {
  return messages.map(({ linter, text }) => `${linter}: ${text}`).join("\n");
}

function linterPath(linter: Linter): string {
  const path = findProgram(linter);
  if (path !== undefined) return path;
  throw new SystoleError({
    code: "harness-linter-missing",
    message: `${linter} is not on the PATH`,
    remedy: `Install it: sudo apt-get install ${linter} (Debian, Ubuntu).`,
  });
}

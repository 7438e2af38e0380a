/** Verilator's runtime library: the same for every design, so compiled once per compiler and flags, and kept. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SystoleError } from "../errors.ts";
import { cached, contentKey } from "./cache.ts";
import { nativeTemplates } from "./paths.ts";
import { runTool } from "./process.ts";
import type { Toolchain } from "./toolchain.ts";

/** Objects of the runtime that a model with these flags links against. */
export async function buildRuntime(
  toolchain: Toolchain,
  flags: readonly string[],
  wave: "vcd" | "fst" | undefined,
  cacheFolder: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const include = join(toolchain.verilator.root, "include");
  const sources = [
    "verilated.cpp",
    "verilated_threads.cpp",
    ...(wave === undefined ? [] : [`verilated_${wave}_c.cpp`]),
  ];
  const hooks = await readFile(join(nativeTemplates, "hooks.h"), "utf8");
  const key = contentKey([toolchain.verilator.version, toolchain.compiler.version, hooks, ...flags, ...sources]);
  const entry = await cached(
    join(cacheFolder, "runtime"),
    key,
    async (folder) => {
      // One after the other: the other processor is at work on the design.
      for (const source of sources) {
        const result = await runTool(
          toolchain.compiler.path,
          // The file formats' code is compiled for a quick first wave rather than for speed: writing is bound by the model.
          [
            ...flags,
            source.includes(`_${wave}_`) ? "-O1" : "-O2",
            "-c",
            join(include, source),
            "-o",
            join(folder, `${source}.o`),
          ],
          signal === undefined ? {} : { signal },
        );
        if (result.status === 0) continue;
        const missingZlib = result.stderr.includes("zlib.h");
        throw new SystoleError({
          code: missingZlib ? "harness-no-zlib" : "harness-build-failed",
          message: missingZlib
            ? "FST waves need zlib's header, which is not installed"
            : `the C++ compiler failed on Verilator's ${source}:\n${result.stderr.split("\n").slice(0, 12).join("\n")}`,
          remedy: missingZlib ? "Install it (sudo apt-get install zlib1g-dev), or ask for VCD." : undefined,
        });
      }
    },
    { signal },
  );
  return sources.map((source) => join(entry.folder, `${source}.o`));
}

/** What all models share: Verilator's runtime library and the precompiled prelude, built once per compiler and flags, and kept. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SystoleError } from "../errors.ts";
import { cached, contentKey } from "../files/index.ts";
import { nativeTemplates, nodeApiHeaders } from "./paths.ts";
import { runTool } from "./process.ts";
import type { Toolchain } from "./toolchain.ts";

/** Whose parts these are: the compiler, the flags that its parts must agree in, and where they are kept. */
export interface RuntimeContext {
  readonly toolchain: Toolchain;
  /** Flags common to the model and the runtime, without the level of optimisation. */
  readonly flags: readonly string[];
  readonly wave: "vcd" | "fst" | undefined;
  readonly cacheFolder: string;
  readonly signal: AbortSignal | undefined;
}

const ERROR_LINES = 12;

/** Objects of Verilator's runtime that a model with these flags links against. */
export async function buildRuntime(context: RuntimeContext): Promise<string[]> {
  const { toolchain, flags, wave, cacheFolder, signal } = context;
  const include = join(toolchain.verilator.root, "include");
  const sources = [
    "verilated.cpp",
    "verilated_threads.cpp",
    ...(wave === undefined ? [] : [`verilated_${wave}_c.cpp`]),
  ];
  const key = await keyOf(context, ["hooks.h"], sources);
  const entry = await cached(
    join(cacheFolder, "runtime"),
    key,
    async (folder) => {
      // One after the other: the other processor is at work on the design.
      for (const source of sources) {
        // The wave formats' code is compiled for a quick first wave rather than for speed: the model takes most of the time.
        const optimise = source.includes(`_${wave}_`) ? "-O1" : "-O2";
        const output = join(folder, `${source}.o`);
        const args = [
          ...flags,
          "-include",
          join(nativeTemplates, "hooks.h"),
          optimise,
          "-c",
          join(include, source),
          "-o",
          output,
        ];
        const result = await runTool(toolchain.compiler.path, args, { signal });
        if (result.status !== 0) throw runtimeError(source, result.stderr);
      }
    },
    { signal },
  );
  return sources.map((source) => join(entry.folder, `${source}.o`));
}

/**
 * Compiler flags that include the prelude, which is most of what a small design takes to compile: precompiled for clang (for
 * models with and without optimisation apart, as clang demands), as text for others.
 */
export async function preludeFlags(context: RuntimeContext, optimised: boolean): Promise<string[]> {
  const { toolchain, flags, cacheFolder, signal } = context;
  const prelude = join(nativeTemplates, "prelude.h");
  const search = [`-I${nodeApiHeaders}`, `-I${nativeTemplates}`, "-DNAPI_VERSION=8"];
  if (toolchain.compiler.kind !== "clang") return [...search, "-include", prelude];
  const level = optimised ? "-O2" : "-O0";
  const key = await keyOf(context, ["hooks.h", "prelude.h"], [level]);
  const entry = await cached(
    join(cacheFolder, "prelude"),
    key,
    async (folder) => {
      const result = await runTool(
        toolchain.compiler.path,
        // The key has the headers' contents: when they were last written does not matter.
        [
          ...flags,
          ...search,
          level,
          "-Xclang",
          "-fno-pch-timestamp",
          "-fpch-instantiate-templates",
          "-x",
          "c++-header",
          prelude,
          "-o",
          join(folder, "prelude.pch"),
        ],
        { signal },
      );
      if (result.status !== 0) throw runtimeError("prelude", result.stderr);
    },
    { signal },
  );
  return [...search, "-include-pch", join(entry.folder, "prelude.pch")];
}

/** Tells the compiler's complaint that a header changed under its precompiled form (an update of the C++ library). */
export function isStalePrelude(stderr: string): boolean {
  return /precompiled header|PCH file|prelude\.pch/.test(stderr);
}

/** The same flags without the precompiled form. */
export function withoutPrecompiled(flags: readonly string[]): string[] {
  const at = flags.indexOf("-include-pch");
  return at < 0
    ? [...flags]
    : [...flags.slice(0, at), "-include", join(nativeTemplates, "prelude.h"), ...flags.slice(at + 2)];
}

async function keyOf(
  { toolchain, flags }: RuntimeContext,
  templates: readonly string[],
  parts: readonly string[],
): Promise<string> {
  const texts = await Promise.all(templates.map((name) => readFile(join(nativeTemplates, name), "utf8")));
  return contentKey([toolchain.verilator.version, toolchain.compiler.version, ...texts, ...flags, ...parts]);
}

function runtimeError(what: string, stderr: string): SystoleError {
  if (stderr.includes("zlib.h")) {
    return new SystoleError({
      code: "harness-no-zlib",
      message: "FST waves need zlib's header, which is not installed",
      remedy: "Install it (sudo apt-get install zlib1g-dev), or ask for VCD.",
    });
  }
  return new SystoleError({
    code: "harness-build-failed",
    message: `the C++ compiler failed on Verilator's ${what}:\n${stderr.split("\n").slice(0, ERROR_LINES).join("\n")}`,
    remedy: "Check that the C++ standard library's headers are installed (libstdc++-dev comes with g++ and clang).",
  });
}

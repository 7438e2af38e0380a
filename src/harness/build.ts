/** Turns a design into a native Node add-on: Verilator, a C++ compiler, one shared library, kept by content. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { SystoleError } from "../errors.ts";
import { cached, contentKey, defaultCacheFolder, type CacheEntry } from "../files/index.ts";
import { glueSources, renderGlue, type SourceFile } from "./glue.ts";
import { inliningHints } from "./inlining.ts";
import { runTool } from "./process.ts";
import { buildRuntime, isStalePrelude, preludeFlags, withoutPrecompiled, type RuntimeContext } from "./runtime.ts";
import { skipSettledInputs } from "./settled-inputs.ts";
import { findToolchain, type Toolchain } from "./toolchain.ts";
import type { VerilogDesign } from "./verilog.ts";

export type WaveFormat = "vcd" | "fst";

/** How far a build has come; `done` of `total` steps. */
export interface BuildProgress {
  readonly phase: "waiting" | "verilate" | "compile" | "link";
  readonly done: number;
  readonly total: number;
}

export interface BuildOptions {
  /** C++ optimisation level; 1 builds in half the time and runs at 80 to 95 % of the speed of 2. Default: `SYSTOLE_OPTIMISE`, else 2. */
  readonly optimise?: 0 | 1 | 2 | 3;
  /** Builds a model that can write waves in this format; other models run 17 (VCD) times faster and more. */
  readonly wave?: WaveFormat | undefined;
  /** Whether the Verilog's assertions are checked. Default: true. */
  readonly assertions?: boolean;
  /** Further flags for Verilator. */
  readonly verilatorFlags?: readonly string[];
  /** Default: `SYSTOLE_CACHE`, else `.cache` in the package's root. */
  readonly cacheFolder?: string;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Ends the build; nothing of it is kept. */
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltModel {
  /** Path of the add-on. */
  readonly addon: string;
  readonly cacheHit: boolean;
  /** Wall time of this call. */
  readonly buildSeconds: number;
}

const ADDON = "model.node";
/** Raised when the pipeline itself changes in a way that no hashed file shows. */
const PIPELINE_VERSION = "5";
const ERROR_LINES = 12;

/** Builds the add-on of `design`, or finds it in the cache. Throws SystoleError with the tool's first lines when Verilator or the compiler fails. */
export async function buildModel(design: VerilogDesign, options: BuildOptions = {}): Promise<BuiltModel> {
  const started = performance.now();
  const cacheFolder = options.cacheFolder ?? defaultCacheFolder();
  const toolchain = findToolchain(cacheFolder);
  const flags = modelFlags(toolchain, options);
  const key = contentKey([
    PIPELINE_VERSION,
    process.arch,
    toolchain.verilator.version,
    toolchain.compiler.version,
    JSON.stringify([design.top, design.ports, flags]),
    ...glueSources(),
    ...design.files.flatMap((file) => [file.name, file.text]),
  ]);
  const context = { toolchain, flags: flags.common, wave: flags.wave, cacheFolder, signal: options.signal };
  const report = options.onProgress ?? (() => undefined);
  const entry: CacheEntry = await cached(
    join(cacheFolder, "native"),
    key,
    (folder) => build(design, flags, context, folder, report),
    {
      signal: options.signal,
      onWait: () => {
        report({ phase: "waiting", done: 0, total: 1 });
      },
    },
  );
  return {
    addon: join(entry.folder, ADDON),
    cacheHit: entry.hit,
    buildSeconds: (performance.now() - started) / 1000,
  };
}

interface Flags {
  readonly verilator: readonly string[];
  /** For the model's own code and for Verilator's runtime alike. */
  readonly common: readonly string[];
  readonly optimise: string;
  readonly wave: WaveFormat | undefined;
}

function modelFlags(toolchain: Toolchain, options: BuildOptions): Flags {
  const wave = options.wave;
  const waveFlags =
    wave === "vcd" ? ["--trace", "--trace-structs"] : wave === "fst" ? ["--trace-fst", "--trace-structs"] : [];
  const include = join(toolchain.verilator.root, "include");
  return {
    // Registers without reset and memories start at random: a design must not depend on them.
    verilator: [
      "--cc",
      "-O3",
      "--x-assign",
      "unique",
      "--x-initial",
      "unique",
      "--no-timing",
      "-Wno-fatal",
      "-Wno-lint",
      "-Wno-style",
      ...(options.assertions === false ? [] : ["--assert"]),
      ...(options.verilatorFlags ?? []),
      ...waveFlags,
    ],
    common: [
      "-std=c++17",
      "-fPIC",
      // Several models live in one process: none may see another's symbols.
      "-fvisibility=hidden",
      "-fvisibility-inlines-hidden",
      ...(toolchain.compiler.kind === "gcc" ? ["-fno-gnu-unique"] : []),
      "-w",
      `-I${include}`,
      `-I${join(include, "vltstd")}`,
      "-DVERILATOR=1",
      "-DVM_COVERAGE=0",
      "-DVM_SC=0",
      `-DVM_TRACE=${wave === undefined ? 0 : 1}`,
      ...(wave === undefined ? [] : [`-DSYSTOLE_WAVE_${wave.toUpperCase()}`]),
    ],
    optimise: `-O${options.optimise ?? optimiseFromEnvironment()}`,
    wave,
  };
}

function optimiseFromEnvironment(): string {
  const level = process.env["SYSTOLE_OPTIMISE"] ?? "2";
  if (/^[0-3]$/.test(level)) return level;
  throw new SystoleError({
    code: "harness-bad-optimise",
    message: `SYSTOLE_OPTIMISE is "${level}": allowed are 0, 1, 2 and 3`,
    remedy: "Set it to one of these or unset it (2).",
  });
}

async function build(
  design: VerilogDesign,
  flags: Flags,
  context: RuntimeContext,
  folder: string,
  report: (progress: BuildProgress) => void,
): Promise<void> {
  const { toolchain, signal } = context;
  const work = join(folder, "work");
  const objects = join(work, "obj");
  await mkdir(objects, { recursive: true });
  const hints = { name: HINTS, text: inliningHints(design.files) };
  await Promise.all([hints, ...design.files].map((file) => writeFile(join(work, file.name), file.text)));
  report({ phase: "verilate", done: 0, total: 1 });
  // What all models share is at hand, except with an empty cache: then it compiles while Verilator works.
  const shared = [
    preludeFlags(context, flags.optimise !== "-O0"),
    preludeFlags(context, false),
    buildRuntime(context),
  ] as const;
  const verilated = verilate(design, flags, context, work);
  // Whichever fails: nothing of a build goes on once it has told its end.
  await Promise.allSettled([verilated, ...shared]);
  const units = await verilated;
  const [optimisedPrelude, plainPrelude, libraries] = await Promise.all(shared);
  let done = 0;
  report({ phase: "compile", done, total: units.length });
  await inParallel(units, async ({ file, optimise }) => {
    const prelude = optimise === "-O0" ? plainPrelude : optimisedPrelude;
    const compile = (include: readonly string[]) =>
      runTool(toolchain.compiler.path, [...flags.common, ...include, optimise, "-c", file, "-o", `${file}.o`], {
        cwd: objects,
        signal,
      });
    let compiled = await compile(prelude);
    if (compiled.status !== 0 && isStalePrelude(compiled.stderr)) compiled = await compile(withoutPrecompiled(prelude));
    if (compiled.status !== 0) throw toolError("the C++ compiler", design.top, compiled.stderr, work);
    report({ phase: "compile", done: ++done, total: units.length });
  });
  report({ phase: "link", done: 0, total: 1 });
  const linked = await runTool(
    toolchain.compiler.path,
    [
      "-shared",
      "-o",
      join(folder, ADDON),
      ...units.map(({ file }) => `${file}.o`),
      ...libraries,
      "-lpthread",
      "-latomic",
      ...(flags.wave === "fst" ? ["-lz"] : []),
    ],
    { cwd: objects, signal },
  );
  if (linked.status !== 0) throw toolError("the linker", design.top, linked.stderr, work);
  await rm(work, { recursive: true });
}

/** Verilator's files that run every cycle. */
async function readSources(objects: string): Promise<SourceFile[]> {
  const names = (await readdir(objects)).filter((name) => name.endsWith(".cpp") && !isSlow(name));
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(objects, name), "utf8") })));
}

/** Verilator's files that run at the start, or for waves. */
const isSlow = (name: string): boolean => /__Slow\.cpp$|__Syms\.cpp$/.test(name);

interface Unit {
  readonly file: string;
  readonly optimise: string;
}

/** What Verilator is told about the design beside its text. */
const HINTS = "hints.vlt";

/** The C++ of a design in the folder `work`: what is to be compiled. */
async function verilate(
  design: VerilogDesign,
  flags: Flags,
  { toolchain, signal }: RuntimeContext,
  work: string,
): Promise<Unit[]> {
  const objects = join(work, "obj");
  const verilated = await runTool(
    toolchain.verilator.path,
    [
      ...flags.verilator,
      "--prefix",
      "Vmodel",
      "--top-module",
      design.top,
      "--Mdir",
      "obj",
      HINTS,
      ...design.files.map(({ name }) => name),
    ],
    { cwd: work, signal },
  );
  if (verilated.status !== 0) throw toolError("Verilator", design.top, verilated.stderr, work);
  const glue = renderGlue(design, await readFile(join(objects, "Vmodel.h"), "utf8"));
  const changed = skipSettledInputs(await readSources(objects));
  await Promise.all([...glue, ...changed].map(({ name, text }) => writeFile(join(objects, name), text)));
  return translationUnits(objects, flags.optimise);
}

/**
 * Groups Verilator's files into few translation units, the longest compile first: all that runs every cycle in one
 * (apart from each other it runs 15 % slower), all that runs at start-up or for waves in another, without optimisation.
 */
async function translationUnits(objects: string, optimise: string): Promise<Unit[]> {
  const files = (await readdir(objects)).filter((name) => name.endsWith(".cpp")).sort();
  const groups = [
    { file: "fast.cc", optimise, names: files.filter((name) => !isSlow(name)) },
    { file: "slow.cc", optimise: "-O0", names: files.filter(isSlow) },
  ];
  for (const { file, names } of groups) {
    await writeFile(join(objects, file), names.map((name) => `#include "${name}"\n`).join(""));
  }
  return [...groups, { file: "model.cc", optimise }];
}

/** Runs `task` on all items, as many at once as there are processors. After a failure nothing new is started. */
async function inParallel<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await task(item);
      } catch (error) {
        queue.length = 0;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: availableParallelism() }, worker));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** The tool's first lines as an error; the build's folder is cut from file names. */
function toolError(tool: string, top: string, output: string, folder: string): SystoleError {
  const lines = output
    .replaceAll(`${folder}/`, "")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const shown = lines.slice(0, ERROR_LINES);
  const more = lines.length > shown.length ? [`(${lines.length - shown.length} more lines)`] : [];
  return new SystoleError({
    code: "harness-build-failed",
    message: [`${tool} failed on ${top}:`, ...shown, ...more].join("\n"),
  });
}

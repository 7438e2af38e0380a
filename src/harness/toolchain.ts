/** Finds Verilator and a C++ compiler, and remembers their versions so that a cache hit starts no process. */
import { mkdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SystoleError } from "../errors.ts";
import { defaultCacheFolder } from "../files/index.ts";
import { findProgram, runToolSync } from "./process.ts";

/** A compiler that the harness drives; clang's models run about a tenth faster and compile in a quarter of the time. */
export interface Compiler {
  readonly kind: "clang" | "gcc";
  readonly path: string;
  /** First line of `--version`. */
  readonly version: string;
}

export interface Verilator {
  readonly path: string;
  /** `"Verilator 5.006 …"`. */
  readonly version: string;
  /** VERILATOR_ROOT: the folder above its `include`. */
  readonly root: string;
}

export interface Toolchain {
  readonly verilator: Verilator;
  readonly compiler: Compiler;
}

const OLDEST_VERILATOR = 5;
const INSTALL =
  "Run `node scripts/setup.mjs --for verilator`, or install them: sudo apt-get install verilator clang. " +
  "The embedded simulator (--simulator embedded) needs neither.";

/**
 * The tools on the PATH; `SYSTOLE_CXX` names another compiler than the first of clang++ and g++.
 * Throws SystoleError when one is absent or too old.
 */
export function findToolchain(cacheFolder: string): Toolchain {
  const versions = new VersionMemo(join(cacheFolder, "tool-versions.json"));
  const verilatorPath = findProgram("verilator");
  if (verilatorPath === undefined) {
    throw new SystoleError({ code: "harness-no-verilator", message: "Verilator is not on the PATH", remedy: INSTALL });
  }
  const version = versions.query(verilatorPath, ["--version"]);
  const root = versions.query(verilatorPath, ["--getenv", "VERILATOR_ROOT"]);
  const major = Number(/Verilator (\d+)\./.exec(version)?.[1] ?? 0);
  if (major < OLDEST_VERILATOR) {
    throw new SystoleError({
      code: "harness-old-verilator",
      message: `${verilatorPath} is "${version}": version ${OLDEST_VERILATOR} or later is needed`,
      remedy: "Install a newer Verilator (Debian 12, Ubuntu 24.04 and later package one) and put it on the PATH first.",
    });
  }
  const toolchain = { verilator: { path: verilatorPath, version, root }, compiler: findCompiler(versions) };
  versions.save();
  return toolchain;
}

function findCompiler(versions: VersionMemo): Compiler {
  const chosen = process.env["SYSTOLE_CXX"];
  const candidates = chosen === undefined || chosen === "" ? ["clang++", "g++"] : [chosen];
  for (const candidate of candidates) {
    const path = candidate.includes("/") ? candidate : findProgram(candidate);
    if (path === undefined) continue;
    const version = versions.query(path, ["--version"]);
    return { kind: version.includes("clang") ? "clang" : "gcc", path, version };
  }
  throw new SystoleError({
    code: "harness-no-compiler",
    message: `no C++ compiler on the PATH: looked for ${candidates.join(", ")}`,
    remedy: INSTALL,
  });
}

/** First lines that tools printed, kept in a file under the tool's path, size and time of change. */
class VersionMemo {
  readonly #file: string;
  readonly #known: Record<string, string>;
  #changed = false;

  constructor(file: string) {
    this.#file = file;
    this.#known = readMemo(file);
  }

  query(program: string, args: readonly string[]): string {
    const { mtimeMs, size } = this.#stat(program);
    const key = [realpathSync(program), mtimeMs, size, ...args].join(" ");
    const known = this.#known[key];
    if (known !== undefined) return known;
    const line = runToolSync(program, args).stdout.split("\n")[0] ?? "";
    this.#known[key] = line;
    this.#changed = true;
    return line;
  }

  #stat(program: string): { mtimeMs: number; size: number } {
    const stat = statSync(program, { throwIfNoEntry: false });
    if (stat !== undefined) return stat;
    throw new SystoleError({
      code: "harness-no-compiler",
      message: `the compiler ${program} does not exist`,
      remedy: "Set SYSTOLE_CXX to an existing C++ compiler, or unset it.",
    });
  }

  save(): void {
    if (!this.#changed) return;
    mkdirSync(join(this.#file, ".."), { recursive: true });
    const temporary = `${this.#file}.${process.pid}`;
    writeFileSync(temporary, JSON.stringify(this.#known, undefined, 1));
    renameSync(temporary, this.#file);
  }
}

function readMemo(file: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    return {}; // Absent, or damaged: ask the tools again.
  }
}

/** Versions of the tools that Verilator's simulations are built with, `not installed` where they are absent. */
export function toolVersions(): { readonly verilator: string; readonly compiler: string } {
  try {
    const { verilator, compiler } = findToolchain(defaultCacheFolder());
    return { verilator: verilator.version, compiler: compiler.version };
  } catch (error) {
    if (!(error instanceof SystoleError)) throw error;
    return { verilator: "Verilator not installed", compiler: "no C++ compiler" };
  }
}

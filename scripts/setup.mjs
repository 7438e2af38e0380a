#!/usr/bin/env node
// Makes sure that the tools beside Node exist: `setup.mjs --for run` needs none, `--for verilator` Verilator and a C++ compiler,
// `--for test` also Icarus Verilog, Yosys, zlib's header and two
// Liberty libraries. On Debian and Ubuntu as root it installs what is absent through apt-get; elsewhere it says
// in one line what to install and exits with status 1. Plain JavaScript without imports from the package, so that it runs
// before anything else does; when all is present it only looks at the PATH.
import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The C++ compilers that serve, best first: clang's models run faster and compile in a quarter of the time. */
const CLANG = ["clang++"];
const ANY_COMPILER = ["clang++", "g++"];

const OLDEST_NODE = 20;

/** What each purpose needs: the first program found of `anyOf`, else the Debian package `apt`. */
const VERILATOR = { what: "Verilator 5", anyOf: ["verilator"], apt: "verilator" };
const COMPILER = { what: "a C++ compiler (clang or g++)", anyOf: ANY_COMPILER, apt: "clang" };
const ICARUS = { what: "Icarus Verilog", anyOf: ["iverilog"], apt: "iverilog" };
const YOSYS = { what: "Yosys", anyOf: ["yosys"], apt: "yosys" };
const ZLIB = { what: "zlib's header", header: "zlib.h", apt: "zlib1g-dev" };
/** Two Liberty libraries. */
const LIBERTY = ["osu018", "osu035"].map((name) => ({
  what: `the ${name} standard cells`,
  file: `/usr/share/qflow/tech/${name}/${name}_stdcells.lib`,
  apt: `qflow-tech-${name}`,
}));
const NEEDS = {
  run: [],
  verilator: [VERILATOR, COMPILER],
  test: [VERILATOR, COMPILER, ICARUS, YOSYS, ZLIB, ...LIBERTY],
};

const cacheFolder = process.env.SYSTOLE_CACHE ?? join(dirname(dirname(fileURLToPath(import.meta.url))), ".cache");
/** Written when clang could not be installed beside an existing g++, so that the attempt is not repeated every time. */
const noClangMarker = join(cacheFolder, "clang-not-available");
const MARKER_HOURS = 24;

/** True when the program is in a folder of the PATH. */
function onPath(program) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function fileExists(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function present(need) {
  if (need.file !== undefined) return fileExists(need.file);
  if (need.header !== undefined)
    return ["/usr/include", "/usr/local/include"].some((f) => fileExists(join(f, need.header)));
  return need.anyOf.some(onPath);
}

/** Runs apt-get quietly; returns its last lines when it fails, undefined when it succeeds. */
function apt(...args) {
  const result = spawnSync("apt-get", ["-q", "-y", "-o", "DPkg::Lock::Timeout=300", ...args], {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (result.status === 0) return undefined;
  return `${result.stdout}${result.stderr}`.trim().split("\n").slice(-3).join("; ");
}

function install(packages) {
  const arguments_ = ["install", "--no-install-recommends", ...packages];
  // The package lists of a fresh machine are absent or old: fetch them once, and only when they are needed.
  return apt(...arguments_) === undefined ? undefined : (apt("update"), apt(...arguments_));
}

function progress(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function recentlyFailed(marker) {
  const age = Date.now() - (statSync(marker, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return age < MARKER_HOURS * 3_600_000;
}

function main(argv) {
  const purpose = argv[0] === "--for" && argv.length === 2 ? argv[1] : undefined;
  if (purpose === undefined || !Object.hasOwn(NEEDS, purpose)) {
    progress("usage: node scripts/setup.mjs --for run|verilator|test");
    return 2;
  }
  const major = Number(process.versions.node.split(".")[0]);
  if (major < OLDEST_NODE) {
    progress(`Node ${process.versions.node} is too old: version ${OLDEST_NODE} or later is needed.`);
    return 1;
  }
  const needs = NEEDS[purpose];
  const canInstall = process.getuid?.() === 0 && onPath("apt-get") && process.env.SYSTOLE_NO_INSTALL === undefined;
  let missing = needs.filter((need) => !present(need));
  if (canInstall) {
    const wantsClang = needs.includes(COMPILER) && !CLANG.some(onPath) && !recentlyFailed(noClangMarker);
    // Only g++: clang is worth having, but its absence is no error. Kept apart so that its failure spoils nothing else.
    const required = missing.filter((need) => need !== COMPILER).map((need) => need.apt);
    if (required.length > 0) {
      progress(`installing ${required.join(", ")} (apt-get, a minute or two)`);
      const failure = install(required);
      if (failure !== undefined) progress(`apt-get failed: ${failure}`);
    }
    if (wantsClang) {
      progress("installing clang (apt-get, a minute or two)");
      const failure = install(["clang"]);
      if (failure !== undefined && !onPath("g++")) {
        progress("clang could not be installed; installing g++ instead");
        const gccFailure = install(["g++"]);
        if (gccFailure !== undefined) progress(`apt-get failed: ${gccFailure}`);
      } else if (failure !== undefined) {
        progress("clang could not be installed; going on with g++ (slower to compile, a tenth slower to run)");
        mkdirSync(cacheFolder, { recursive: true });
        writeFileSync(noClangMarker, `${failure}\n`);
      }
    }
    missing = needs.filter((need) => !present(need));
  }
  if (missing.length === 0) return 0;
  const packages = missing.map((need) => need.apt).join(" ");
  progress(
    `missing: ${missing.map((need) => need.what).join(", ")}. ` +
      `Install with: sudo apt-get install ${packages} (Debian, Ubuntu), or put the programs on the PATH.`,
  );
  return 1;
}

process.exitCode = main(process.argv.slice(2));

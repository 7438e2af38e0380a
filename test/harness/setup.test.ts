import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../scripts/setup.mjs", import.meta.url));
const isRoot = process.getuid?.() === 0;

/** A folder that is the whole PATH of the script under test, and its cache. */
let bin = "";
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "systole-setup-"));
});
afterEach(() => {
  rmSync(bin, { recursive: true, force: true });
});

function program(name: string, script = "#!/bin/sh\nexit 0\n"): void {
  writeFileSync(join(bin, name), script);
  chmodSync(join(bin, name), 0o755);
}

/** An apt-get that notes what it is asked for and puts the programs of the packages it knows on the PATH. */
function aptGet(known: Record<string, string>): void {
  const cases = Object.entries(known).map(([name, made]) => `${name}) /bin/cp "${bin}/apt-get" "${bin}/${made}" ;;`);
  program(
    "apt-get",
    `#!/bin/sh
echo "$@" >> "${bin}/log"
for word in "$@"; do
  case "$word" in
    -*|DPkg*|install|update) ;;
    ${cases.join("\n    ")}
    *) echo "E: Unable to locate package $word" >&2; exit 100 ;;
  esac
done
`,
  );
}

function setup(purpose: string, environment: Record<string, string> = {}) {
  const result = spawnSync(process.execPath, [SCRIPT, "--for", purpose], {
    encoding: "utf8",
    env: { PATH: bin, SYSTOLE_CACHE: bin, ...environment },
  });
  return { status: result.status, text: result.stderr };
}

test("says nothing and succeeds when all is there", () => {
  program("verilator");
  program("g++");
  expect(setup("verilator", { SYSTOLE_NO_INSTALL: "1" })).toEqual({ status: 0, text: "" });
});

test("running needs nothing but Node", () => {
  aptGet({});
  expect(setup("run")).toEqual({ status: 0, text: "" });
});

test("says in one line what to install when it may not install", () => {
  program("g++");
  expect(setup("verilator", { SYSTOLE_NO_INSTALL: "1" })).toEqual({
    status: 1,
    text: "setup: missing: Verilator 5. Install with: sudo apt-get install verilator (Debian, Ubuntu), or put the programs on the PATH.\n",
  });
  rmSync(join(bin, "g++"));
  const { status, text } = setup("test", { SYSTOLE_NO_INSTALL: "1" });
  expect(status).toBe(1);
  expect(text).toMatch(
    /^setup: missing: Verilator 5, a C\+\+ compiler \(clang or g\+\+\), Icarus Verilog, Yosys[^\n]*apt-get install verilator clang iverilog yosys[^\n]*\n$/,
  );
});

test("installs what is absent as root, and only that", () => {
  program("g++");
  aptGet({ verilator: "verilator", clang: "clang++" });
  const { status, text } = setup("verilator");
  expect(status).toBe(isRoot ? 0 : 1);
  if (isRoot) {
    expect(text).toBe(
      "setup: installing verilator (apt-get, a minute or two)\nsetup: installing clang (apt-get, a minute or two)\n",
    );
    expect(setup("verilator")).toEqual({ status: 0, text: "" });
  }
});

test("makes do with g++ where there is no clang, and asks for it only once", () => {
  program("g++");
  program("verilator");
  aptGet({});
  const { status, text } = setup("verilator");
  expect(status).toBe(0);
  if (isRoot) expect(text).toContain("clang could not be installed; going on with g++");
  expect(setup("verilator")).toEqual({ status: 0, text: "" });
});

test("installs g++ where there is no compiler and no clang to be had", () => {
  program("verilator");
  aptGet({ "g++": "g++" });
  const { status, text } = setup("verilator");
  expect(status).toBe(isRoot ? 0 : 1);
  if (isRoot) expect(text).toContain("clang could not be installed; installing g++ instead");
});

test("fails with apt-get's own words when nothing can be installed", () => {
  aptGet({});
  const { status, text } = setup("verilator");
  expect(status).toBe(1);
  if (isRoot) expect(text).toContain("setup: apt-get failed: E: Unable to locate package verilator");
  expect(text).toContain("setup: missing: Verilator 5, a C++ compiler (clang or g++). Install with:");
});

test("explains its use", () => {
  expect(setup("fun")).toEqual({ status: 2, text: "setup: usage: node scripts/setup.mjs --for run|verilator|test\n" });
});

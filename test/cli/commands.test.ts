/** Help, examples, exit codes and colours: what holds for every command. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { presetNames } from "../../src/config/index.ts";
import { EXIT } from "../../src/cli/exit.ts";
import { ExitRequest, reportFailure } from "../../src/cli/errors.ts";
import { emitReport } from "../../src/cli/output.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { SystoleError } from "../../src/errors.ts";
import { namedShapes } from "../../src/model/index.ts";
import { sampleReport } from "../report/fixture.ts";
import { exampleArguments, helpOf, parseOnly } from "./parse.ts";
import { systole } from "./support.ts";

const commands = (await buildProgram()).commands.map((c) => c.name());

describe("examples", () => {
  test.each(commands)("systole %s --help has some, and each of them is accepted", async (name) => {
    const examples = exampleArguments(await helpOf(name));
    expect(examples.length).toBeGreaterThan(0);
    for (const args of examples) {
      expect(commands).toContain(args[0]);
      await expect(parseOnly(args), args.join(" ")).resolves.toBeUndefined();
    }
  });
});

test("--help goes to standard output and succeeds, with what may be named and the exit codes", async () => {
  const { code, stdout, stderr } = await systole(["--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const name of commands) expect(stdout).toContain(`\n  ${name} `);
  expect(stdout).toContain(`\nConfigurations: ${presetNames().join(", ")}, or a JSON file`);
  expect(stdout).toContain(`\nEncoders: ${Object.keys(namedShapes).join(", ")}, or hidden,heads,intermediate\n`);
  const steps = exampleArguments(stdout).filter(([command]) => command !== "<command>");
  expect(steps).toHaveLength(3);
  for (const step of steps) await parseOnly(step);
  for (const exit of Object.values(EXIT)) expect(stdout).toContain(`  ${String(exit.code).padEnd(4)}${exit.doc}\n`);
});

describe("exit codes", () => {
  const quiet = () => [
    vi.spyOn(process.stderr, "write").mockReturnValue(true),
    vi.spyOn(process.stdout, "write").mockReturnValue(true),
  ];
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test.each([
    ["a user's mistake", new SystoleError({ code: "config-invalid", message: "m" }), 2, "error: m\n"],
    ["a fault of the hardware", new SystoleError({ code: "hardware-fault", message: "m" }), 3, "error: m\n"],
    ["a hang", new SystoleError({ code: "hardware-hang", message: "m" }), 3, "error: m\n"],
    ["an interruption", new SystoleError({ code: "interrupted", message: "m" }), 130, "interrupted\n"],
  ])("%s", (_, error, code, text) => {
    const [stderr] = quiet();
    expect(reportFailure(error)).toBe(code);
    expect(stderr!.mock.calls).toEqual([[text]]);
  });

  test("a defect is told apart, with its stack for the report", () => {
    const [stderr] = quiet();
    expect(reportFailure(new TypeError("x is not a function"))).toBe(70);
    expect(String(stderr!.mock.calls[0]![0])).toMatch(/^internal error: please report this\nTypeError: x is not/);
  });

  test("differences from the reference: results are printed, then 1", () => {
    const [, stdout] = quiet();
    const emit = () => {
      emitReport(sampleReport({ differences: 3 }), [], { json: true });
    };
    expect(emit).toThrow(ExitRequest);
    expect(stdout!.mock.calls).toHaveLength(1);
    expect(reportFailure(new ExitRequest(EXIT.differences.code))).toBe(1);
    emitReport(sampleReport({ differences: 0 }), [], { json: true });
    emitReport(sampleReport({ differences: null }), [], { json: true });
  });
});

describe("colours", () => {
  // eslint's no-control-regex is about accidents; here the escape character is meant.
  const escape = String.fromCharCode(27);
  test.each([
    [{}, false],
    [{ FORCE_COLOR: "1" }, true],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  ])("with %o: %s", { concurrent: true }, async (env, coloured) => {
    expect((await systole(["check", "edge"], { env })).stdout.includes(escape)).toBe(coloured);
    expect((await systole(["check", "nowhere"], { env })).stderr.includes(escape)).toBe(coloured);
  });
});

test("a reader that stops early, like head, is no error", async () => {
  const { code, stderr } = await systole(["run", "--help"], { closeStdout: true });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

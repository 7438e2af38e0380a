import { runYosys } from "@yowasp/yosys";
import { describe, expect, test } from "vitest";
import { Mesh } from "../../src/generators/array/index.ts";
import { elaborate, emitVerilog, type EmittedDesign } from "../../src/hdl/index.ts";
import { readNetlist, type Netlist, type NetlistCell } from "../../src/silicon/synthesis/netlist.ts";
import {
  analyseTiming,
  composeTiming,
  genericTiming,
  timingLibrary,
  type TimedModule,
  type TimingCell,
  type TimingLibrary,
} from "../../src/silicon/timing/index.ts";

/** Every cell delays by one: delays are levels. */
const unit: TimingLibrary = {
  ...genericTiming,
  cells: new Map(
    [...genericTiming.cells].map(([name, cell]): [string, TimingCell] => [
      name,
      {
        ...cell,
        arcs: cell.arcs.map((arc) => ({
          ...arc,
          delay: () => ({ picoseconds: cell.setup === undefined ? 1 : 0, slew: 0 }),
        })),
        setup: cell.setup && new Map([["D", 0]]),
      },
    ]),
  ),
  fanoutOfFour: 0,
  perUnitLoad: 0,
  setup: 0,
};

function cell(
  type: string,
  name: string,
  inputs: Record<string, number>,
  outputs: Record<string, number>,
): NetlistCell {
  const pins = (of: Record<string, number>, direction: "input" | "output") =>
    Object.entries(of).map(([pin, bit]) => [pin, { direction, bits: [bit] }] as const);
  return {
    name,
    type,
    pins: Object.fromEntries([...pins(inputs, "input"), ...pins(outputs, "output")]),
    parameters: {},
  };
}

/** `in` → `before` inverters → register `kept` → `after` inverters → `out`; and a wire from `in` to `direct`. */
function stage(module: string, before: number, after: number): Netlist {
  const invert = (first: number, index: number): NetlistCell =>
    cell("INV", `i${first + index}`, { A: first + index }, { Y: first + index + 1 });
  const register = 20 + after + 1;
  return {
    module,
    ports: [
      { name: "clock", direction: "input", bits: [2] },
      { name: "in", direction: "input", bits: [10] },
      { name: "out", direction: "output", bits: [register + after] },
      { name: "direct", direction: "output", bits: [10] },
    ],
    cells: [
      ...Array.from({ length: before }, (_, index) => invert(10, index)),
      cell("DFF", "ff", { C: 2, D: 10 + before }, { Q: register }),
      ...Array.from({ length: after }, (_, index) => invert(register, index)),
    ],
    children: [],
    nets: [
      { name: "kept", bits: [register] },
      { name: "in", bits: [10] },
    ],
  };
}

describe("one module", () => {
  test("arcs between ports and registers count the cells between them", () => {
    const { arcs } = analyseTiming(stage("stage", 3, 2), unit);
    expect(
      arcs.map(({ from, to, levels, picoseconds }) => [from.kind, from.name, to.kind, to.name, levels, picoseconds]),
    ).toEqual([
      ["input", "in", "output", "direct", 0, 0],
      ["input", "in", "register", "kept", 3, 3],
      ["register", "kept", "output", "out", 2, 2],
    ]);
  });

  test("generic delays are those of logical effort", () => {
    const tau = 22.5 / 5;
    const arcs = analyseTiming(stage("stage", 3, 2), genericTiming).arcs;
    const found = (from: string, to: string) => arcs.find((arc) => arc.from.name === from && arc.to.name === to);
    // Two inverters of parasitic delay 1: the register drives one, the first the second, the second a port of load 1.
    expect(found("kept", "out")!.picoseconds).toBeCloseTo(110 + tau * (1 + 2 + 2));
    // The input drives an inverter and the output `direct`; the last inverter drives a flip-flop of load 4/3.
    expect(found("in", "kept")!.picoseconds).toBeCloseTo(tau * (1 + 2 + 2 + (1 + 4 / 3)) + 67.5);
  });

  test("a large fan-out costs a tree, not a load without end", () => {
    const fanout = (count: number): number => {
      const netlist: Netlist = {
        module: "wide",
        ports: [
          { name: "in", direction: "input", bits: [2] },
          { name: "out", direction: "output", bits: Array.from({ length: count }, (_, index) => index + 4) },
        ],
        cells: [
          cell("INV", "root", { A: 2 }, { Y: 3 }),
          ...Array.from({ length: count }, (_, index) => cell("INV", `leaf${index}`, { A: 3 }, { Y: index + 4 })),
        ],
        children: [],
        nets: [],
      };
      return analyseTiming(netlist, genericTiming).arcs[0]!.picoseconds;
    };
    expect(fanout(8) - fanout(4)).toBeCloseTo(4 * (22.5 / 5));
    expect(fanout(512) - fanout(8)).toBeCloseTo(3 * 22.5);
  });

  test("a cell that the library lacks, and a loop, are named", () => {
    const odd: Netlist = { ...stage("odd", 1, 1), cells: [cell("MUX9", "m", { A: 10 }, { Y: 11 })] };
    expect(() => analyseTiming(odd, genericTiming)).toThrow("cell m: library generic has no cell MUX9");
    const loop = [cell("INV", "a", { A: 10 }, { Y: 11 }), cell("INV", "b", { A: 11 }, { Y: 10 })];
    expect(() => analyseTiming({ ...stage("round", 1, 1), cells: loop }, genericTiming)).toThrow(
      "module round: its logic is a loop",
    );
  });
});

describe("a design of several modules", () => {
  const arc = (from: [string, string], to: [string, string], levels: number) => {
    const end = ([kind, name]: [string, string]) => ({ kind: kind as "input" | "output" | "register", name });
    return { from: end(from), to: end(to), levels, picoseconds: levels * 10 };
  };
  const leaf: TimedModule = {
    timing: {
      arcs: [
        arc(["input", "a"], ["output", "b"], 4),
        arc(["input", "a"], ["register", "kept"], 3),
        arc(["register", "kept"], ["output", "b"], 2),
        arc(["register", "kept"], ["register", "other"], 5),
      ],
    },
    instances: [],
    memories: [],
  };
  const joined = (arcs: TimedModule["timing"]["arcs"], instances = ["one", "two", "three"]): TimedModule => ({
    timing: { arcs },
    instances: instances.map((name) => ({ name, module: "leaf" })),
    memories: [{ name: "words", accessPicoseconds: 500 }],
  });

  test("a path leaves a register, passes an instance and ends in another", () => {
    const top = joined([
      arc(["output", "one.b"], ["input", "two.a"], 1),
      arc(["output", "two.b"], ["input", "three.a"], 1),
    ]);
    const { paths, loops } = composeTiming({
      top: "top",
      modules: new Map([
        ["top", top],
        ["leaf", leaf],
      ]),
      setupPicoseconds: 0,
    });
    expect(loops).toEqual([]);
    expect(paths).toEqual([
      {
        block: "three",
        module: "leaf",
        from: { kind: "register", name: "one.kept" },
        to: { kind: "register", name: "three.kept" },
        through: ["one", "two", "three"],
        levels: 2 + 1 + 4 + 1 + 3,
        picoseconds: 110,
        fmaxMhz: 9090.9,
      },
    ]);
  });

  test("memory macros begin and end paths with their access and set-up times", () => {
    const top = joined(
      [
        arc(["output", "words.read_data"], ["input", "one.a"], 1),
        arc(["output", "one.b"], ["input", "words.write_data"], 1),
      ],
      ["one"],
    );
    const { paths } = composeTiming({
      top: "top",
      modules: new Map([
        ["top", top],
        ["leaf", leaf],
      ]),
      setupPicoseconds: 60,
    });
    expect(paths.map(({ from, to, picoseconds }) => [from.name, to.name, picoseconds])).toEqual([
      ["words.read_data", "words.write_data", 500 + 10 + 40 + 10 + 60],
      ["words.read_data", "one.kept", 500 + 10 + 30],
    ]);
    expect(paths[0]!.from.kind).toBe("memory");
  });

  test("a circle of ports that no bit runs through is named and left out", () => {
    const top = joined([
      arc(["output", "one.b"], ["input", "two.a"], 1),
      arc(["output", "two.b"], ["input", "one.a"], 1),
    ]);
    const { paths, loops } = composeTiming({
      top: "top",
      modules: new Map([
        ["top", { ...top, instances: top.instances.slice(0, 2) }],
        ["leaf", leaf],
      ]),
      setupPicoseconds: 0,
    });
    expect(loops).toHaveLength(1);
    expect(new Set(loops[0])).toEqual(new Set(["top", "one.a", "one.b", "two.a", "two.b"]));
    expect(paths[0]!.picoseconds).toBe(20 + 10 + 40 + 10 + 30);
  });
});

/** Maps a design to Yosys' NAND, NOR and inverters, module by module; the levels of Yosys' `ltp` once it is flattened. */
async function mapped(design: EmittedDesign): Promise<{ readonly json: string; readonly ltp: number }> {
  const script = [
    `read_verilog -sv -noassert -noassume ${design.files.map(({ name }) => name).join(" ")}`,
    `synth -noabc -top ${design.top}`,
    "dfflegalize -cell $_DFF_P_ 01",
    "abc -g NAND,NOR",
    "opt_clean",
    "write_json modules.json",
    "flatten",
    "tee -o ltp.txt ltp -noff",
  ].join("; ");
  const files = Object.fromEntries(design.files.map(({ name, text }) => [name, text]));
  const quiet = (): void => undefined;
  const made = await runYosys(["-Q", "-T", "-q", "-p", script], files, { stdout: quiet, stderr: quiet });
  const text = (name: string): string => {
    const found = made![name];
    return typeof found === "string" ? found : new TextDecoder().decode(found as Uint8Array);
  };
  return { json: text("modules.json"), ltp: Number(/length=(\d+)/.exec(text("ltp.txt"))![1]) };
}

test("a 4x4 array: levels put together from modules are those of Yosys on the flattened array", async () => {
  const design = emitVerilog(elaborate(Mesh, { rows: 4, cols: 4, operandBits: 4, sumBits: 12 }));
  const { json, ltp } = await mapped(design);
  const names = new Set(design.files.map(({ name }) => name.replace(".sv", "")));
  const modules = new Map(
    [...names].map((name): [string, TimedModule] => {
      const netlist = readNetlist(json, name, names);
      const instances = netlist.children.map((child) => ({ name: child.name, module: child.type }));
      return [name, { timing: analyseTiming(netlist, unit), instances, memories: [] }];
    }),
  );
  const { paths, loops } = composeTiming({ top: design.top, modules, setupPicoseconds: 0 });
  expect(loops).toEqual([]);
  expect(ltp).toBeGreaterThan(20);
  expect(paths[0]!.levels).toBe(ltp);
  expect(paths.find(({ module }) => module === "pe")!.to.name).toMatch(/^rows_\d\.cells_\d\./);
});

test("a Liberty file: delays interpolated in its tables, mean of rise and fall", () => {
  const table = (rows: string): string => `(grid) { values(${rows}); }`;
  const arc = (kind: string, rise: string, fall: string): string =>
    `timing() { related_pin : "A"; ${kind} cell_rise${table(rise)} cell_fall${table(fall)} rise_transition${table('"0.02, 0.06", "0.02, 0.06"')} fall_transition${table('"0.02, 0.06", "0.02, 0.06"')} }`;
  const text = `library(small) {
    time_unit : "1ns"; capacitive_load_unit(1, pf);
    lu_table_template(grid) { variable_1 : input_net_transition; variable_2 : total_output_net_capacitance;
      index_1 ("0.0, 0.1"); index_2 ("0.01, 0.05"); }
    cell(INV) { area : 1; pin(A) { direction : input; capacitance : 0.01; }
      pin(Y) { direction : output; function : "(!A)"; ${arc("", '"0.02, 0.06", "0.04, 0.08"', '"0.04, 0.08", "0.06, 0.10"')} } } }`;
  const library = timingLibrary({ name: "small", liberty: text, nand2Area: 1 })!;
  expect(library.unitLoad).toBe(0.01);
  const { delay } = library.cells.get("INV")!.arcs[0]!;
  expect(delay(50, 0.03).picoseconds).toBeCloseTo(60);
  expect(delay(0, 0.07).picoseconds).toBeCloseTo(90);
  // The slew at a load of four settles at 50 ps; there the delay is 30 + 30 + 10 ps.
  expect(library.portSlew).toBeCloseTo(50);
  expect(library.fanoutOfFour).toBeCloseTo(70);
  const bare = timingLibrary({ name: "bare", liberty: "library(bare) { cell(X) { area : 1; } }", nand2Area: 1 });
  expect(bare).toBeUndefined();
});

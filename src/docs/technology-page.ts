/** docs/technology.md: the figures of silicon and their sources, from the code; the keys of a macro table from its schema. */
import { z } from "zod";
import { GENERIC_CELLS } from "../silicon/synthesis/cells.ts";
import {
  ACCESS_ENERGY,
  AREA_FITS,
  macroTableSchema,
  REFERENCES,
  TECHNOLOGY_NODES,
  type Basis,
} from "../silicon/technology/index.ts";
import { PUBLISHED_BLOCKS, SURVEY } from "../silicon/report/published.ts";
import { DRAM_BYTE, FLIP_FLOP_CLOCK, FLIP_FLOP_GE, LOGIC_ACTIVITY, NET_TOGGLE } from "../silicon/energy/energies.ts";
import { genericDelays } from "../silicon/timing/index.ts";
import { fpgaSection } from "./fpga-section.ts";
import { GENERATED, table } from "./markdown.ts";

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly enum?: readonly string[];
  readonly type?: string;
}

const nodes = TECHNOLOGY_NODES;
const rounded = (value: number): string => String(Number(value.toPrecision(3)));

function nodeTable(): string {
  const names = ["", ...nodes.map(({ name }) => name)];
  const row = (what: string, of: (node: (typeof nodes)[number]) => string): string[] => [what, ...nodes.map(of)];
  return table(names, [
    row("gate equivalent, µm²", (n) => rounded(n.geUm2.value)),
    row("SRAM bit cell, µm²", (n) => rounded(n.bitCellUm2.value)),
    row("area of a bit in an array over its cell's", (n) => rounded(n.arrayOverhead.value)),
    row("logic level, ps", (n) => rounded(n.levelPicoseconds.value)),
    row("flip-flop: clock to output + set-up, ps", (n) => rounded(n.flipFlopPicoseconds.value)),
    row("SRAM access, ps", (n) => `${n.sramAccess.fixed} + ${n.sramAccess.perRootBit} √bits`),
    row("energy of logic, 45 nm = 1", (n) => rounded(n.logicEnergy.value)),
    row("energy of an SRAM access, 45 nm = 1", (n) => rounded(n.sramEnergy.value)),
  ]);
}

/** What a constant is of, and where it is from: the last two columns of every table of sources. */
type Sourced = readonly [what: string, { readonly basis: Basis; readonly source: string }];

const sourceTable = (head: string, rows: readonly Sourced[]): string =>
  table(
    [head, "kind", "source"],
    rows.map(([what, { basis, source }]) => [what, basis, source]),
  );

/** Rows of equal sources as one, in the order of the first. */
function grouped(rows: readonly Sourced[]): Sourced[] {
  const groups = new Map<string, [string[], Sourced[1]]>();
  for (const [what, origin] of rows) {
    const key = `${what.replace(/^.*: /, "")} ${origin.basis} ${origin.source}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [[what], origin]);
    else known[0].push(what);
  }
  return [...groups.values()].map(([names, origin]) => {
    const figure = names[0]!.replace(/^.*: /, "");
    return [`${names.map((name) => name.replace(/: .*$/, "")).join(", ")}: ${figure}`, origin];
  });
}

const nodeSources = (): Sourced[] =>
  grouped(
    nodes.flatMap((n): Sourced[] => [
      [`${n.name}: gate equivalent`, n.geUm2],
      [`${n.name}: bit cell`, n.bitCellUm2],
      [`${n.name}: array`, n.arrayOverhead],
      [`${n.name}: logic level`, n.levelPicoseconds],
      [`${n.name}: flip-flop`, n.flipFlopPicoseconds],
      [`${n.name}: SRAM access`, n.sramAccess],
      [`${n.name}: energy of logic`, n.logicEnergy],
      [`${n.name}: energy of SRAM`, n.sramEnergy],
    ]),
  );

const cellSources = (): Sourced[] => [
  ...GENERIC_CELLS.map((cell): Sourced => [`${cell.name}: area`, cell]),
  ...grouped(GENERIC_CELLS.map(({ name }): Sourced => [`${name}: delay and load`, delayOf(name)])),
  ["τ", genericDelays.fanoutOfFour],
];

const othersSources = (): Sourced[] => [
  ...PUBLISHED_BLOCKS.flatMap(({ theirs }): Sourced[] =>
    theirs === undefined ? [] : [[`${theirs.what}: ${theirs.ge / 1000} kGE`, theirs]],
  ),
  [`area of the norm functions: + ${100 * SURVEY.area} %`, SURVEY],
  [`power of the norm functions: + ${100 * SURVEY.power} %`, SURVEY],
  [`64 + 256 KiB against 256 + 64 KiB: - ${100 * SURVEY.matmulLatency} % latency of matrix products`, SURVEY],
];

function keyRows(schema: JsonSchema, path: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const row = [
      `\`${at}\``,
      child.enum?.map((v) => `\`${v}\``).join(", ") ?? child.type ?? "",
      child.description ?? "",
    ];
    return [row, ...(child.items === undefined ? [] : keyRows(child.items, `${at}[]`))];
  });
}

const KINDS = { INV: "inverter", BUF: "buffer", NAND2: "nand2", NOR2: "nor2", DFF: "register" } as const;
const delayOf = (cell: string) => genericDelays[KINDS[cell as keyof typeof KINDS]];

/** The built-in cells: what logic is mapped to without a Liberty file. */
function cellTable(): string {
  return table(
    ["cell", "function", "GE", "delay at 45 nm, ps", "load"],
    GENERIC_CELLS.map(({ name, logic, ge }) => {
      const delay = delayOf(name);
      const time =
        "setup" in delay
          ? `clock to output ${delay.clockToOutput} + τ x load, set-up ${delay.setup}`
          : `τ (${delay.parasitic} + load)`;
      return [name, logic ?? "D flip-flop", ge, time, rounded(delay.load)];
    }),
  );
}

const EXAMPLE = {
  name: "my compiler, 28 nm",
  macros: [
    {
      words: 4096,
      bits: 128,
      ports: "1rw",
      um2: 98_000,
      readPicojoules: 21,
      writePicojoules: 19,
      accessPicoseconds: 620,
    },
  ],
};

/** The page's text. */
export function technologyPage(): string {
  const fits = Object.entries(AREA_FITS).map(([ports, f]) => [
    `\`${ports}\``,
    `${f.perBit} bits + ${f.perColumn} W + ${f.perWord} D + ${f.fixed}`,
  ]);
  return `${[
    GENERATED,
    "# Technology figures",
    "What a gate, a bit of SRAM and a switched wire take where no library file is given. Nodes are means of their generation, not any foundry's process; areas are before placement: no wires, no clock tree, no utilisation below 100 %. Compare variants with them; for a chip, give your own library and macro table.",
    "## Nodes",
    nodeTable(),
    "Stillmaker and Baas give lower energies for the small nodes than the power law does: 0.52 at 28 nm, 0.17 at 16 nm, 0.07 at 7 nm. The table keeps to the energies that were published for the same operations at 45 and at 7 nm.",
    "### Sources",
    "Five kinds, surest first: `library`, read from a public library's files; `published`, printed in a paper; `fitted` to either, the error told; `scaled`, another figure of this page times a published ratio; `estimate`, reasoned and not measured, the reasoning told.",
    sourceTable("constant", nodeSources()),
    "Works that are named more than once:",
    table(["", ""], REFERENCES),
    "## Cells",
    "Without a Liberty file logic is mapped to these, for area. Loads are in inputs of an inverter; nothing is sized, and a net with a large load is driven by a tree of fours.",
    cellTable(),
    `τ is a fifth of the delay of an inverter that drives four: ${genericDelays.fanoutOfFour.value} ps at 45 nm. At another node all delays take the ratio of the logic levels above.`,
    sourceTable("constant", cellSources()),
    "## Memory macros",
    "Area in µm² at 130 nm of a macro of D words of W bits, fitted to compiled macros:",
    table(["ports", "µm²"], fits),
    "At another node the part that grows with the bits takes the node's bit cell and array overhead (for two ports x 1.8, as in the fit), and the rest, the periphery, counts as gates. Without a node, gate equivalents are those of 130 nm (7.258 µm² each), energies and times those of 45 nm.",
    `Energy of a read or a write at 45 nm, pJ: ${ACCESS_ENERGY.perRootKib} √KiB + ${ACCESS_ENERGY.perBit} W.`,
    sourceTable("constant", [
      ["area of a macro with one port", AREA_FITS["1rw"]],
      ["area of a macro with two ports", AREA_FITS["1r1w"]],
      ["energy of an access", ACCESS_ENERGY],
    ]),
    "Limits: good to about 20 % in area between 16 Kibit and 1 Mibit at 45 nm and to a factor of 2 in energy and time; smaller macros come out too big. Redundancy, write masks, test logic and leakage are not in it. A macro with two ports takes the energy of one port for each of its accesses (so do the compiled macros of 130 nm).",
    "## Energy",
    "`systole report --energy` runs a workload on the RTL in the embedded simulator and looks at one cycle of every 128, chosen at random within each 128: sums over the looks estimate those over all cycles without bias, and the test of a small accelerator finds them within 5 % of the full count. In such a cycle a module takes, for its combinational logic, the share of the bits it sees (ports, registers, named wires) that change, times its gate equivalents without flip-flops, times the net toggles for each of them; for its flip-flops the toggles of the registers and the clock of the registers that change, as if every register had an ideal clock gate. Macros take the energy of each read and write whose enable is set, memories of flip-flops half of the bits and the clock of a word for each write. DRAM takes what the hardware's counters of bytes say. Without any clock gate the flip-flops take `ungatedClockPicojoules` in place of what is counted for their clocks.",
    table(
      ["", "value", "kind", "source"],
      (
        [
          ["a net toggles, fJ", NET_TOGGLE],
          ["a flip-flop is clocked, fJ", FLIP_FLOP_CLOCK],
          ["net toggles a gate equivalent when all bits change", LOGIC_ACTIVITY],
          ["a flip-flop, gate equivalents", FLIP_FLOP_GE],
          ["a byte of DRAM, pJ", DRAM_BYTE],
        ] as const
      ).map(([what, { value, basis, source }]) => [what, value, basis, source]),
    ),
    "All at 45 nm; the node's factor scales logic and SRAM, not DRAM. The energy of a cycle belongs to the operation whose command was the last to start on the part's engine: the array, the GEMM engine, scratchpad and accumulator to GEMM's, the norm unit to NORM's, the DMA to LOAD's, control to the last of any.",
    "Limits: a factor of 2 to 4. Glitches, wires and the clock tree are in it only as far as the constants were chosen with them in mind; leakage is not in it. Shares and comparisons of variants are better than that, since most of the error is common to both sides.",
    "## FPGAs",
    ...fpgaSection(),
    "## Figures of others",
    "What reports and studies are read beside.",
    sourceTable("figure", othersSources()),
    "## Your own macros",
    "`--macros <file>` takes the areas, energies and times of the memories from a table of what your memory compiler makes:",
    table(["key", "value", "meaning"], keyRows(z.toJSONSchema(macroTableSchema) as JsonSchema, "")),
    `\`\`\`json\n${JSON.stringify(EXAMPLE, null, 2)}\n\`\`\``,
    "A memory whose shape is in the table takes that macro. Any other takes the macro, or the grid of equal macros, that covers it with the least area: the report says which (`the nearest larger`; `8 of 1024x64 1rw, 4 x 2`). An access reaches one row of the grid. The multiplexer behind the rows is not counted. Macros with two ports serve memories with one port too, never the other way round.",
    "## Liberty files",
    "`--liberty <file>` maps logic to the cells of a library. One gate equivalent is the area of its smallest two-input NAND of drive 1, found by its function, not its name. The file must be whole, every cell of logic must have an area, and it needs a two-input NAND and a flip-flop; what is missing is said with its line. Tested with osu018 and osu035 (Debian: `qflow-tech-osu018`, `qflow-tech-osu035`).",
  ].join("\n\n")}\n`;
}

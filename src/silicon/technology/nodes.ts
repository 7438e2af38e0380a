/**
 * Technology nodes for which no library file is at hand: what a gate and a bit of SRAM take of area, time and energy. Each
 * figure carries where it is published; scaled figures say from what. They are means of their generation, not any
 * foundry's process.
 */
import { SystoleError } from "../../errors.ts";

/** A figure and where it was published. */
export interface Figure {
  readonly value: number;
  readonly source: string;
}

export interface TechnologyNode {
  /** `45nm`. */
  readonly name: NodeName;
  /** Area of one gate equivalent, a two-input NAND of drive 1, in µm². */
  readonly geUm2: Figure;
  /** Area of a six-transistor SRAM cell, in µm². */
  readonly bitCellUm2: Figure;
  /** Area of a bit within a macro over that of its cell: straps, dummy rows and columns. Periphery is counted apart. */
  readonly arrayOverhead: Figure;
  /** Delay of one logic level with its wires, in picoseconds. */
  readonly levelPicoseconds: Figure;
  /** Clock to output of a flip-flop and set-up of the next, together, in picoseconds. */
  readonly flipFlopPicoseconds: Figure;
  /** Access time of a macro: a fixed part, and a part for each square root of its bits, in picoseconds. */
  readonly sramAccess: { readonly fixed: number; readonly perRootBit: number; readonly source: string };
  /** Energy of logic against 45 nm. */
  readonly logicEnergy: Figure;
  /** Energy of an SRAM access against 45 nm. */
  readonly sramEnergy: Figure;
}

const NANGATE = "Nangate Open Cell Library 45 nm";
const IHP = "IHP SG13G2 open PDK (sg13g2_stdcell and sg13g2_sram, 1.2 V, 25 °C)";
const CACTI = "CACTI 45 nm macros of FakeRAM (OpenROAD, nangate45 platform)";
const STILLMAKER = "Stillmaker, Baas: Scaling equations for the accurate prediction of CMOS device performance, 2017";
const JOUPPI = "Jouppi et al.: Ten Lessons From Three Generations Shaped Google's TPUv4i, ISCA 2021, table 2";

/** Logic energy at 7 nm over that at 45 nm: geometric mean of add8 .007/.03, add32 .03/.1, mul8 .07/.2, mul32 1.48/3.1 pJ. */
const LOGIC_7 = 0.33;
/** SRAM energy at 7 nm over that at 45 nm: geometric mean of 8 KB 7.5/10, 32 KB 8.5/20, 1 MB 14/100 pJ. */
const SRAM_7 = 0.36;

/** A power law of the node's name between 45 nm (1) and 7 nm. */
const between = (nanometres: number, at7: number): number =>
  Number(Math.pow(at7, Math.log(45 / nanometres) / Math.log(45 / 7)).toFixed(2));

/** Delay of a gate against 45 nm at 0.9 V, high performance. */
const DELAY = { 130: 2.66, 45: 1, 28: 0.69, 22: 0.73, 16: 0.53, 7: 0.26 } as const;
const DELAY_SOURCE: Readonly<Record<keyof typeof DELAY, string>> = {
  130: `${STILLMAKER}: 1.2 V`,
  45: "",
  28: `${STILLMAKER}: between 32 nm and 20 nm at 0.9 V`,
  22: `${STILLMAKER}: between 32 nm and 20 nm at 0.9 V`,
  16: `${STILLMAKER}: 0.8 V`,
  7: `${STILLMAKER}: 0.7 V`,
};
const LEVEL_45 = 24;
const FLIP_FLOP_45 = 200;
const ACCESS_45 = { fixed: 164, perRootBit: 0.96 };

function timing(node: keyof typeof DELAY): Pick<TechnologyNode, "levelPicoseconds" | "flipFlopPicoseconds"> {
  const scaled = (value: number, own: string): Figure => ({
    value: Number((value * DELAY[node]).toFixed(1)),
    source: node === 45 ? own : `45 nm x ${DELAY[node]}; ${DELAY_SOURCE[node]}`,
  });
  return {
    levelPicoseconds: scaled(
      LEVEL_45,
      `own: levels of the generic cells against static timing with ${NANGATE}, 18 to 29 ps`,
    ),
    flipFlopPicoseconds: scaled(
      FLIP_FLOP_45,
      `own: clock to output and set-up of a flip-flop, static timing with ${NANGATE}`,
    ),
  };
}

const access = (node: keyof typeof DELAY): TechnologyNode["sramAccess"] => ({
  fixed: Number((ACCESS_45.fixed * DELAY[node]).toFixed(0)),
  perRootBit: Number((ACCESS_45.perRootBit * DELAY[node]).toFixed(2)),
  source:
    node === 45 ? `fit to ${CACTI}, within 11 %` : `45 nm x ${DELAY[node]}, as the gate delay; ${DELAY_SOURCE[node]}`,
});

const energy = (node: 28 | 22 | 16 | 7): Pick<TechnologyNode, "logicEnergy" | "sramEnergy"> => {
  const source = node === 7 ? `${JOUPPI}: geometric mean` : `power law between 45 nm and 7 nm; ${JOUPPI}`;
  return {
    logicEnergy: { value: between(node, LOGIC_7), source },
    sramEnergy: { value: between(node, SRAM_7), source },
  };
};

/** The arrays of TSMC's 16 nm test chip (258 rows for 256, 272 columns for 256) have 1.07 without straps. */
const OVERHEAD: Figure = { value: 1.15, source: `fit to ${CACTI}` };

/** By generation, oldest first. */
export const TECHNOLOGY_NODES = [
  {
    name: "130nm",
    geUm2: { value: 7.258, source: `${IHP}: NAND2 of drive 1` },
    bitCellUm2: { value: 3.32, source: `fit to the macros of ${IHP}: a bit with its share of the array` },
    arrayOverhead: { value: 1, source: "in the area of the bit cell" },
    ...timing(130),
    sramAccess: { fixed: 2936, perRootBit: 6.47, source: `fit to the macros of ${IHP}, within 23 %` },
    logicEnergy: { value: 7.4, source: `${STILLMAKER}: 1.2 V against 45 nm at 0.9 V` },
    sramEnergy: {
      value: 6.7,
      source: `mean of 18 one-port macros of ${IHP}, reads and writes, against the 45 nm model`,
    },
  },
  {
    name: "45nm",
    geUm2: { value: 0.798, source: `${NANGATE}: NAND2_X1` },
    bitCellUm2: { value: 0.346, source: "Intel 45 nm (Mistry et al., IEDM 2007); IBM and AMD 0.37 (IEDM 2006)" },
    arrayOverhead: OVERHEAD,
    ...timing(45),
    sramAccess: access(45),
    logicEnergy: { value: 1, source: "reference of the energies" },
    sramEnergy: { value: 1, source: "reference of the energies" },
  },
  {
    name: "28nm",
    geUm2: {
      value: 0.3,
      source:
        "3 gate pitches of 117 nm x 9 tracks of 95 nm (TSMC 28 nm, WikiChip); raw density 3.9 M gates/mm² = 0.256 µm² (VLSI 2009)",
    },
    bitCellUm2: { value: 0.127, source: "TSMC 28 nm, high density (VLSI Technology 2009)" },
    arrayOverhead: OVERHEAD,
    ...timing(28),
    sramAccess: access(28),
    ...energy(28),
  },
  {
    name: "22nm",
    geUm2: { value: 0.199, source: "GlobalFoundries 22FDX: 1 GE in the publications of the PULP platform" },
    bitCellUm2: { value: 0.11, source: "GlobalFoundries 22FDX, high density (IEDM 2016)" },
    arrayOverhead: OVERHEAD,
    ...timing(22),
    sramAccess: access(22),
    ...energy(22),
  },
  {
    name: "16nm",
    geUm2: {
      value: 0.156,
      source: "3 gate pitches of 90 nm x 9 tracks of 64 nm (TSMC 16FF, Wu et al., IEDM 2013)",
    },
    bitCellUm2: { value: 0.07, source: "TSMC 16FF (Chen et al., JSSC 2015)" },
    arrayOverhead: OVERHEAD,
    ...timing(16),
    sramAccess: access(16),
    ...energy(16),
  },
  {
    name: "7nm",
    geUm2: {
      value: 0.0875,
      source: "ASAP7 (Clark et al., 2016): NAND2x1; its smallest NAND2 has half of that",
    },
    bitCellUm2: { value: 0.027, source: "TSMC 7 nm (Chang et al., ISSCC 2017); ASAP7's cell has 0.029" },
    arrayOverhead: OVERHEAD,
    ...timing(7),
    sramAccess: access(7),
    ...energy(7),
  },
] as const satisfies readonly (Omit<TechnologyNode, "name"> & { readonly name: string })[];

export type NodeName = `${130 | 45 | 28 | 22 | 16 | 7}nm`;

/** Names of the nodes, oldest first. */
export const nodeNames = (): NodeName[] => TECHNOLOGY_NODES.map(({ name }) => name);

/** The node that energies and delays refer to when none is given. */
export const REFERENCE_NODE: TechnologyNode = TECHNOLOGY_NODES[1];

/** A node by its name, `45nm` or `45`. Throws a SystoleError that lists the names. */
export function technologyNode(name: string): TechnologyNode {
  const node = TECHNOLOGY_NODES.find((each) => each.name === name || each.name === `${name}nm`);
  if (node !== undefined) return node;
  throw new SystoleError({
    code: "technology-unknown-node",
    message: `there is no technology node "${name}"`,
    remedy: `Give one of ${nodeNames().join(", ")}, or the Liberty file of a library.`,
  });
}

/**
 * Technology nodes for which no library file is at hand: what a gate and a bit of SRAM take of area, time and energy. Each
 * figure carries where it is published; scaled figures say from what. They are means of their generation, not any
 * foundry's process.
 */
import { SystoleError } from "../../errors.ts";
import { SOURCES, type Basis, type Figure } from "./figures.ts";

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
  readonly sramAccess: {
    readonly fixed: number;
    readonly perRootBit: number;
    readonly basis: Basis;
    readonly source: string;
  };
  /** Energy of logic against 45 nm. */
  readonly logicEnergy: Figure;
  /** Energy of an SRAM access against 45 nm. */
  readonly sramEnergy: Figure;
}

/** Logic energy at 7 nm over that at 45 nm. */
const LOGIC_7: Figure = {
  value: 0.33,
  basis: "published",
  source: `${SOURCES.jouppi}: geometric mean of 7 nm over 45 nm, add8 0.007/0.03, add32 0.03/0.1, mul8 0.07/0.2, mul32 1.48/3.1 pJ`,
};
/** SRAM energy at 7 nm over that at 45 nm. */
const SRAM_7: Figure = {
  value: 0.36,
  basis: "published",
  source: `${SOURCES.jouppi}: geometric mean of 7 nm over 45 nm, 8 KB 7.5/10, 32 KB 8.5/20, 1 MB 14/100 pJ`,
};

/** A power law of the node's name between 45 nm (1) and 7 nm. */
function between(nanometres: 28 | 22 | 16, at7: Figure): Figure {
  const exponent = Math.log(45 / nanometres) / Math.log(45 / 7);
  return {
    value: Number(Math.pow(at7.value, exponent).toFixed(2)),
    basis: "scaled",
    source: `power law of the node's name between 45 nm (1) and 7 nm (${at7.value}); ${SOURCES.jouppi}`,
  };
}

/** Delay of a gate against 45 nm at 0.9 V, high performance. */
const DELAY = {
  130: { value: 2.66, basis: "scaled", source: `${SOURCES.stillmaker}, 130 nm at 1.2 V` },
  45: { value: 1, basis: "published", source: "reference of the delays" },
  28: { value: 0.69, basis: "scaled", source: `${SOURCES.stillmaker}, between 32 nm and 20 nm at 0.9 V` },
  22: { value: 0.73, basis: "scaled", source: `${SOURCES.stillmaker}, between 32 nm and 20 nm at 0.9 V` },
  16: { value: 0.53, basis: "scaled", source: `${SOURCES.stillmaker}, 16 nm at 0.8 V` },
  7: { value: 0.26, basis: "scaled", source: `${SOURCES.stillmaker}, 7 nm at 0.7 V` },
} as const satisfies Readonly<Record<number, Figure>>;
type Nanometres = keyof typeof DELAY;

const LEVEL_45: Figure = {
  value: 24,
  basis: "fitted",
  source: `own: static timing of mapped accelerators with ${SOURCES.nangate}, 18 to 29 ps a level`,
};
const FLIP_FLOP_45: Figure = {
  value: 200,
  basis: "fitted",
  source: `own: clock to output and set-up of a flip-flop in static timing with ${SOURCES.nangate}`,
};
const ACCESS_45 = {
  fixed: 164,
  perRootBit: 0.96,
  basis: "fitted",
  source: `${SOURCES.fakeram}: 26 macros of 64 x 7 to 2048 x 39, within 14 %; slow beyond: for 64 KiB and 256 KiB of 128 bits ${SOURCES.cacti} has 505 and 1033 ps, the fit 859 and 1554`,
} as const;

const scaledFrom45 = (node: Nanometres): string => `45 nm x ${DELAY[node].value}; ${DELAY[node].source}`;

function timing(node: Nanometres): Pick<TechnologyNode, "levelPicoseconds" | "flipFlopPicoseconds" | "sramAccess"> {
  const factor = DELAY[node].value;
  const scaled = (at45: Figure): Figure =>
    node === 45
      ? at45
      : { value: Number((at45.value * factor).toFixed(1)), basis: "scaled", source: scaledFrom45(node) };
  return {
    levelPicoseconds: scaled(LEVEL_45),
    flipFlopPicoseconds: scaled(FLIP_FLOP_45),
    sramAccess:
      node === 45
        ? ACCESS_45
        : {
            fixed: Number((ACCESS_45.fixed * factor).toFixed(0)),
            perRootBit: Number((ACCESS_45.perRootBit * factor).toFixed(2)),
            basis: "scaled",
            source: `as the gate delay: ${scaledFrom45(node)}`,
          },
  };
}

const energy = (node: 28 | 22 | 16): Pick<TechnologyNode, "logicEnergy" | "sramEnergy"> => ({
  logicEnergy: between(node, LOGIC_7),
  sramEnergy: between(node, SRAM_7),
});

const OVERHEAD: Figure = {
  value: 1.15,
  basis: "fitted",
  source: `${SOURCES.fakeram}: with it macros of 16 Kibit and more come within 20 %, but for 64 x 256, which is 39 % off; at 7 nm a macro of 256 Kibit is 2 % off the 29.2 Mb/mm² of Yokoyama et al., VLSI Circuits 2020`,
};

const REFERENCE: Figure = { value: 1, basis: "published", source: `reference of the energies: ${SOURCES.horowitz}` };

/** By generation, oldest first. */
export const TECHNOLOGY_NODES = [
  {
    name: "130nm",
    geUm2: {
      value: 7.258,
      basis: "library",
      source: `${SOURCES.ihp}: sg13g2_nand2_1 7.2576 µm²`,
    },
    bitCellUm2: {
      value: 3.32,
      basis: "fitted",
      source: `${SOURCES.ihp}: area of a bit in the macros of sg13g2_sram with its share of the array`,
    },
    arrayOverhead: { value: 1, basis: "fitted", source: "in the area of the bit cell, which is of whole macros" },
    ...timing(130),
    sramAccess: {
      fixed: 2936,
      perRootBit: 6.47,
      basis: "fitted",
      source: `${SOURCES.ihp}: clock to output of the 18 one-port macros of sg13g2_sram, within 23 %`,
    },
    logicEnergy: {
      value: 7.4,
      basis: "scaled",
      source: `${SOURCES.stillmaker}, 130 nm at 1.2 V against 45 nm at 0.9 V`,
    },
    sramEnergy: {
      value: 6.7,
      basis: "fitted",
      source: `${SOURCES.ihp}: internal power of the 18 one-port macros of sg13g2_sram, mean of reads and writes against the 45 nm model`,
    },
  },
  {
    name: "45nm",
    geUm2: { value: 0.798, basis: "library", source: `${SOURCES.nangate}: NAND2_X1 0.57 x 1.4 µm` },
    bitCellUm2: {
      value: 0.346,
      basis: "published",
      source: "Intel 45 nm: Mistry et al., IEDM 2007; for IBM's and AMD's 45 nm 0.37: Narasimha et al., IEDM 2006",
    },
    arrayOverhead: OVERHEAD,
    ...timing(45),
    logicEnergy: REFERENCE,
    sramEnergy: REFERENCE,
  },
  {
    name: "28nm",
    geUm2: {
      value: 0.284,
      basis: "estimate",
      source:
        "3 gate pitches of 117 nm x 9 tracks of 90 nm (TSMC 28 nm: WikiChip); libraries with a gate pitch of 140 nm have from as much (7 tracks) to 0.5 (12 tracks), and a raw density of 3.9 M gates/mm² (TSMC, VLSI Technology 2009) makes 0.256",
    },
    bitCellUm2: {
      value: 0.127,
      basis: "published",
      source: "TSMC 28 nm, high density: VLSI Technology 2009; WikiChip",
    },
    arrayOverhead: OVERHEAD,
    ...timing(28),
    ...energy(28),
  },
  {
    name: "22nm",
    geUm2: {
      value: 0.199,
      basis: "published",
      source:
        "GlobalFoundries 22FDX: 1 GE in ETH Zürich's publications of designs in it, as in the evaluation of Schönleber et al., Stella Nera, 2023 (joennlae/halutmatmul)",
    },
    bitCellUm2: {
      value: 0.11,
      basis: "published",
      source: "GlobalFoundries 22FDX, high density: Carter et al., IEDM 2016",
    },
    arrayOverhead: OVERHEAD,
    ...timing(22),
    ...energy(22),
  },
  {
    name: "16nm",
    geUm2: {
      value: 0.156,
      basis: "estimate",
      source: "3 gate pitches of 90 nm x 9 tracks of 64 nm (TSMC 16FF: Wu et al., IEDM 2013; WikiChip)",
    },
    bitCellUm2: {
      value: 0.07,
      basis: "published",
      source: "TSMC 16FF, high density: Chen et al., JSSC 50 (1), 2015; WikiChip has 0.074",
    },
    arrayOverhead: OVERHEAD,
    ...timing(16),
    ...energy(16),
  },
  {
    name: "7nm",
    geUm2: {
      value: 0.0875,
      basis: "library",
      source: `${SOURCES.asap7}: NAND2x1 0.08748 µm²; its smallest, NAND2xp33, has two thirds of that`,
    },
    bitCellUm2: {
      value: 0.027,
      basis: "published",
      source: "TSMC 7 nm, high density: Chang et al., ISSCC 2017",
    },
    arrayOverhead: OVERHEAD,
    ...timing(7),
    logicEnergy: LOGIC_7,
    sramEnergy: SRAM_7,
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

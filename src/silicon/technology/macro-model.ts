import type { MacroCost, MacroShape } from "../types.ts";
import { SOURCES, type Basis } from "./figures.ts";
import { REFERENCE_NODE, technologyNode, type TechnologyNode } from "./nodes.ts";

/** Area of a macro by what it grows with, in µm² at 130 nm. */
interface AreaFit {
  readonly perBit: number;
  readonly perColumn: number;
  readonly perWord: number;
  readonly fixed: number;
  readonly basis: Basis;
  readonly source: string;
}

/** By the macro's ports. */
export const AREA_FITS: Readonly<Record<MacroShape["ports"], AreaFit>> = {
  "1rw": {
    ...{ perBit: 3.32, perColumn: 482, perWord: 8.35, fixed: 5332 },
    basis: "fitted",
    source: `${SOURCES.ihp}: the 18 one-port macros of sg13g2_sram, 64 x 64 to 8192 x 32, rms 3 %, at most 10 %`,
  },
  "1r1w": {
    ...{ perBit: 5.98, perColumn: 850, perWord: 30.7, fixed: 10_920 },
    basis: "fitted",
    source: `${SOURCES.ihp}: the 10 two-port macros of sg13g2_sram, 64 x 22 to 1024 x 32, rms 1 %, at most 2 %`,
  },
};

/** Energy of an access at 45 nm, in picojoules: a part for each square root of its KiB, and a part for each bit of a word. */
export const ACCESS_ENERGY = {
  perRootKib: 2.69,
  perBit: 0.0742,
  basis: "fitted",
  source:
    `${SOURCES.cacti}: mean of read and write, 64 KiB x 128 b 31, 256 KiB x 128 b 52.3, 32 KiB x 512 b 55.2 pJ; and ` +
    `${SOURCES.horowitz}: 64 b of a cache of 8 KB 10, of 32 KB 20, of 1 MB 100 pJ; within 25 %`,
} as const;

/** The node of the compiled macros. */
const FITTED = technologyNode("130nm");

/**
 * What a memory macro costs by the built-in model: area from compiled macros of 130 nm, whose bit cells and periphery take
 * the node's areas; energy and access time from CACTI and Horowitz at 45 nm with the node's factors. Without a node, gate
 * equivalents are those of 130 nm, energies and times those of 45 nm, and there is no area in µm².
 *
 * Limits: good to about 20 % in area between 16 Kibit and 1 Mibit, to a factor of 2 in energy and time; smaller macros
 * come out too big. A shape is one macro, never several; redundancy, write masks, test logic and leakage are not in it.
 * A macro of two ports takes the energy of one port for each of its accesses.
 */
export function macroCost(shape: MacroShape, node?: TechnologyNode): MacroCost {
  const timed = node ?? REFERENCE_NODE;
  const um2 = macroUm2(shape, node ?? FITTED);
  const bits = shape.words * shape.bits;
  const picojoules =
    timed.sramEnergy.value * (ACCESS_ENERGY.perRootKib * Math.sqrt(bits / 8192) + ACCESS_ENERGY.perBit * shape.bits);
  return {
    ge: um2 / (node ?? FITTED).geUm2.value,
    um2: node === undefined ? undefined : um2,
    readPicojoules: picojoules,
    writePicojoules: picojoules,
    accessPicoseconds: timed.sramAccess.fixed + timed.sramAccess.perRootBit * Math.sqrt(bits),
    source: node === undefined ? "macro model" : `macro model, ${node.name}`,
  };
}

function macroUm2({ words, bits, ports }: MacroShape, node: TechnologyNode): number {
  const fit = AREA_FITS[ports];
  const perBit = node.bitCellUm2.value * node.arrayOverhead.value * (fit.perBit / AREA_FITS["1rw"].perBit);
  const periphery = (fit.perColumn * bits + fit.perWord * words + fit.fixed) / FITTED.geUm2.value;
  return perBit * words * bits + periphery * node.geUm2.value;
}

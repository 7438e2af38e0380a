/** The built-in generic standard cells: what logic is mapped to when no Liberty file is given. */
import { SOURCES, type Basis } from "../technology/index.ts";
import type { CellLibrary } from "../types.ts";

export interface GenericCell {
  readonly name: string;
  /** Area / area of a two-input NAND. */
  readonly ge: number;
  /** Output `Y` of the inputs `A` and `B` in the notation of genlib; none for the flip-flop. */
  readonly logic: string | undefined;
  readonly basis: Basis;
  readonly source: string;
}

/**
 * NAND, NOR, inverter and flip-flop: the cells that Gemmini's blocks were mapped to for comparison. A flip-flop has neither
 * enable nor reset; both become gates before its data input.
 */
export const GENERIC_CELLS: readonly GenericCell[] = [
  {
    name: "INV",
    ge: 0.67,
    logic: "!A",
    basis: "library",
    source: `${SOURCES.nangate}: INV_X1 0.532 / NAND2_X1 0.798 µm²; ${SOURCES.osu}: 16 / 24, 64 / 96`,
  },
  {
    name: "BUF",
    ge: 1.33,
    logic: "A",
    basis: "estimate",
    source: "two inverters; ABC demands one in the set, and no netlist has any",
  },
  { name: "NAND2", ge: 1, logic: "!(A*B)", basis: "library", source: "the unit: areas are told in it" },
  {
    name: "NOR2",
    ge: 1,
    logic: "!(A+B)",
    basis: "library",
    source: `${SOURCES.nangate}: NOR2_X1 0.798 / NAND2_X1 0.798 µm²; ${SOURCES.osu}: 24 / 24, 96 / 96`,
  },
  {
    name: "DFF",
    ge: 5.7,
    logic: undefined,
    basis: "library",
    source: `${SOURCES.nangate}: DFF_X1 4.522 / NAND2_X1 0.798 µm² = 5.67; others: ${SOURCES.sky130} dfxtp_1 5.33, ${SOURCES.ihp} dfrbpq_1 6.75 with its reset, OSU 0.18 µm DFFPOSX1 4.0, ASAP7 DFFHQNx1 3.3`,
  },
];

export const GENERIC_LIBRARY: CellLibrary = { name: "generic", liberty: undefined, nand2Area: 1 };

const inputsOf = (logic: string): string[] => ["A", "B"].filter((pin) => logic.includes(pin));

/** The set as ABC's genlib, for logic. All cells are equally fast: mapping is for area. */
export function genericGenlib(): string {
  const gates = GENERIC_CELLS.flatMap(({ name, ge, logic }) =>
    logic === undefined ? [] : [`GATE ${name} ${ge} Y=${logic}; PIN * UNKNOWN 1 999 1 0 1 0`],
  );
  return `${[...gates, "GATE ZERO 0 Y=CONST0;", "GATE ONE 0 Y=CONST1;"].join("\n")}\n`;
}

/** The set as Liberty, for flip-flops and for the directions of pins. */
export function genericLiberty(): string {
  const pin = (name: string, rest: string): string => `pin(${name}){${rest}}`;
  const cells = GENERIC_CELLS.map(({ name, ge, logic }) => {
    const pins =
      logic === undefined
        ? [
            'ff(IQ,IQN){clocked_on:"C"; next_state:"D";}',
            pin("C", "direction:input; clock:true;"),
            pin("D", "direction:input;"),
            pin("Q", 'direction:output; function:"IQ";'),
          ]
        : [
            ...inputsOf(logic).map((input) => pin(input, "direction:input;")),
            pin("Y", `direction:output; function:"${logic}";`),
          ];
    return `cell(${name}){area:${ge}; ${pins.join(" ")}}`;
  });
  return `library(generic){\n${cells.join("\n")}\n}\n`;
}

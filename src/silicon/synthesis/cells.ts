/** The built-in generic standard cells: what logic is mapped to when no Liberty file is given. */
import type { CellLibrary } from "../types.ts";

export interface GenericCell {
  readonly name: string;
  /** Area / area of a two-input NAND. */
  readonly ge: number;
  /** Output `Y` of the inputs `A` and `B` in the notation of genlib; none for the flip-flop. */
  readonly logic: string | undefined;
  readonly source: string;
}

/**
 * NAND, NOR, inverter and flip-flop: the cells with which published figures of Gemmini are given. A flip-flop has neither
 * enable nor reset; both become gates before its data input.
 */
export const GENERIC_CELLS: readonly GenericCell[] = [
  {
    name: "INV",
    ge: 0.67,
    logic: "!A",
    source: "Nangate 45 nm INV_X1 0.532 / NAND2_X1 0.798 µm²; OSU 0.18 µm 16 / 24",
  },
  { name: "BUF", ge: 1.33, logic: "A", source: "two inverters; ABC demands one in the set, and no netlist has any" },
  { name: "NAND2", ge: 1, logic: "!(A*B)", source: "the unit" },
  { name: "NOR2", ge: 1, logic: "!(A+B)", source: "Nangate 45 nm NOR2_X1 0.798 / 0.798 µm²; OSU 0.18 µm 24 / 24" },
  { name: "DFF", ge: 5.7, logic: undefined, source: "Nangate 45 nm DFF_X1 4.522 / 0.798 µm²; Sky130 dfxtp_1 5.3" },
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

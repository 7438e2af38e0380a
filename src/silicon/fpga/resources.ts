import type { FpgaFamily } from "../types.ts";

/** What a module, or a design, takes of an FPGA. */
export interface FpgaUse {
  /** Look-up tables, those used as memory or shift registers among them. */
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  /** Of the family's largest kind of block RAM: a half one is 0.5. */
  readonly bram: number;
  /** Of `lut`: memories. */
  readonly lutRam: number;
  /** Of `lut`: shift registers, as delays of several cycles become. */
  readonly lutShift: number;
}

export const NO_FPGA_USE: FpgaUse = { lut: 0, ff: 0, dsp: 0, bram: 0, lutRam: 0, lutShift: 0 };

/** One cell of a family, by its name or the beginnings of its names. */
export interface FpgaCell {
  readonly cell: RegExp;
  readonly use: Partial<FpgaUse>;
  readonly source: string;
}

const XILINX: readonly FpgaCell[] = [
  { cell: /^LUT[1-6]$/, use: { lut: 1 }, source: "one look-up table; pairs that could share a LUT6_2 are not joined" },
  { cell: /^INV$/, use: { lut: 1 }, source: "an inverter that no cell could take in is a look-up table" },
  { cell: /^(CARRY[48]|MUXF[789]|MUXCY|XORCY)$/, use: {}, source: "beside the look-up tables of a slice" },
  { cell: /^FD[RSCP]E(_1)?$/, use: { ff: 1 }, source: "one flip-flop" },
  {
    cell: /^(SRL16E|SRLC16E|SRLC32E)$/,
    use: { lut: 1, lutShift: 1 },
    source: "UG474, UG574: a shift register in a LUT",
  },
  { cell: /^RAM(32|64)X1S(_1)?$/, use: { lut: 1, lutRam: 1 }, source: "UG474 table 2-3: one look-up table" },
  { cell: /^RAM128X1S(_1)?$/, use: { lut: 2, lutRam: 2 }, source: "UG474 table 2-3" },
  { cell: /^RAM256X1S$/, use: { lut: 4, lutRam: 4 }, source: "UG474 table 2-3" },
  { cell: /^RAM(32|64)X1D(_1)?$/, use: { lut: 2, lutRam: 2 }, source: "UG474 table 2-3: two look-up tables" },
  { cell: /^RAM128X1D$/, use: { lut: 4, lutRam: 4 }, source: "UG474 table 2-3" },
  { cell: /^RAM256X1D$/, use: { lut: 8, lutRam: 8 }, source: "UG574, distributed RAM" },
  { cell: /^RAM(32|64)M$/, use: { lut: 4, lutRam: 4 }, source: "UG474 table 2-3: four look-up tables" },
  { cell: /^RAM(32M16|64M8)$/, use: { lut: 8, lutRam: 8 }, source: "UG574, distributed RAM: a slice of eight" },
  { cell: /^DSP48E[12]$/, use: { dsp: 1 }, source: "UG479, UG579" },
  { cell: /^RAMB36E[12]$/, use: { bram: 1 }, source: "UG473, UG573" },
  { cell: /^RAMB18E[12]$/, use: { bram: 0.5 }, source: "UG473, UG573: half a RAMB36" },
];

/** The cells that Yosys' flows leave, and what each takes. */
export const FPGA_CELLS: Readonly<Record<FpgaFamily, readonly FpgaCell[]>> = {
  xc7: XILINX,
  xcup: XILINX,
  ecp5: [
    { cell: /^LUT4$/, use: { lut: 1 }, source: "one look-up table" },
    { cell: /^(PFUMX|L6MUX21)$/, use: {}, source: "beside the look-up tables of a slice" },
    { cell: /^CCU2C$/, use: { lut: 2 }, source: "FPGA-TN-02201: a slice in ripple mode, both of its look-up tables" },
    { cell: /^TRELLIS_FF$/, use: { ff: 1 }, source: "one flip-flop" },
    {
      cell: /^TRELLIS_DPR16X4$/,
      use: { lut: 6, lutRam: 6 },
      source: "FPGA-TN-02204: 16 x 4 bits take three slices, two of them for data and one for the write port",
    },
    { cell: /^(MULT18X18D|MULT9X9D)$/, use: { dsp: 1 }, source: "FPGA-TN-02205: multipliers of 18 x 18" },
    { cell: /^ALU54B$/, use: {}, source: "beside the multipliers" },
    { cell: /^(DP16KD|PDPW16KD)$/, use: { bram: 1 }, source: "FPGA-TN-02204: 18 kbit" },
  ],
  ice40: [
    { cell: /^SB_LUT4$/, use: { lut: 1 }, source: "one look-up table" },
    { cell: /^SB_CARRY$/, use: {}, source: "beside the look-up table of a logic cell" },
    { cell: /^SB_DFF/, use: { ff: 1 }, source: "one flip-flop" },
    { cell: /^SB_MAC16$/, use: { dsp: 1 }, source: "FPGA-TN-02007: UltraPlus only" },
    { cell: /^SB_RAM40_4K/, use: { bram: 1 }, source: "FPGA-TN-02002: 4 kbit" },
    { cell: /^SB_SPRAM256KA$/, use: { bram: 64 }, source: "FPGA-TN-02022: 256 kbit, UltraPlus only" },
  ],
};

/** The sum of two uses, `times` the second. */
export function addUse(one: FpgaUse, other: Partial<FpgaUse>, times = 1): FpgaUse {
  const sum = (key: keyof FpgaUse): number => one[key] + times * (other[key] ?? 0);
  return {
    ...{ lut: sum("lut"), ff: sum("ff"), dsp: sum("dsp"), bram: sum("bram") },
    ...{ lutRam: sum("lutRam"), lutShift: sum("lutShift") },
  };
}

/** What cells, counted by type, take of a family's FPGA. Throws for a cell that no flow leaves. */
export function fpgaUse(family: FpgaFamily, cells: Readonly<Record<string, number>>): FpgaUse {
  let use = NO_FPGA_USE;
  for (const [type, count] of Object.entries(cells)) {
    const known = FPGA_CELLS[family].find(({ cell }) => cell.test(type));
    if (known === undefined) throw new Error(`cell ${type} is none of ${family}`);
    use = addUse(use, known.use, count);
  }
  return use;
}

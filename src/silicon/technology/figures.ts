/** What a constant is: its value, where it comes from, and of what kind that is. */

/**
 * How sure a constant is, surest first:
 * - `library`: read from a public library's files, which anyone can look up;
 * - `published`: printed in a paper;
 * - `fitted`: fitted to library or published figures, the error told with it;
 * - `scaled`: another figure of this table times a published ratio;
 * - `estimate`: reasoned, not measured: the reasoning is told with it.
 */
export type Basis = "library" | "published" | "fitted" | "scaled" | "estimate";

/** Every basis, surest first. */
export const BASES: readonly Basis[] = ["library", "published", "fitted", "scaled", "estimate"];

/** A figure, of what kind it is, and where it is from. */
export interface Figure {
  readonly value: number;
  readonly basis: Basis;
  /** Paper with table or section and year, or library with file and cell; for an estimate how it was made. */
  readonly source: string;
}

/** Works and libraries that several constants come from: how a source names each, and what it is in full. */
const WORKS = {
  nangate: ["Nangate 45 nm", "Nangate Open Cell Library, 45 nm (OpenROAD-flow-scripts, flow/platforms/nangate45)"],
  asap7: [
    "ASAP7",
    "7.5-track library, RVT, release 28: Clark et al., Microelectronics Journal 53, 2016 (OpenROAD-flow-scripts, flow/platforms/asap7)",
  ],
  sky130: ["Sky130", "SkyWater 130 nm, sky130_fd_sc_hd (OpenROAD-flow-scripts, flow/platforms/sky130hd)"],
  ihp: ["IHP SG13G2", "IHP open PDK, 130 nm, 1.2 V, 25 °C: sg13g2_stdcell and sg13g2_sram"],
  osu: ["OSU", "Oklahoma State University's cells, 0.18 µm and 0.35 µm (Debian: qflow-tech-osu018, qflow-tech-osu035)"],
  fakeram: [
    "FakeRAM",
    "45 nm macros made with CACTI (OpenROAD-flow-scripts, flow/platforms/nangate45/lib/fakeram45_*)",
  ],
  cacti: [
    "CACTI 7.0",
    "Balasubramonian et al., ACM TACO 14 (2), 2017 (HewlettPackard/cacti): scratch RAM of one bank and one port, 45 nm, itrs-hp cells and periphery, 330 K",
  ],
  stillmaker: [
    "Stillmaker and Baas 2017",
    "Scaling equations for the accurate prediction of CMOS device performance from 180 nm to 7 nm, Integration 58, 2017: its polynomials of delay and energy",
  ],
  jouppi: [
    "Jouppi 2021",
    "Ten Lessons From Three Generations Shaped Google's TPUv4i, ISCA 2021, table 2: energies at 45 nm and 7 nm",
  ],
  horowitz: ["Horowitz 2014", "Computing's Energy Problem, ISSCC 2014, figure 1.1.9: energies at 45 nm, 0.9 V"],
  logicalEffort: ["Logical Effort 1999", "Sutherland, Sproull, Harris: Logical Effort, 1999, tables 1.1 and 1.2"],
  wikichip: ["WikiChip", "WikiChip, pages `28 nm lithography process` and `16 nm lithography process`"],
} as const satisfies Readonly<Record<string, readonly [short: string, full: string]>>;

type Work = keyof typeof WORKS;

/** The short name of each work, as the sources of constants have it. */
export const SOURCES = Object.fromEntries(Object.entries(WORKS).map(([key, [short]]) => [key, short])) as {
  readonly [key in Work]: (typeof WORKS)[key][0];
};

/** The works in full, by their short names. */
export const REFERENCES: readonly (readonly [short: string, full: string])[] = Object.values(WORKS);

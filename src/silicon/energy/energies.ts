/** Energies at 45 nm, 0.9 V, and where they come from. Other nodes take the factors of their rows in the table of nodes. */
import { SOURCES, type Figure } from "../technology/index.ts";

/** A net of a gate changes once, with its wire and the gate's inner capacitances. Femtojoules. */
export const NET_TOGGLE: Figure = {
  value: 5.5,
  basis: "estimate",
  source:
    "½ C V² at 0.9 V of 13.6 fF: 4 fF of two to three inputs (Nangate 45 nm NAND2_X1: 1.6 fF each), 7.5 fF of 50 µm wire, 2 fF within the " +
    `gate that drives it. With it a processing element takes 1.5 to 3 pJ a cycle; ${SOURCES.horowitz} gives 0.3 pJ for an 8-bit multiplier and a ` +
    "32-bit adder alone, without registers",
};

/** A flip-flop is clocked once, whether it changes or not. Femtojoules. */
export const FLIP_FLOP_CLOCK: Figure = {
  value: 9.7,
  basis: "estimate",
  source:
    "C V² at 0.9 V of 12 fF, both edges: 1 fF of clock pin, 5 fF of clock inverters and gates within the flip-flop, 6 fF of clock wire and its " +
    "share of the buffers",
};

/**
 * Nets of gates that change for each gate equivalent of combinational logic when every bit that its module sees (ports,
 * registers, named wires) changes.
 */
export const LOGIC_ACTIVITY: Figure = {
  value: 1.1,
  basis: "fitted",
  source:
    "own: mapped netlists with random inputs of three activities, without delays: processing element 0.9 to 1.2, accumulate 1.0 to 1.3, " +
    "norm lane 1.4 to 1.5 (the array counts most); glitches come on top",
};

/** A flip-flop in gate equivalents; the rest of a module's area is combinational. */
export const FLIP_FLOP_GE: Figure = {
  value: 5.7,
  basis: "library",
  source: `${SOURCES.nangate}: DFF_X1 4.522 / NAND2_X1 0.798 µm² = 5.67, as in the generic cells`,
};

/** A byte from or to DRAM, with its interface; not scaled by the node. Picojoules. */
export const DRAM_BYTE: Figure = {
  value: 162.5,
  basis: "published",
  source: `${SOURCES.horowitz}: 1.3 to 2.6 nJ for 64 bits, the lower end; ${SOURCES.jouppi} gives the same 1.3 nJ for DDR3 and DDR4`,
};

/** All of them. */
export const ENERGIES = { NET_TOGGLE, FLIP_FLOP_CLOCK, LOGIC_ACTIVITY, FLIP_FLOP_GE, DRAM_BYTE } as const;

/** Energies at 45 nm, 0.9 V, and where they come from. Other nodes take the factors of their rows in the table of nodes. */
import type { Figure } from "../technology/index.ts";

/** A net of a gate changes once, with its wire and the gate's inner capacitances. Femtojoules. */
export const NET_TOGGLE: Figure = {
  value: 5.5,
  source:
    "own estimate for a net with the gate that drives it; with it a processing element takes 1.5 to 3 pJ a cycle, where " +
    "Horowitz (ISSCC 2014) gives 0.3 pJ for a bare adder and multiplier",
};

/** A flip-flop is clocked once, whether it changes or not. Femtojoules. */
export const FLIP_FLOP_CLOCK: Figure = {
  value: 9.7,
  source: "own estimate: clock pin, inner clock inverters and clock wire of a flip-flop",
};

/**
 * Nets of gates that change for each gate equivalent of combinational logic when every bit that its module sees (ports,
 * registers, named wires) changes.
 */
export const LOGIC_ACTIVITY: Figure = {
  value: 1.1,
  source:
    "own: mapped netlists with random inputs of three activities, without delays: processing element 0.9 to 1.2, accumulate 1.0 to 1.3, " +
    "norm lane 1.4 to 1.5 (the array counts most); glitches come on top",
};

/** A flip-flop in gate equivalents; the rest of a module's area is combinational. */
export const FLIP_FLOP_GE: Figure = { value: 5.7, source: "generic cells; mean of three libraries" };

/** A byte from or to DRAM, with its interface; not scaled by the node. Picojoules. */
export const DRAM_BYTE: Figure = {
  value: 162.5,
  source:
    "Horowitz, ISSCC 2014: 1.3 to 2.6 nJ for 64 bits, the lower end (Jouppi et al., ISCA 2021, give the same for DDR3 and DDR4)",
};

/**
 * Delays of the generic cells by logical effort (Sutherland, Sproull, Harris: Logical Effort, 1999): a gate delays by
 * tau × (p + load), its parasitic delay and its load in input loads of an inverter of the same drive. All gates have the
 * drive of the unit inverter: nothing is sized.
 */
import { SOURCES } from "../technology/index.ts";
import type { TimingCell, TimingLibrary } from "./library.ts";

/**
 * Constants of the generic delay model with their sources; times in ps at 45 nm. A level of NAND2 with the usual load of
 * two to three gates comes to 21 to 26 ps, as static timing analysis of mapped accelerators showed (18 to 29 ps).
 */
export const genericDelays = {
  fanoutOfFour: {
    value: 22.5,
    basis: "published",
    source:
      "500 ps per µm of gate length x 0.045 µm: Ho, Mai, Horowitz: The Future of Wires, Proc. IEEE 89 (4), 2001, section II, for a slow environment (360 in a typical one)",
  },
  inverter: { parasitic: 1, load: 1, basis: "published", source: SOURCES.logicalEffort },
  nand2: { parasitic: 2, load: 4 / 3, basis: "published", source: SOURCES.logicalEffort },
  nor2: { parasitic: 2, load: 5 / 3, basis: "published", source: SOURCES.logicalEffort },
  buffer: { parasitic: 3, load: 1, basis: "estimate", source: "two inverters, the first driving one of its kind" },
  register: {
    clockToOutput: 110,
    setup: 67.5,
    load: 4 / 3,
    basis: "estimate",
    source:
      "five and three fan-outs of four: together the 200 ps with one load that static timing of mapped registers shows with Nangate 45 nm",
  },
} as const;

const tau = genericDelays.fanoutOfFour.value / 5;

function gate(inputs: readonly string[], output: string, parasitic: number, load: number): TimingCell {
  const delay = (_slew: number, units: number) => ({ picoseconds: tau * (parasitic + units), slew: 0 });
  return {
    loads: new Map(inputs.map((pin) => [pin, load])),
    arcs: inputs.map((from) => ({ from, to: output, delay })),
    setup: undefined,
  };
}

function register(clock: string): TimingCell {
  const { clockToOutput, setup, load } = genericDelays.register;
  return {
    loads: new Map([["D", load]]),
    arcs: [{ from: clock, to: "Q", delay: (_slew, units) => ({ picoseconds: clockToOutput + tau * units, slew: 0 }) }],
    setup: new Map([["D", setup]]),
  };
}

const { inverter, nand2, nor2, buffer } = genericDelays;
const constant: TimingCell = { loads: new Map(), arcs: [], setup: undefined };

/** The generic cells, by their names in the built-in set and by those of Yosys' own gates. */
export const genericTiming: TimingLibrary = {
  name: "generic",
  model:
    "logical effort of NAND2, NOR2, INV and D flip-flops at 45 nm (fan-out of four 22.5 ps); nothing sized, no wires, large fan-outs through trees",
  cells: new Map([
    ["INV", gate(["A"], "Y", inverter.parasitic, inverter.load)],
    ["$_NOT_", gate(["A"], "Y", inverter.parasitic, inverter.load)],
    ["BUF", gate(["A"], "Y", buffer.parasitic, buffer.load)],
    ["$_BUF_", gate(["A"], "Y", buffer.parasitic, buffer.load)],
    ["NAND2", gate(["A", "B"], "Y", nand2.parasitic, nand2.load)],
    ["$_NAND_", gate(["A", "B"], "Y", nand2.parasitic, nand2.load)],
    ["NOR2", gate(["A", "B"], "Y", nor2.parasitic, nor2.load)],
    ["$_NOR_", gate(["A", "B"], "Y", nor2.parasitic, nor2.load)],
    ["DFF", register("C")],
    ["$_DFF_P_", register("C")],
    ["ZERO", constant],
    ["ONE", constant],
  ]),
  unitLoad: 1,
  fanoutOfFour: genericDelays.fanoutOfFour.value,
  perUnitLoad: tau,
  portSlew: 0,
  setup: genericDelays.register.setup,
};

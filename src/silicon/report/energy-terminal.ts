/** The energy of a workload as text for a terminal. */
import pc from "picocolors";
import { duration, formatTable, grouped, percent } from "../../report/index.ts";
import { jouleSeconds } from "./html-format.ts";
import type { EnergyReport } from "./schema.ts";

/** Picojoules with a prefix: `1.62 mJ`. */
export function formatEnergy(picojoules: number): string {
  const units = ["pJ", "nJ", "µJ", "mJ", "J"];
  const index = picojoules < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(picojoules) / 3));
  return `${Number((picojoules / 1000 ** index).toPrecision(3))} ${units[index]!}`;
}

/** What the whole encoder takes, where it has a name. */
function inferenceLine({ inference }: EnergyReport): string[] {
  if (inference === undefined) return [];
  const { layers, picojoules, cycles, seconds } = inference;
  return [
    `all ${layers} layers: ${formatEnergy(picojoules)} in ${grouped(cycles)} cycles, ${duration(seconds)} at the clock above`,
  ];
}

/** Tables of parts and operations, then the totals. */
export function renderEnergyTerminal(energy: EnergyReport): string {
  const { workload, node, cycles, operations, parts, totalPicojoules, perMacPicojoules, energyDelayProduct } = energy;
  const dram = parts.find(({ name }) => name === "DRAM")?.picojoules ?? 0;
  const onChip = totalPicojoules - dram;
  const partTable = formatTable(
    [{ head: `energy of ${workload}`, align: "left" }, { head: "" }, { head: "share" }, { head: "on chip" }],
    parts.map(({ name, picojoules, share }) => [
      name,
      formatEnergy(picojoules),
      percent(share),
      name === "DRAM" || onChip === 0 ? "" : percent(picojoules / onChip),
    ]),
  );
  const operationTable = formatTable(
    [{ head: "operation", align: "left" }, { head: "energy" }, { head: "cycles" }],
    operations.map(({ name, picojoules, cycles: own }) => [name, formatEnergy(picojoules), grouped(own)]),
  );
  return [
    partTable,
    operationTable,
    [
      `${pc.bold(formatEnergy(totalPicojoules))} in ${grouped(cycles)} cycles at ${node}, ${formatEnergy(perMacPicojoules)} a MAC (on chip ${formatEnergy(totalPicojoules === 0 ? 0 : (perMacPicojoules * onChip) / totalPicojoules)}), energy-delay product ${jouleSeconds(energyDelayProduct)}`,
      ...inferenceLine(energy),
      `without clock gates the flip-flops' clocks take ${formatEnergy(energy.ungatedClockPicojoules)}`,
      pc.dim("Good to a factor of 2 to 4; shares and comparisons are better (docs/technology.md)."),
    ].join("\n"),
  ].join("\n\n");
}

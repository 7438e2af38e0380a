/** The area study as a table for a terminal and as CSV. */
import pc from "picocolors";
import { formatTable, grouped, percent } from "../../report/index.ts";
import { FPGA_FAMILIES } from "../../silicon/fpga/index.ts";
import { joules } from "../../silicon/report/html-format.ts";
import { AREA_GROUPS } from "./points.ts";
import { normEnergyShare } from "./result.ts";
import type { AreaRow, AreaStudy } from "./result.ts";

const kilo = (ge: number): string => grouped(ge / 1000);

function cells(row: AreaRow): string[] {
  const { energy } = row;
  const share = normEnergyShare(row);
  return [
    row.name,
    kilo(row.totalGe),
    kilo(row.logicGe),
    kilo(row.sramGe),
    row.um2 === undefined ? "" : (row.um2 / 1e6).toFixed(3),
    percent(row.normShare),
    grouped(row.fmaxMhz),
    energy === undefined ? "" : grouped(energy.cycles),
    energy === undefined ? "" : joules(energy.totalPicojoules),
    energy === undefined ? "" : energy.perMacPicojoules.toFixed(2),
    share === undefined ? "" : percent(share.whole),
    share === undefined ? "" : percent(share.onChip),
  ];
}

/** One table a group. */
export function renderAreaStudy(study: AreaStudy): string {
  const heads = ["kGE", "logic", "SRAM", "mm²", "norm", "MHz", "cycles", "energy", "pJ/MAC", "norm", "norm, no DRAM"];
  const columns = [{ head: "variant", align: "left" as const }, ...heads.map((head) => ({ head }))];
  const groups = Object.entries(AREA_GROUPS).flatMap(([group, question]) => {
    const rows = study.rows.filter((row) => row.group === group);
    if (rows.length === 0) return [];
    const workload = rows.find(({ energy }) => energy !== undefined)?.energy?.workload;
    const head = `${question}${workload === undefined ? "" : `; energy of one ${workload}`}`;
    return [`${pc.bold(head)}\n${formatTable(columns, rows.map(cells))}`];
  });
  const operands = study.operands.map((row) => [
    `${row.bits} bits`,
    (row.processingElementGe / 1000).toFixed(2),
    kilo(row.arrayGe),
    grouped(row.fmaxMhz),
    (row.picojoules / row.macs).toFixed(2),
  ]);
  if (operands.length > 0) {
    const columns = ["operands", "PE, kGE", "array, kGE", "MHz", "pJ/MAC"].map((head) => ({ head }));
    groups.push(`${pc.bold("bits of operands, the array alone")}\n${formatTable(columns, operands)}`);
  }
  const fpga = study.fpga.map(({ family, lut, ff, dsp, bram, exceeds, largestDevice }) => [
    FPGA_FAMILIES[family],
    ...[lut, ff, dsp].map(grouped),
    String(bram),
    exceeds.length === 0 ? largestDevice.name : "none",
  ]);
  if (fpga.length > 0) {
    const columns = ["family", "LUT", "flip-flops", "DSP", "block RAM", "fits"].map((head) => ({ head }));
    groups.push(`${pc.bold(`${study.config} on FPGAs`)}\n${formatTable(columns, fpga)}`);
  }
  const missing = study.notRun === 0 ? [] : [pc.dim(`${study.notRun} points not run`)];
  return [...groups, ...missing].join("\n\n");
}

/** One line a variant; blocks and parts in columns of their own. */
export function areaCsv({ rows }: AreaStudy): string {
  const blocks = [...new Set(rows.flatMap((row) => Object.keys(row.blocks)))];
  const parts = [...new Set(rows.flatMap((row) => Object.keys(row.energy?.parts ?? {})))];
  const fixed = ["group", "name", "rows", "cols", "lanes", "scratchpadKib", "accumulatorKib"] as const;
  const figures = ["totalGe", "logicGe", "sramGe", "um2", "fmaxMhz", "normShare"] as const;
  const energies = ["workload", "cycles", "totalPicojoules", "perMacPicojoules", "energyDelayProduct"] as const;
  const text = (value: string | number | undefined): string => {
    const shown = typeof value === "number" ? String(Number(value.toPrecision(8))) : (value ?? "");
    return /[",\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
  };
  const lines = rows.map((row) => [
    ...fixed.map((key) => row[key]),
    ...figures.map((key) => row[key]),
    ...blocks.map((name) => row.blocks[name]),
    ...energies.map((key) => row.energy?.[key]),
    ...parts.map((name) => row.energy?.parts[name]),
  ]);
  const head = [
    ...fixed,
    ...figures,
    ...blocks.map((name) => `ge ${name}`),
    ...energies,
    ...parts.map((name) => `pJ ${name}`),
  ];
  return `${[head, ...lines].map((line) => line.map(text).join(",")).join("\n")}\n`;
}

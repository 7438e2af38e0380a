/** Timing, FPGA and energy on the cost page. */
import { duration, grouped, percent } from "../../report/index.ts";
import { lacking } from "./fpga-misfit.ts";
import { blockOf } from "./html-area.ts";
import { blockColours } from "./html-colours.ts";
import { joules, jouleSeconds, nanoseconds } from "./html-format.ts";
import { relativePath } from "./html-tree.ts";
import type { CostReport, EnergyReport } from "./schema.ts";

/** The worst path that ends in each block of the top module, and below them those of all rows; bars are relative to the worst of all. */
export function timingView(report: CostReport, colours: ReadonlyMap<string, string>) {
  const all = timingRows(report, colours);
  const seen = new Set<string>();
  const blocks = all.filter(({ top }) => !seen.has(top) && seen.add(top));
  return { blocks, all: all.length > blocks.length ? all : [] };
}

function timingRows(report: CostReport, colours: ReadonlyMap<string, string>) {
  const worst = Math.max(1, ...report.timing.paths.map((path) => path.picoseconds));
  return report.timing.paths.map((path) => {
    const block = relativePath(report, path.block);
    const through = path.through.map((name) => relativePath(report, name)).filter((name) => name !== "");
    return {
      top: blockOf(block),
      block: block === "" ? "top module" : block,
      colour: colours.get(blockOf(block)) ?? "var(--soft)",
      width: ((100 * path.picoseconds) / worst).toFixed(1),
      picoseconds: path.picoseconds,
      delay: nanoseconds(path.picoseconds),
      mhz: grouped(path.fmaxMhz),
      levels: grouped(path.levels),
      from: relativePath(report, path.from.name),
      fromKind: path.from.kind,
      to: relativePath(report, path.to.name),
      toKind: path.to.kind,
      through: through.join(" → "),
    };
  });
}

/** Families by name, as their makers write them. */
const FAMILIES = [
  ["xc7", "Xilinx 7-series", "RAMB36"],
  ["xcup", "Xilinx UltraScale+", "RAMB36"],
  ["ecp5", "Lattice ECP5", "DP16KD"],
  ["ice40", "Lattice iCE40", "SB_RAM40"],
] as const;

const blocks = (n: number): string => (Number.isInteger(n) ? grouped(n) : n.toFixed(1));

/** Look-up tables that are no logic, 0 faint. */
const lutsOf = ({ lutRam, lutShift }: { readonly lutRam: number; readonly lutShift: number }) => ({
  lutRam: grouped(lutRam),
  lutRamTone: lutRam === 0 ? "soft" : "",
  lutShift: grouped(lutShift),
  lutShiftTone: lutShift === 0 ? "soft" : "",
});

/** One row a family, and the blocks of the design in each. */
export function fpgaView(report: CostReport) {
  return FAMILIES.flatMap(([key, name, ram]) => {
    const fpga = report.fpga?.[key];
    if (fpga === undefined) return [];
    const parts = fpga.modules.filter(({ path }) => {
      const relative = relativePath(report, path);
      return relative !== "" && !relative.includes(".");
    });
    return [
      {
        ...{ key, name, ram },
        ...{ lut: grouped(fpga.lut), ff: grouped(fpga.ff), dsp: grouped(fpga.dsp), bram: blocks(fpga.bram) },
        ...lutsOf(fpga),
        fits: fpga.exceeds.length === 0 ? `fits ${fpga.largestDevice.name}` : `does not fit: ${lacking(fpga)}`,
        fitTone: fpga.exceeds.length === 0 ? "soft" : "more",
        parts: parts.map((part) => ({
          name: relativePath(report, part.path),
          ...{ lut: grouped(part.lut), ff: grouped(part.ff), dsp: grouped(part.dsp), bram: blocks(part.bram) },
          ...lutsOf(part),
        })),
      },
    ];
  });
}

/** Energy by part and by operation; undefined without figures. */
export function energyView(energy: EnergyReport | undefined) {
  if (energy === undefined || energy.totalPicojoules === 0) return undefined;
  const colours = blockColours(energy.parts.map((part) => part.name));
  const parts = [...energy.parts].sort((a, b) => b.picojoules - a.picojoules);
  const mostPart = Math.max(1e-9, ...parts.map((part) => part.picojoules));
  const mostOperation = Math.max(1e-9, ...energy.operations.map((o) => o.picojoules));
  return {
    workload: energy.workload,
    node: energy.node,
    cycles: grouped(energy.cycles),
    total: joules(energy.totalPicojoules),
    perMac: `${energy.perMacPicojoules.toFixed(2)} pJ`,
    product: jouleSeconds(energy.energyDelayProduct),
    inference: energy.inference && {
      layers: energy.inference.layers,
      energy: joules(energy.inference.picojoules),
      cycles: grouped(energy.inference.cycles),
      time: duration(energy.inference.seconds),
    },
    ungated: joules(energy.ungatedClockPicojoules),
    parts: parts.map((part) => ({
      name: part.name,
      colour: colours.get(part.name)!,
      energy: joules(part.picojoules),
      share: percent(part.share),
      percent: (100 * part.share).toFixed(2),
      width: ((100 * part.picojoules) / mostPart).toFixed(1),
    })),
    operations: energy.operations.map((o) => ({
      name: o.name,
      energy: joules(o.picojoules),
      share: percent(o.picojoules / energy.totalPicojoules),
      cycles: o.cycles === 0 ? "" : grouped(o.cycles),
      width: ((100 * o.picojoules) / mostOperation).toFixed(1),
    })),
  };
}

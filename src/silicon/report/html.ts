/** The cost of one accelerator as a self-contained HTML page. */
import { renderTemplate, templateText } from "../../files/index.ts";
import { grouped, percent } from "../../report/index.ts";
import { areaView, coloursOf, memoryRows, moduleRows, publishedView, treeOf } from "./html-area.ts";
import { capacity, configEntries, configName, gates, joules, nanoseconds, squareMicrons } from "./html-format.ts";
import { renderAreaPicture } from "./html-picture.ts";
import { energyView, fpgaView, timingView } from "./html-views.ts";
import { flattenedLine } from "./terminal.ts";
import type { CostReport } from "./schema.ts";

/** The figures that matter most. */
function cards(report: CostReport) {
  const card = (value: string, label: string) => ({ value, label });
  const { totalGe, totalUm2, sramGe, sramBits, logicGe, normShare, fmaxMhz, energy, fpga } = report;
  const paths = report.timing.paths.map((path) => path.picoseconds);
  return [
    card(gates(totalGe), totalUm2 === undefined ? "area in all" : `area in all, ${squareMicrons(totalUm2)}`),
    card(gates(logicGe), `logic, ${percent(logicGe / Math.max(1, totalGe))} of the area`),
    card(gates(sramGe), `SRAM, ${capacity(sramBits)}`),
    ...(normShare === 0 ? [] : [card(percent(normShare), "of the area is the norm unit")]),
    card(
      `${grouped(fmaxMhz)} MHz`,
      paths.length === 0 ? "estimated clock" : `clock, worst path ${nanoseconds(Math.max(...paths))}`,
    ),
    ...(energy === undefined ? [] : [card(joules(energy.totalPicojoules), `for ${energy.workload}`)]),
    ...(fpga?.xc7 === undefined
      ? []
      : [card(`${grouped(fpga.xc7.dsp)} DSP`, `and ${grouped(fpga.xc7.lut)} LUT on 7-series`)]),
  ];
}

/** What figures of a report were made with. */
export const madeWith = ({ library, node }: CostReport): string =>
  [
    library === "generic" ? "generic cells (NAND, NOR, INV, flip-flop)" : `cells of ${library}`,
    ...(node === undefined ? [] : [`node ${node}`]),
  ].join(", ");

function facts(report: CostReport) {
  return [
    { name: "cells", value: madeWith(report) },
    { name: "timing", value: report.timing.model },
    ...(report.flattened === undefined ? [] : [{ name: "check", value: flattenedLine(report.flattened) }]),
    {
      name: "instances",
      value: `${grouped(report.modules.reduce((sum, row) => sum + row.instances, 0))} modules in ${new Set(report.modules.map((row) => row.module)).size} kinds, ${grouped(report.memories.reduce((sum, row) => sum + row.instances, 0))} memories`,
    },
  ];
}

/** The page as text. */
export function renderCostPage(report: CostReport, command: string): string {
  const tree = treeOf(report);
  const colours = coloursOf([tree]);
  const name = configName(report.config);
  return renderTemplate("cost/cost.html.hbs", {
    style: `${templateText("page.css")}${templateText("cost/cost.css")}`,
    title: `What ${name} costs`,
    cards: cards(report),
    facts: facts(report),
    area: areaView([{ ...tree, name }], [name]),
    picture: renderAreaPicture(report, { embedded: true }),
    published: publishedView(report),
    modules: moduleRows(report, tree),
    hasUm2: report.totalUm2 !== undefined,
    memories: memoryRows(report),
    timing: timingView(report, colours),
    fpga: fpgaView(report),
    energy: energyView(report.energy) ?? false,
    config: configEntries(report.config).map(([key, value]) => ({ key, value })),
    command,
  });
}

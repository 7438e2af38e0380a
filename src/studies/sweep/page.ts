/** A sweep as one self-contained HTML page: heat maps, then every point with its figures. */
import { renderTemplate } from "../../files/index.ts";
import { bytes, grouped, percent, rate } from "../../report/index.ts";
import { renderHeatmap } from "./heatmap.ts";
import { hasCycles } from "./result.ts";
import type { Sweep, SweepPoint } from "./result.ts";
import { ratioTo } from "./table.ts";

function pointView(sweep: Sweep, p: SweepPoint) {
  const ratio = ratioTo(sweep, p, "off");
  const found = hasCycles(p);
  const measured = p.how === "measured" ? p : undefined;
  return {
    scratchpad: p.scratchpadKib,
    accumulator: p.accumulatorKib,
    fusion: p.fusion,
    how: p.how,
    cycles: found ? grouped(p.cycles) : "",
    utilization: found ? percent(p.utilization, 2) : "",
    ratio: ratio === undefined ? "" : ratio.toFixed(3),
    expected: measured === undefined ? "" : grouped(measured.expectedCycles),
    read: measured === undefined ? "" : bytes(measured.readBytes),
    written: measured === undefined ? "" : bytes(measured.writeBytes),
    differences:
      measured === undefined ? "" : measured.differences === null ? "not compared" : grouped(measured.differences),
    tone: measured?.differences === 0 ? "good" : "bad",
    speed: measured === undefined ? "" : rate(measured.simulatedCyclesPerSecond),
    reason: p.how === "does not fit" ? p.reason : "",
  };
}

/** The page as text. */
export function renderSweepPage(sweep: Sweep): string {
  const { config, rows, cols, shape, memory, command, commit, date, notRun } = sweep;
  const dimensions = Object.entries(shape).map(([name, value]) => `${name} ${grouped(value)}`);
  return renderTemplate("sweep/page.html.hbs", {
    title: `Memory sizes of ${config}`,
    facts: [
      { name: "workload", value: dimensions.join(", ") },
      { name: "accelerator", value: `${config}, ${rows}×${cols} array, with other memories` },
      {
        name: "memory",
        value: `${memory.bytesPerCycle} bytes per cycle each way, latency ${memory.latencyCycles} cycles`,
      },
      { name: "date", value: `${date}, commit ${commit}` },
      ...(notRun === 0 ? [] : [{ name: "not run", value: `${notRun} points` }]),
    ],
    picture: renderHeatmap(sweep, { embedded: true }),
    points: sweep.points.map((p) => pointView(sweep, p)),
    command,
  });
}

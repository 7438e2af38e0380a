/** The timeline of the page: its data and its script. */
import { templateText } from "../files/index.ts";
import { STATE_COLOURS, kindColours } from "./colours.ts";
import type { Report, Timeline } from "./schema.ts";
import { layerStarts, timelineKinds } from "./timeline.ts";

/** What templates/report/timeline.js reads, as JSON that cannot end the element that holds it. */
function pageData(report: Report, timeline: Timeline): string {
  const { kinds, kindOf } = timelineKinds(report);
  const colours = kindColours(report);
  const { windowCycles, array, read, written } = timeline.activity;
  const { beatBytes } = report.config;
  const data = {
    cycles: timeline.cycles,
    operations: report.operations.map((o) => o.name),
    kindOf,
    kinds: kinds.map((name) => ({ name, colour: colours.get(name)! })),
    states: STATE_COLOURS,
    lanes: timeline.lanes,
    layers: layerStarts(report, timeline),
    windowCycles,
    curves: [
      { name: "array", title: "Array used", counts: array, colour: "#4e79a7", bytes: 0 },
      { name: "read", title: "Memory read", counts: read, colour: "#7b8794", bytes: beatBytes },
      { name: "written", title: "Memory written", counts: written, colour: "#7b8794", bytes: beatBytes },
    ],
  };
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}

/** The script: what lanes.js exports, then timeline.js, which imports it, as one. */
function pageScript(): string {
  const lanes = templateText("report/lanes.js").replaceAll(/^export /gm, "");
  const timeline = templateText("report/timeline.js").replace(/^import [^;]*;\n/m, "");
  return `${lanes}\n${timeline}`;
}

/** What the page's template needs to draw the timeline; undefined when nothing ran. */
export function timelineView(report: Report) {
  const { timeline } = report;
  if (timeline === null || timeline.cycles === 0) return undefined;
  const layers = layerStarts(report, timeline);
  const colours = kindColours(report);
  const used = new Set(timeline.lanes.flatMap((lane) => lane.operation.map((o) => report.operations[o]?.kind)));
  return {
    data: pageData(report, timeline),
    script: pageScript(),
    layers: layers.length > 1 ? layers.map(({ name }, index) => ({ name: name.replace("layer ", ""), index })) : [],
    kinds: [...colours].filter(([kind]) => used.has(kind)).map(([name, colour]) => ({ name, colour })),
  };
}

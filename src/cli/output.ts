/** Where a report goes: standard output as text or JSON, an HTML page, a picture, trace events. */
import pc from "picocolors";
import { writeFileAtomic } from "../files/index.ts";
import { renderHtml, renderTerminal, renderTimeline, renderTraceEvents } from "../report/index.ts";
import type { Report, RunTrace } from "../report/index.ts";
import { ExitRequest } from "./errors.ts";
import { EXIT } from "./exit.ts";
import type { SimulationFlags } from "./options.ts";

/** Prints a report as the options ask. Ends with exit code 1 when values differ from the reference. */
export function emitReport(
  report: Report,
  runs: readonly RunTrace[],
  flags: Pick<SimulationFlags, "json" | "html" | "svg" | "trace">,
): void {
  if (flags.trace !== undefined) writeFileAtomic(flags.trace, renderTraceEvents(runs, report.config.beatBytes));
  if (flags.html !== undefined) writeFileAtomic(flags.html, renderHtml(report));
  if (flags.svg !== undefined) writeFileAtomic(flags.svg, renderTimeline(report));
  if (flags.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    process.stdout.write(`${renderTerminal(report)}\n`);
    if (flags.html !== undefined) process.stdout.write(pc.dim(`report: ${flags.html}\n`));
    if (flags.svg !== undefined) process.stdout.write(pc.dim(`timeline: ${flags.svg}\n`));
    if (flags.trace !== undefined) process.stdout.write(pc.dim(`trace events: ${flags.trace}\n`));
  }
  if (report.differences !== null && report.differences > 0) throw new ExitRequest(EXIT.differences.code);
}

import { readFileSync } from "node:fs";
import { SystoleError, systemReason } from "../../errors.ts";
import { costReportSchema, type CostReport } from "./schema.ts";

/** The text of a file when it is JSON of a cost report, as `systole report --json` prints it; undefined for other files. */
function reportValue(file: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof value === "object" && value !== null && "kind" in value && value.kind === "cost" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a file holds a cost report, and no configuration. */
export const isCostReport = (file: string): boolean => reportValue(file) !== undefined;

/** Reads a report that `systole report --json` printed. Errors: `cost-report-invalid`. */
export function loadCostReport(file: string): CostReport {
  const fail = (message: string, cause?: unknown): SystoleError =>
    new SystoleError({
      code: "cost-report-invalid",
      message,
      location: { file },
      remedy: "Make it with systole report <config> --json.",
      cause,
    });
  try {
    readFileSync(file);
  } catch (cause) {
    throw fail(`cannot read the report: ${systemReason(cause)}`, cause);
  }
  const value = reportValue(file);
  if (value === undefined) throw fail("this is no cost report");
  const result = costReportSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw fail(`not a cost report of this version: ${issue!.path.join(".")}: ${issue!.message}`, result.error);
}

/**
 * The long acceptance run: every preset and variant with every length, shape, latency and stall probability, against the
 * integer model and the functional machine. Sets may be named: `npm run bench:acceptance -- [base|pairwise|presets|variants] [--only <text>] [--seed <n>]`
 */
import { parseArgs } from "node:util";
import { formatTable } from "../../src/report/index.ts";
import { caseName, runEncoderCase } from "../support/encoder-case.ts";
import type { EncoderCase } from "../support/encoder-case.ts";
import { baseCases, pairwiseCases, presetMatrix, variantMatrix } from "./matrix.ts";

const SETS = {
  base: baseCases,
  pairwise: pairwiseCases,
  presets: presetMatrix,
  variants: (seed: number) => variantMatrix(seed, 4),
} as const satisfies Record<string, (seed: number) => EncoderCase[]>;
const SET_NAMES = Object.keys(SETS) as (keyof typeof SETS)[];

/** What the table says about one configuration. */
interface Summary {
  cases: number;
  tensors: number;
  values: number;
  cycles: number;
  /** Multiply-accumulates by processing elements. */
  floor: number;
  seconds: number;
  buildSeconds: number;
  failed: number;
}

async function runCase(c: EncoderCase, summary: Summary): Promise<string[]> {
  summary.cases++;
  try {
    const outcome = await runEncoderCase(c);
    summary.tensors += outcome.tensors;
    summary.values += outcome.values;
    summary.cycles += outcome.run.simulatedCycles;
    summary.floor += outcome.floorCycles;
    summary.seconds += outcome.run.seconds;
    summary.buildSeconds = Math.max(summary.buildSeconds, outcome.buildSeconds);
    return [...outcome.differences];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: "string" }, only: { type: "string", default: "" } },
  });
  const seed = Number(values.seed ?? process.env["SYSTOLE_SEED"] ?? 1);
  const unknown = positionals.find((name) => !(name in SETS));
  if (unknown !== undefined) {
    process.stderr.write(`no set ${unknown}: there are ${SET_NAMES.join(", ")}\n`);
    process.exitCode = 2;
    return;
  }
  const sets = positionals.length === 0 ? SET_NAMES : SET_NAMES.filter((name) => positionals.includes(name));
  const cases = sets.flatMap((name) => SETS[name](seed)).filter((c) => caseName(c).includes(values.only));
  const summaries = new Map<string, Summary>();
  const started = performance.now();
  let failed = 0;
  for (const [i, c] of cases.entries()) {
    const empty: Summary = {
      cases: 0,
      tensors: 0,
      values: 0,
      cycles: 0,
      floor: 0,
      seconds: 0,
      buildSeconds: 0,
      failed: 0,
    };
    const summary = summaries.get(c.params.name) ?? empty;
    summaries.set(c.params.name, summary);
    const problems = await runCase(c, summary);
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    process.stderr.write(`${i + 1}/${cases.length} ${minutes} min: ${caseName(c)}, seed ${c.seed}\n`);
    if (problems.length === 0) continue;
    failed++;
    summary.failed++;
    process.stdout.write(`FAILED ${caseName(c)}, seed ${c.seed}\n${problems.map((p) => `  ${p}\n`).join("")}`);
  }
  const head = ["cases", "failed", "tensors", "values", "cycles", "array used", "seconds", "cycles/s", "build s"];
  const rows = [...summaries].map(([name, s]) => [
    name,
    ...[s.cases, s.failed, s.tensors, s.values, s.cycles].map(String),
    `${((100 * s.floor) / s.cycles).toFixed(1)} %`,
    s.seconds.toFixed(1),
    (s.cycles / s.seconds).toFixed(0),
    s.buildSeconds.toFixed(1),
  ]);
  const columns = [{ head: "configuration", align: "left" as const }, ...head.map((text) => ({ head: text }))];
  process.stdout.write(`${formatTable(columns, rows)}\n${cases.length} cases, ${failed} failed, seed ${seed}\n`);
  if (failed > 0) process.exitCode = 1;
}

await main();

/** Runs the area study: point by point, each kept as soon as it is known. */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { Params } from "../../config/index.ts";
import { SystoleError } from "../../errors.ts";
import { writeFileAtomic } from "../../files/index.ts";
import { generateAccelerator } from "../../generators/index.ts";
import { contentKey } from "../../harness/index.ts";
import { costReportSchema } from "../../silicon/report/schema.ts";
import type { CostReport } from "../../silicon/report/schema.ts";
import { ENERGIES } from "../../silicon/energy/energies.ts";
import { GENERIC_CELLS } from "../../silicon/synthesis/cells.ts";
import { unitInputs } from "../../silicon/synthesis/job.ts";
import { recipeFor } from "../../silicon/synthesis/targets.ts";
import { DEFAULT_MACRO_RULE, GENERIC_LIBRARY } from "../../silicon/index.ts";
import { ACCESS_ENERGY, AREA_FITS, TECHNOLOGY_NODES } from "../../silicon/technology/index.ts";
import { genericDelays } from "../../silicon/timing/index.ts";
import type { AreaPoint } from "./points.ts";
import { areaRow } from "./result.ts";
import type { AreaRow } from "./result.ts";

/** Raised when a stored point would mean something else: how energies are measured is not in the key. */
const POINT_VERSION = "3";

const storeSchema = z.strictObject({ reports: z.record(z.string(), costReportSchema) });

/** Cost reports under the hash of all that shaped them, in a file that grows with every point. */
export class ReportStore {
  readonly #file: string | undefined;
  readonly #reports: Map<string, CostReport>;

  /** Reads `file` when it is there; without a file nothing outlives the process. Error: `study-resume`. */
  constructor(file: string | undefined) {
    this.#file = file;
    this.#reports = new Map(file === undefined || !existsSync(file) ? [] : Object.entries(read(file).reports));
  }

  get(key: string): CostReport | undefined {
    return this.#reports.get(key);
  }

  /** Adds a report and writes the file. */
  add(key: string, report: CostReport): void {
    this.#reports.set(key, report);
    if (this.#file === undefined) return;
    writeFileAtomic(this.#file, `${JSON.stringify({ reports: Object.fromEntries(this.#reports) })}\n`);
  }
}

function read(file: string): z.infer<typeof storeSchema> {
  try {
    return storeSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new SystoleError({
      code: "study-resume",
      message: "not a file of cost reports that systole study --resume has written",
      location: { file },
      remedy: "Name another file; one that is not there is made.",
      cause,
    });
  }
}

/** Hashes of the Verilog, without the places in its source, by configuration: it does not change while a process runs, and is not made for nothing. */
const rtlHashes = new Map<number, string>();

function rtlHash(params: Params): string {
  const known = rtlHashes.get(params.fingerprint);
  if (known !== undefined) return known;
  const hash = contentKey(
    generateAccelerator(params, { locations: false }).files.flatMap(({ name, text }) => [name, text]),
  );
  rtlHashes.set(params.fingerprint, hash);
  return hash;
}

/** What measuring depends on besides the point. */
export interface AreaSetting {
  /** Of points without one of their own. */
  readonly node: string;
  readonly memory: unknown;
}

/** Constants that reports are made with: another figure in the tables of technology makes other reports. */
const CONSTANTS = [
  TECHNOLOGY_NODES,
  AREA_FITS,
  ACCESS_ENERGY,
  ENERGIES,
  genericDelays,
  GENERIC_CELLS,
  DEFAULT_MACRO_RULE,
];

/** How every module is synthesised: the whole script and what it reads. */
const synthesisMethod = (): string[] =>
  unitInputs(
    { module: "unit", verilog: "", stubs: "", blackBoxes: [] },
    recipeFor({ kind: "cells", library: GENERIC_LIBRARY }),
  );

/**
 * What a report of a point depends on: the RTL, how it is synthesised, the constants, and what runs on it. `program` stands for
 * the compiled layer and its data, so that another compiler or quantiser makes another report.
 */
export function areaPointKey({ params, layer, node }: AreaPoint, setting: AreaSetting, program = ""): string {
  const { benchmark = null, fusion = "auto" } = layer ?? {};
  const parts = [POINT_VERSION, benchmark, fusion, node?.name ?? setting.node, setting.memory, CONSTANTS];
  return contentKey([JSON.stringify(parts), rtlHash(params), ...synthesisMethod(), program]);
}

export interface AreaStudyOptions {
  readonly store: ReportStore;
  readonly setting: AreaSetting;
  /** Stands for the compiled layer of a point and its data, as {@link programKey} has it. */
  readonly program: (point: AreaPoint) => string;
  /** The cost of a point's accelerator, with the energy of its layer. */
  readonly measure: (point: AreaPoint) => Promise<CostReport>;
  /** Before a point is looked at: its place in the list. Throws when the study was interrupted. */
  readonly onPoint: (point: AreaPoint, index: number) => Promise<void>;
  /** After every point, so that an interrupted study still has what came before. */
  readonly onRow: (row: AreaRow) => void;
}

/** Measures the points in order, or takes them from the store. Errors: those of `measure`. */
export async function runAreaStudy(points: readonly AreaPoint[], options: AreaStudyOptions): Promise<void> {
  for (const [index, point] of points.entries()) {
    await options.onPoint(point, index);
    const key = areaPointKey(point, options.setting, options.program(point));
    const known = options.store.get(key);
    const report = known ?? (await options.measure(point));
    if (known === undefined) options.store.add(key, report);
    options.onRow(areaRow(point, report));
  }
}

import { readFileSync } from "node:fs";
import { z } from "zod";
import { SystoleError, systemReason } from "../../errors.ts";
import type { MacroCost, MacroShape } from "../types.ts";

const positive = z.number().positive({ error: "must be a number above 0" });
const natural = z.number().int({ error: "must be a whole number" }).positive({ error: "must be at least 1" });

/** One macro that the user's memory compiler makes. */
const macroSchema = z.strictObject({
  name: z.string().optional().describe("how the report calls it. Default: its shape"),
  words: natural.describe("words"),
  bits: natural.describe("bits of a word"),
  ports: z
    .enum(["1rw", "1r1w"], { error: 'must be one of "1rw", "1r1w"' })
    .describe("`1rw` reads or writes, `1r1w` reads and writes in one cycle"),
  um2: positive.describe("area, µm²"),
  readPicojoules: positive.describe("energy of a read, pJ"),
  writePicojoules: positive.describe("energy of a write, pJ"),
  accessPicoseconds: positive.describe("clock to output, ps"),
});

/** The user's table of memory macros: a JSON file. */
export const macroTableSchema = z.strictObject({
  name: z.string().min(1, { error: "must not be empty" }).describe("of the memory compiler, for the report"),
  macros: z.array(macroSchema).min(1, { error: "must have at least one macro" }).describe("the macros it makes"),
});

export type MacroTable = z.infer<typeof macroTableSchema> & { readonly file: string };
type Macro = z.infer<typeof macroSchema>;

const KEYS: Readonly<Record<string, readonly string[]>> = {
  0: Object.keys(macroTableSchema.shape),
  2: Object.keys(macroSchema.shape),
};

/** Reads a macro table. Throws a SystoleError that lists every finding with its key, the value and what is allowed. */
export function loadMacroTable(file: string): MacroTable {
  const fail = (message: string, remedy: string, cause?: unknown): never => {
    throw new SystoleError({ code: "macro-table-invalid", message, location: { file }, remedy, cause });
  };
  let value: unknown;
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    fail(`cannot read the macro table: ${systemReason(cause)}`, "Give the path of a JSON file.", cause);
  }
  try {
    value = JSON.parse(text);
  } catch (cause) {
    fail(`not valid JSON: ${(cause as Error).message}`, "Correct the file.", cause);
  }
  const result = macroTableSchema.safeParse(value);
  if (!result.success) {
    const findings = result.error.issues.map((issue) => finding(issue, value)).join("; ");
    return fail(findings, "See docs/technology.md for the keys of a macro table.", result.error);
  }
  return { ...result.data, file };
}

function finding(issue: z.core.$ZodIssue, value: unknown): string {
  const path = issue.path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  const where = path === "" ? "" : `${path.replace(/^\./, "")}: `;
  if (issue.code === "unrecognized_keys") {
    const unknown = issue.keys.map((key) => `"${key}"`).join(", ");
    return `${where}unknown key ${unknown}; there are ${(KEYS[issue.path.length] ?? []).join(", ")}`;
  }
  const at = issue.path.reduce<unknown>(
    (v, key) => (typeof v === "object" && v !== null ? (v as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
  if (at === undefined) return `${where}is missing`;
  const wanted = issue.code === "invalid_type" ? `must be ${TYPES[issue.expected] ?? issue.expected}` : issue.message;
  return `${where}${wanted}, not ${JSON.stringify(at)}`;
}

const TYPES: Readonly<Record<string, string>> = {
  array: "an array",
  object: "an object",
  string: "a text",
  number: "a number",
  int: "a whole number",
};

/**
 * What a memory costs when it is made of the table's macros: of one of its shape; else of the one, or the grid of equal ones,
 * that covers it with the least area. A read or a write reaches one row of the grid; the multiplexer behind it is not
 * counted. Macros with two ports serve memories with one too. `um2PerGe` is the area of a gate equivalent beside the
 * table's areas. Throws a SystoleError when no macro has the ports.
 */
export function tableCost(table: MacroTable, shape: MacroShape, um2PerGe: number): MacroCost {
  const grids = table.macros
    .filter(({ ports }) => ports === shape.ports || shape.ports === "1rw")
    .map((macro) => {
      const rows = Math.ceil(shape.words / macro.words);
      const columns = Math.ceil(shape.bits / macro.bits);
      return { macro, rows, columns, um2: rows * columns * macro.um2 };
    });
  const exact = grids.find(({ macro }) => isOf(macro, shape));
  const [first, ...others] = grids;
  if (first === undefined) {
    throw new SystoleError({
      code: "macro-table-no-fit",
      message: `no macro of ${table.name} has two ports (1r1w), as the memory of ${shape.words} x ${shape.bits} bits needs`,
      location: { file: table.file },
      remedy: 'Add a macro with "ports": "1r1w".',
    });
  }
  const { macro, rows, columns, um2 } = exact ?? others.reduce((a, b) => (b.um2 < a.um2 ? b : a), first);
  const name = macro.name ?? `${macro.words}x${macro.bits} ${macro.ports}`;
  const how =
    exact !== undefined
      ? name
      : rows * columns === 1
        ? `${name}, the nearest larger`
        : `${rows * columns} of ${name}, ${rows} x ${columns}`;
  return {
    ge: um2 / um2PerGe,
    um2,
    readPicojoules: columns * macro.readPicojoules,
    writePicojoules: columns * macro.writePicojoules,
    accessPicoseconds: macro.accessPicoseconds,
    source: `${table.name}: ${how}`,
  };
}

const isOf = (macro: Macro, { words, bits, ports }: MacroShape): boolean =>
  macro.words === words && macro.bits === bits && macro.ports === ports;

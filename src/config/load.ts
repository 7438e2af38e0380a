/** Reads and checks configuration files and presets. */
import { readFileSync, readdirSync } from "node:fs";
import { z } from "zod";
import { SystoleError, systemReason } from "../errors.ts";
import { deriveParams } from "./derive.ts";
import type { Params } from "./derive.ts";
import { configSchema } from "./schema.ts";
import type { NormVariant } from "../isa/index.ts";
import type { Config, NormFeature } from "./schema.ts";

const PRESETS = new URL("../../configs/", import.meta.url);

/** Names of the shipped presets, sorted. */
export function presetNames(): string[] {
  return readdirSync(PRESETS)
    .filter((f) => f.endsWith(".json"))
    .map((f) => f.slice(0, -".json".length))
    .sort();
}

/** What zod found, one line a finding: the place, what is wrong, the value. */
function findings(error: z.ZodError, value: unknown): string {
  return error.issues
    .map((issue) => {
      const at = issue.path.reduce<unknown>(
        (v, k) => (typeof v === "object" && v !== null ? (v as Record<PropertyKey, unknown>)[k] : undefined),
        value,
      );
      const where = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
      if (issue.code === "unrecognized_keys") {
        return `${where}unknown key ${issue.keys.map((k) => `"${k}"${suggestion(k, issue.path)}`).join(", ")}`;
      }
      if (at === undefined) return `${where}is missing`;
      return `${where}${requirement(issue)}, not ${JSON.stringify(at)}`;
    })
    .join("; ");
}

const TYPES: Readonly<Record<string, string>> = { int: "an integer", array: "an array", object: "an object" };

/** What a finding asks for: zod's own words only where the schema has set them. */
function requirement(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `must be ${TYPES[issue.expected] ?? `a ${issue.expected}`}`;
  if (issue.code === "too_small") return `must be at least ${issue.minimum}`;
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
  if (issue.code === "invalid_value" && !issue.message.startsWith("must")) {
    return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map((v) => JSON.stringify(v)).join(", ")}`;
  }
  return issue.message;
}

/** Every key that a configuration may have below `path`. */
function keysAt(path: readonly PropertyKey[]): string[] {
  let schema = z.toJSONSchema(configSchema, { io: "input" }) as JsonObject;
  for (const key of path) schema = schema.properties?.[String(key)] ?? {};
  return Object.keys(schema.properties ?? {});
}
interface JsonObject {
  readonly properties?: Readonly<Record<string, JsonObject>>;
}

/** `; did you mean "rows"?` when a key of nearly that name exists. */
function suggestion(key: string, path: readonly PropertyKey[]): string {
  const near = keysAt(path).find((known) => isNear(key.toLowerCase(), known.toLowerCase()));
  return near === undefined ? "" : ` (did you mean "${near}"?)`;
}

/** True when one word is the other's beginning, or they differ by one letter: added, left out, changed or swapped. */
function isNear(a: string, b: string): boolean {
  if (a.length > 2 && b.length > 2 && (a.startsWith(b) || b.startsWith(a))) return true;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  let i = 0;
  while (i < short.length && short[i] === long[i]) i++;
  const swapped = `${short.slice(0, i)}${short[i + 1] ?? ""}${short[i] ?? ""}${short.slice(i + 2)}`;
  return (
    short.slice(i) === long.slice(i + 1) ||
    (a.length === b.length && (short.slice(i + 1) === long.slice(i + 1) || swapped === long))
  );
}

const fail = (location: string, message: string, remedy: string): never => {
  throw new SystoleError({ code: "config-invalid", message, location: { file: location }, remedy });
};

/** Checks a parsed configuration; `location` names it in errors. Throws a SystoleError that lists every finding. */
export function checkConfig(value: unknown, location: string): Config {
  const result = configSchema.safeParse(value);
  if (!result.success) {
    return fail(
      location,
      findings(result.error, value),
      "See docs/configuration.md for every key and its allowed values.",
    );
  }
  const config = result.data;
  const { rows, cols } = config.array;
  const lanes = config.norm.lanes ?? cols;
  if (lanes > cols)
    fail(
      location,
      `norm.lanes: must be at most array.cols (${cols}), not ${lanes}`,
      "Lower norm.lanes or leave it out.",
    );
  for (const [name, variant] of Object.entries(config.norm.variants) as [NormFeature, NormVariant][]) {
    if (variant === "systole" || config.norm.functions.includes(name)) continue;
    fail(
      location,
      `norm.variants.${name}: "${variant}" needs "${name}" among norm.functions (${config.norm.functions.join(", ") || "none"})`,
      `Add "${name}" to norm.functions, or leave norm.variants.${name} out.`,
    );
  }
  const multiple = (key: "scratchpad" | "accumulator", step: number, what: string): void => {
    const { kib } = config[key];
    if (Number.isInteger(kib / step)) return;
    const fitting = step * Math.ceil(kib / step);
    fail(location, `${key}.kib: must be a multiple of ${step} (${what} x banks), not ${kib}`, `Set it to ${fitting}.`);
  };
  multiple("scratchpad", (Math.max(rows, cols) * config.scratchpad.banks) / 1024, "word bytes");
  multiple("accumulator", (4 * cols * config.accumulator.banks) / 1024, "row bytes");
  return config;
}

/** Loads a preset by name or a configuration file by path. */
export function loadConfig(nameOrPath: string): Params {
  const isPreset = presetNames().includes(nameOrPath);
  const path = isPreset ? new URL(`${nameOrPath}.json`, PRESETS) : nameOrPath;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (e) {
    const missing = (e as NodeJS.ErrnoException).code === "ENOENT";
    return fail(
      nameOrPath,
      missing ? "no such preset or file" : `cannot read the configuration: ${systemReason(e)}`,
      `Give a preset (${presetNames().join(", ")}) or the path of a JSON file.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (e) {
    return fail(nameOrPath, `not valid JSON: ${(e as Error).message}`, "Correct the file.");
  }
  return deriveParams(checkConfig(value, nameOrPath));
}

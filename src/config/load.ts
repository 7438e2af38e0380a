/** Reads and checks configuration files and presets. */
import { readFileSync, readdirSync } from "node:fs";
import type { z } from "zod";
import { SystoleError } from "../errors.ts";
import { deriveParams } from "./derive.ts";
import type { Params } from "./derive.ts";
import { configSchema } from "./schema.ts";
import type { Config } from "./schema.ts";

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
      const where = issue.path.length > 0 ? issue.path.join(".") : "(top level)";
      if (issue.code === "unrecognized_keys")
        return `${where}: unknown key ${issue.keys.map((k) => `"${k}"`).join(", ")}`;
      const at = issue.path.reduce<unknown>(
        (v, k) => (typeof v === "object" && v !== null ? (v as Record<PropertyKey, unknown>)[k] : undefined),
        value,
      );
      return `${where}: ${issue.message}${at === undefined ? "" : `, not ${JSON.stringify(at)}`}`;
    })
    .join("; ");
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
      "see docs/configuration.md for every key and its allowed values",
    );
  }
  const config = result.data;
  const { rows, cols } = config.array;
  const lanes = config.norm.lanes ?? cols;
  if (lanes > cols)
    fail(
      location,
      `norm.lanes: must be at most array.cols (${cols}), not ${lanes}`,
      "lower norm.lanes or leave it out",
    );
  const spadStep = (Math.max(rows, cols) * config.scratchpad.banks) / 1024;
  if (!Number.isInteger(config.scratchpad.kib / spadStep)) {
    fail(
      location,
      `scratchpad.kib: must be a multiple of ${spadStep} (word bytes x banks), not ${config.scratchpad.kib}`,
      "round it up",
    );
  }
  const accStep = (4 * cols * config.accumulator.banks) / 1024;
  if (!Number.isInteger(config.accumulator.kib / accStep)) {
    fail(
      location,
      `accumulator.kib: must be a multiple of ${accStep} (row bytes x banks), not ${config.accumulator.kib}`,
      "round it up",
    );
  }
  return config;
}

/** Loads a preset by name or a configuration file by path. */
export function loadConfig(nameOrPath: string): Params {
  const isPreset = presetNames().includes(nameOrPath);
  const path = isPreset ? new URL(`${nameOrPath}.json`, PRESETS) : nameOrPath;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return fail(
      nameOrPath,
      "no such preset or file",
      `presets: ${presetNames().join(", ")}; or give the path of a JSON file`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (e) {
    return fail(nameOrPath, `not valid JSON: ${(e as Error).message}`, "correct the file");
  }
  return deriveParams(checkConfig(value, nameOrPath));
}

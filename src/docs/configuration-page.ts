/** docs/configuration.md: every key of a configuration, from the schema, and the presets. */
import { z } from "zod";
import { configSchema, loadConfig, presetNames } from "../config/index.ts";
import { GENERATED, table } from "./markdown.ts";

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}

function allowed(s: JsonSchema): string {
  if (s.const !== undefined) return JSON.stringify(s.const);
  if (s.enum !== undefined) return s.enum.map((v) => JSON.stringify(v)).join(", ");
  if (s.items !== undefined) return `any of ${allowed(s.items)}`;
  if (s.minimum !== undefined) return `${s.minimum} to ${s.maximum ?? "any"}`;
  return s.pattern === undefined ? (s.type ?? "") : `\`${s.pattern}\``;
}

function rows(s: JsonSchema, path: string): string[][] {
  return Object.entries(s.properties ?? {}).flatMap(([key, child]) => {
    const at = path === "" ? key : `${path}.${key}`;
    if (child.properties !== undefined) return rows(child, at);
    const preset = child.default === undefined ? "" : JSON.stringify(child.default);
    return [[`\`${at}\``, allowed(child), preset, child.description ?? ""]];
  });
}

/** The page's text. */
export function configurationPage(): string {
  const schema = z.toJSONSchema(configSchema, { io: "input" }) as JsonSchema;
  const presets = presetNames().map((name) => {
    const p = loadConfig(name);
    const functions = [...p.features].join(", ");
    return [
      `\`${name}\``,
      `${p.rows}x${p.cols}`,
      `${p.config.scratchpad.kib} KiB`,
      `${p.config.accumulator.kib} KiB`,
      functions === "" ? "none (requantise, ReLU)" : functions,
      `${p.config.dma.bits} bit`,
    ];
  });
  return `${[
    GENERATED,
    "# Configuration",
    "One JSON file describes an accelerator; `systole check <file>` checks it, and everything else is derived from it. Unknown keys are errors.",
    table(["key", "allowed", "default", "meaning"], rows(schema, "")),
    "## Presets",
    table(["preset", "array", "scratchpad", "accumulator", "norm functions", "DMA"], presets),
    "`gemmini-cnn` is the baseline shape that was made for convolutional networks; `transformer`, the default, moves the same total capacity to the accumulator and adds the integer norm functions; `edge` is for small FPGAs; `wide` shows scaling.",
  ].join("\n\n")}\n`;
}

/** Modules after synthesis as files of the cache. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ModuleSynthesis } from "../types.ts";

const FILE = "module.json";

const end = z.strictObject({ kind: z.enum(["input", "output", "register", "memory"]), name: z.string() });
const arc = z.strictObject({ from: end, to: end, levels: z.number(), picoseconds: z.number() });
const schema = z.strictObject({
  module: z.string(),
  cells: z.record(z.string(), z.number()),
  ge: z.number(),
  flipFlops: z.number(),
  timing: z.strictObject({ arcs: z.array(arc) }).optional(),
});

export function store(folder: string, result: ModuleSynthesis): void {
  writeFileSync(join(folder, FILE), JSON.stringify(result));
}

/** What `store` wrote into a folder; undefined when the file was changed or damaged since. */
export function stored(folder: string, module: string): ModuleSynthesis | undefined {
  try {
    const { timing, ...rest } = schema.parse(JSON.parse(readFileSync(join(folder, FILE), "utf8")));
    return rest.module === module ? { ...rest, timing } : undefined;
  } catch {
    return undefined;
  }
}

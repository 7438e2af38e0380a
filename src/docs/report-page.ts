/** docs/report.md and docs/cost-report.md: the machine-readable results, from their schemas. */
import { z } from "zod";
import { reportSchema } from "../report/index.ts";
import { costReportSchema } from "../silicon/report/schema.ts";
import { GENERATED, table } from "./markdown.ts";

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly string[];
}

function typeOf(s: JsonSchema): string {
  if (s.enum !== undefined) return s.enum.map((v) => `"${v}"`).join(", ");
  if (s.anyOf !== undefined) return s.anyOf.map(typeOf).join(" or ");
  if (s.items !== undefined) return `array of ${typeOf(s.items)}`;
  const keys = s.propertyNames?.enum;
  if (keys !== undefined) return `object: ${keys.join(", ")}`;
  return typeof s.type === "string" ? s.type : "any";
}

/** What is inside of a value, and how its path goes on; records have one kind of value under all of their keys. */
function inside(s: JsonSchema): { readonly schema: JsonSchema; readonly path: string } {
  if (s.items !== undefined) return { schema: s.items, path: "[]." };
  if (typeof s.additionalProperties === "object") return { schema: s.additionalProperties, path: ".*." };
  const [only] = (s.anyOf ?? []).filter((one) => one.type !== "null");
  return only === undefined ? { schema: s, path: "." } : inside(only);
}

function rows(s: JsonSchema, path: string): string[][] {
  return Object.entries(s.properties ?? {}).flatMap(([key, child]) => {
    const own = [`\`${path}${key}\``, typeOf(child), child.description ?? ""];
    const inner = inside(child);
    return [own, ...rows(inner.schema, `${path}${key}${inner.path}`)];
  });
}

const READING = `## How cycles are put down to causes

Each engine, in every cycle, is in one state:

- **busy**: a command is in execution and not held up; of several in execution the oldest counts, and the cycle in which it retires is its own.
- **memory**: a command is in execution, held up by AXI, by a memory bank, or by the stream from NORM to STORE.
- **waiting** for an engine: nothing is in execution, and the next command lacks a post of that engine. Of several missing semaphores the one that comes last counts: the others alone would not have let the command start. \`waits\` names the operations at both ends: the n-th wait for a semaphore takes its n-th post.
- **dispatch**: nothing is in execution, and the next command has not reached the engine. Commands are handed over in program order; \`behind\` says for how long one of those before it found its own engine's queue full. Such an engine is ahead of the program, not late. The rest is fetch.
- **idle**: after the engine's last command.

Over all operations busy, memory and waiting are exactly the hardware's counters, and with dispatch and idle they are all cycles.

The array, in every cycle, takes in an activation row, or the cycle is lost to one cause (\`losses\`), put down to the operation whose row is the next to enter. For each operation, and for all together, \`floorCycles\` and the losses add up to \`cycles\`. Before the first row everything is \`start\`, after the last one \`end\`, whatever the engines wait for meanwhile.`;

/** The text of docs/cost-report.md. */
export function costReportPage(): string {
  const schema = z.toJSONSchema(costReportSchema) as JsonSchema;
  return `${[
    GENERATED,
    "# Cost reports as JSON",
    "`systole report <config> --json` prints one object of this shape on standard output; `systole report` takes it back in place of a configuration. [Area, timing and energy](area.md) says how the figures come about.",
    "Equal siblings are one row, and the figures of a row are those of all its instances: `ge` = `ownGe` + the rows and memories directly beneath it. The top module's row is the whole.",
    "## Keys",
    table(["key", "type", "meaning"], rows(schema, "")),
  ].join("\n\n")}\n`;
}

/** The text of docs/report.md. */
export function reportPage(): string {
  const schema = z.toJSONSchema(reportSchema) as JsonSchema;
  return `${[
    GENERATED,
    "# Results as JSON",
    "`systole run --json` and `systole bench --json` print one object of this shape on standard output. All cycles come from the hardware's counters and its trace port.",
    READING,
    "## Keys",
    table(["key", "type", "meaning"], rows(schema, "")),
  ].join("\n\n")}\n`;
}

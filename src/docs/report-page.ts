/** docs/report.md: the machine-readable result, from its schema. */
import { z } from "zod";
import { reportSchema } from "../report/index.ts";
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

/** The page's text. */
export function reportPage(): string {
  const schema = z.toJSONSchema(reportSchema) as JsonSchema;
  return `${[
    GENERATED,
    "# Results as JSON",
    "`systole run --json` and `systole bench --json` print one object of this shape on standard output. All cycles come from the hardware's counters and its trace port.",
    table(["key", "type", "meaning"], rows(schema, "")),
  ].join("\n\n")}\n`;
}

/** Renders the handlebars templates in `templates/`. */
import { readFileSync } from "node:fs";
import Handlebars from "handlebars";

const TEMPLATES = new URL("../../templates/", import.meta.url);
const compiled = new Map<string, Handlebars.TemplateDelegate>();

const engine = Handlebars.create();
engine.registerHelper(
  "hex",
  (value: number, digits: unknown) =>
    `0x${(value >>> 0).toString(16).padStart(typeof digits === "number" ? digits : 1, "0")}`,
);

/**
 * Fills the template `path` (relative to `templates/`) with `values`. A name the template uses and `values` lacks is an
 * error. Values are escaped when the template's name ends in `.html.hbs` or `.svg.hbs`, and put in as they are otherwise.
 */
export function renderTemplate(path: string, values: object): string {
  let template = compiled.get(path);
  if (template === undefined) {
    const text = readFileSync(new URL(path, TEMPLATES), "utf8");
    template = engine.compile(text, { strict: true, noEscape: !/\.(html|svg)\.hbs$/.test(path) });
    compiled.set(path, template);
  }
  return template(values);
}

/** The text of a file in `templates/`, as it is. */
export const templateText = (path: string): string => readFileSync(new URL(path, TEMPLATES), "utf8");

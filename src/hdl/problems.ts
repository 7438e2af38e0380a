import { readFileSync } from "node:fs";
import { SystoleError } from "../errors.ts";
import { formatSite, relativeFile, type Site } from "./location.ts";

/** One mistake in a design: what is wrong, where, what else is involved, and what to do. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly site: Site | undefined;
  readonly notes?: readonly { readonly text: string; readonly site: Site | undefined }[];
  readonly help?: string | undefined;
}

/** All mistakes found in one elaboration; `message` is the text for the user, with the offending source lines. */
export class HdlError extends SystoleError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const first = problems[0];
    const site = first?.site;
    super({
      code: first?.code ?? "hdl",
      message: formatProblems(problems),
      location: site && { file: relativeFile(site.file), line: site.line, column: site.column },
    });
    this.problems = problems;
  }
}

/** So many problems are told in full, and so many of one kind at one place. */
const [told, toldAlike] = [20, 3];

/** Problems as text, every text once; of many, the first ones and how many more there are. */
function formatProblems(problems: readonly Problem[]): string {
  const alike = new Map<string, Set<string>>();
  for (const problem of problems) {
    const kind = `${problem.code} ${problem.site === undefined ? "" : formatSite(problem.site)}`;
    alike.set(kind, (alike.get(kind) ?? new Set()).add(formatProblem(problem)));
  }
  const texts = [...alike.values()].flatMap((group) => {
    const rest = group.size - toldAlike;
    const more = rest > 0 ? [`… and ${rest} more of this kind at this place`] : [];
    return [...[...group].slice(0, toldAlike), ...more];
  });
  const rest = texts.length - told;
  return [...texts.slice(0, told), ...(rest > 0 ? [`… and ${rest} more`] : [])].join("\n\n");
}

/** The problem as text: `file:line:column: message`, the source line with a caret, notes, and help. */
function formatProblem(problem: Problem): string {
  const lines = [problem.site === undefined ? problem.message : `${formatSite(problem.site)}: ${problem.message}`];
  if (problem.site !== undefined) lines.push(...excerpt(problem.site));
  for (const note of problem.notes ?? []) {
    lines.push(`  note: ${note.text}${note.site === undefined ? "" : ` (${formatSite(note.site)})`}`);
  }
  if (problem.help !== undefined) lines.push(`  help: ${problem.help}`);
  return lines.join("\n");
}

function excerpt(site: Site): string[] {
  const line = sourceLines(site.file)[site.line - 1];
  if (line === undefined) return [];
  const gutter = String(site.line);
  return [`  ${gutter} | ${line}`, `  ${" ".repeat(gutter.length)} | ${" ".repeat(site.column - 1)}^`];
}

/** The lines of a source file, empty when it cannot be read. */
export function sourceLines(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}

/** The candidate nearest to `word`, when it is near enough to be a slip of the pen. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.floor(word.length / 3) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let earlier: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(Math.min(substitute, row[j]! + 1, next[j - 1]! + 1, swapped ? earlier[j - 2]! + 1 : Infinity));
    }
    [earlier, row] = [row, next];
  }
  return row[b.length]!;
}

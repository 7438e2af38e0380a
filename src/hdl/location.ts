/** Where a node was written: an absolute file name and 1-based line and column. */
export interface Site {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const here = import.meta.dirname;
const sites = new Map<string, Site>();

/**
 * The innermost call site outside the language itself, or `undefined` when there is none.
 * Raw positions are looked up in a cache first; only a new position pays for source mapping, which is left to
 * whatever the host has installed (Node's `--enable-source-maps` under tsx, vite-node's hook under vitest).
 */
export function callSite(): Site | undefined {
  return search(8) ?? search(64);
}

function search(depth: number): Site | undefined {
  const limit = Error.stackTraceLimit;
  const prepare = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  Error.stackTraceLimit = depth;
  try {
    Error.prepareStackTrace = (_error, frames) => frames;
    const holder: { stack?: NodeJS.CallSite[] } = {};
    Error.captureStackTrace(holder);
    const frames = holder.stack ?? [];
    const index = frames.findIndex((frame) => isForeign(frame.getFileName()));
    const frame = frames[index];
    if (frame === undefined) return undefined;
    const raw = {
      file: plainPath(frame.getFileName() ?? ""),
      line: frame.getLineNumber() ?? 1,
      column: frame.getColumnNumber() ?? 1,
    };
    const key = `${raw.file}:${raw.line}:${raw.column}`;
    let site = sites.get(key);
    if (site === undefined) {
      restore(prepare);
      site = parseFrame(new Error("").stack ?? "", index) ?? raw;
      sites.set(key, site);
    }
    return site;
  } finally {
    Error.stackTraceLimit = limit;
    restore(prepare);
  }
}

/** Where an exception was thrown, when that is in code that uses the language. */
export function topFrame(error: Error): Site | undefined {
  const site = parseFrame(error.stack ?? "", 0);
  return site !== undefined && isForeign(site.file) ? site : undefined;
}

function restore(prepare: PropertyDescriptor | undefined): void {
  if (prepare === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
  else Object.defineProperty(Error, "prepareStackTrace", prepare);
}

/** Code that uses the language: all but the language itself, whose library of modules counts as a user. */
function isForeign(file: string | null | undefined): boolean {
  if (file === null || file === undefined || file.startsWith("node:")) return false;
  const path = plainPath(file);
  return !path.startsWith(`${here}/`) || path.startsWith(`${here}/library/modules/`);
}

function parseFrame(stack: string, index: number): Site | undefined {
  const frames = stack.split("\n").filter((line) => line.startsWith("    at "));
  const match = /\(?([^()\s][^()]*):(\d+):(\d+)\)?$/.exec(frames[index]?.replace(/^ +at /, "") ?? "");
  if (match === null) return undefined;
  const [, where = "", line = "1", column = "1"] = match;
  return { file: plainPath(where.replace(/^.* (?=\/|file:)/, "")), line: Number(line), column: Number(column) };
}

const plainPaths = new Map<string, string>();

/** The path of a file name or URL, without a query. */
function plainPath(file: string): string {
  let path = plainPaths.get(file);
  if (path === undefined) plainPaths.set(file, (path = toPath(file)));
  return path;
}

function toPath(file: string): string {
  const path = file.startsWith("file://") ? decodeURIComponent(new URL(file).pathname) : file;
  return path.replace(/\?.*$/, "");
}

/** `file:line:column`, the file relative to the current directory. */
export function formatSite(site: Site): string {
  return `${relativeFile(site.file)}:${site.line}:${site.column}`;
}

/** A file name relative to the current directory when it lies inside it. */
export function relativeFile(file: string): string {
  const root = `${process.cwd()}/`;
  return file.startsWith(root) ? file.slice(root.length) : file;
}

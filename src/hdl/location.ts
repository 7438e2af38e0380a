import { findSourceMap, type SourceMap } from "node:module";

/** Where a node was written: an absolute file name and 1-based line and column. */
export interface Site {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const here = import.meta.dirname;

/** A file of code as it runs: a module of its own, or a bundle of many. */
interface Script {
  /** Whether all of it is code that uses the language; `undefined` for a bundle, whose map tells line by line. */
  readonly isForeign: boolean | undefined;
  readonly map: SourceMap | undefined;
  /** What is known of its positions. */
  readonly places: Map<number, Place>;
}

interface Place {
  readonly site: Site;
  readonly isForeign: boolean;
}

const scripts = new Map<string, Script>();
const sites = new Map<string, Site>();

/**
 * The innermost call site outside the language itself, or `undefined` when there is none. A position is mapped to the
 * source once: through the source map that Node holds of the script, or by whatever else the host has installed.
 */
export function callSite(): Site | undefined {
  // Few calls lie deeper than twelve frames inside the language; each frame more costs.
  return search(12) ?? search(64);
}

function search(depth: number): Site | undefined {
  const { stackTraceLimit } = Error;
  const prepareStackTrace: unknown = Reflect.get(Error, "prepareStackTrace");
  Error.stackTraceLimit = depth;
  try {
    Error.prepareStackTrace = keepFrames;
    const holder: { stack?: NodeJS.CallSite[] } = {};
    Error.captureStackTrace(holder, search);
    const frames = holder.stack ?? [];
    Reflect.set(Error, "prepareStackTrace", prepareStackTrace);
    for (let index = 0; index < frames.length; index++) {
      const frame = frames[index]!;
      const file = frame.getFileName();
      if (typeof file !== "string" || file.startsWith("node:")) continue;
      const script = scriptOf(file);
      if (script.isForeign === false) continue;
      const place = placeOf(script, file, frame, index);
      if (place.isForeign) return place.site;
    }
    return undefined;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Reflect.set(Error, "prepareStackTrace", prepareStackTrace);
  }
}

function keepFrames(_error: Error, frames: NodeJS.CallSite[]): NodeJS.CallSite[] {
  return frames;
}

function scriptOf(file: string): Script {
  let script = scripts.get(file);
  if (script === undefined) {
    const map = findSourceMap(file);
    const isBundle = map !== undefined && map.payload.sources.length > 1;
    script = { isForeign: isBundle ? undefined : isForeign(file), map, places: new Map() };
    scripts.set(file, script);
  }
  return script;
}

function placeOf(script: Script, file: string, frame: NodeJS.CallSite, index: number): Place {
  const [line, column] = [frame.getLineNumber() ?? 1, frame.getColumnNumber() ?? 1];
  const key = line * 65_536 + column;
  let place = script.places.get(key);
  if (place === undefined) {
    // The frames of this function and of its caller come on top.
    Error.stackTraceLimit = index + 3;
    const found = mapped(script.map, line, column) ?? parseFrame(new Error("").stack ?? "", index + 2);
    const site = shared(found ?? { file: plainPath(file), line, column });
    place = { site, isForeign: script.isForeign ?? isForeign(site.file) };
    script.places.set(key, place);
  }
  return place;
}

function mapped(map: SourceMap | undefined, line: number, column: number): Site | undefined {
  const entry = map?.findEntry(line - 1, column - 1);
  if (entry === undefined || !("originalSource" in entry)) return undefined;
  const { originalSource, originalLine, originalColumn } = entry;
  return { file: plainPath(originalSource), line: originalLine + 1, column: originalColumn + 1 };
}

/** The same object for the same place. */
function shared(site: Site): Site {
  const key = `${site.file}:${site.line}:${site.column}`;
  const known = sites.get(key);
  if (known === undefined) sites.set(key, site);
  return known ?? site;
}

/** Where an exception was thrown, when that is in code that uses the language. */
export function topFrame(error: Error): Site | undefined {
  const site = parseFrame(error.stack ?? "", 0);
  return site !== undefined && isForeign(site.file) ? site : undefined;
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

import { findSourceMap } from "node:module";
import { BundleMap } from "./source-map.ts";

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
  readonly find: ((line: number, column: number) => Site | undefined) | undefined;
  /** What is known of its positions. */
  readonly places: Map<number, Place>;
}

interface Place {
  readonly site: Site;
  readonly isForeign: boolean;
}

type Caller = (...args: never[]) => unknown;

const scripts = new Map<string, Script>();
const sites = new Map<string, Site>();

/** So many frames are looked at, then more until one is the user's: every frame asked for costs as much as looking at it. */
const DEPTHS = [5, 14, 64];

/**
 * The innermost call site outside the language itself, or `undefined` when there is none. `above` is the function of the
 * language over whose call the search starts. A position is mapped to the source once: through the source map of a
 * bundle, that which Node holds of the script, or by whatever else the host has installed.
 */
export function callSite(above: Caller = callSite): Site | undefined {
  if (held !== undefined) return held;
  for (const depth of DEPTHS) {
    const found = search(depth, above);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The site of every call within {@link atOneSite}. */
let held: Site | undefined;

/** Runs what a single call of the user's sets going: the call site is looked for once. No code of the user's may run in it. */
export function atOneSite<T>(run: () => T): T {
  const outer = held;
  held = callSite(atOneSite);
  try {
    return run();
  } finally {
    held = outer;
  }
}

function search(depth: number, above: Caller): Site | undefined {
  const { stackTraceLimit } = Error;
  const prepareStackTrace: unknown = Reflect.get(Error, "prepareStackTrace");
  Error.stackTraceLimit = depth;
  try {
    Error.prepareStackTrace = keepFrames;
    const holder: { stack?: NodeJS.CallSite[] } = {};
    Error.captureStackTrace(holder, above);
    const frames = holder.stack ?? [];
    Reflect.set(Error, "prepareStackTrace", prepareStackTrace);
    for (let index = 0; index < frames.length; index++) {
      const frame = frames[index]!;
      const file = frame.getFileName();
      if (typeof file !== "string" || file.startsWith("node:")) continue;
      const script = scriptOf(file);
      if (script.isForeign === false) continue;
      const position = frame.getPosition();
      let place = script.places.get(position);
      if (place === undefined) script.places.set(position, (place = placeOf(script, file, frame, index, above)));
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
    const bundle = BundleMap.of(plainPath(file));
    const find = bundle === undefined ? nodeMap(file) : (line: number, column: number) => bundle.find(line, column);
    script = { isForeign: bundle === undefined ? isForeign(file) : undefined, find, places: new Map() };
    scripts.set(file, script);
  }
  return script;
}

/** What Node's own map says, of a script that it has one of. */
function nodeMap(file: string): Script["find"] {
  const map = findSourceMap(file);
  return map === undefined
    ? undefined
    : (line, column) => {
        const entry = map.findEntry(line - 1, column - 1);
        if (!("originalSource" in entry)) return undefined;
        const { originalSource, originalLine, originalColumn } = entry;
        return { file: plainPath(originalSource), line: originalLine + 1, column: originalColumn + 1 };
      };
}

function placeOf(script: Script, file: string, frame: NodeJS.CallSite, index: number, above: Caller): Place {
  const [line, column] = [frame.getLineNumber() ?? 1, frame.getColumnNumber() ?? 1];
  const found = script.find?.(line, column) ?? printed(index, above);
  const site = shared(found ?? { file: plainPath(file), line, column });
  return { site, isForeign: script.isForeign ?? isForeign(site.file) };
}

/** Where a frame is as the host prints it. */
function printed(index: number, above: Caller): Site | undefined {
  Error.stackTraceLimit = index + 1;
  const error = new Error("");
  Error.captureStackTrace(error, above);
  return parseFrame(error.stack ?? "", index);
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

/** Writes results so that an interrupted or failed run leaves nothing half-written behind. */
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { SystoleError, systemError, systemReason } from "../errors.ts";

export interface TextFile {
  /** Path relative to the directory written. */
  readonly name: string;
  readonly text: string;
}

function unwritable(path: string, cause: unknown): SystoleError {
  // Missing directories are made, so this one is a file system that takes none.
  const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
  return new SystoleError({
    code: "output-unwritable",
    message: `cannot write: ${missing ? "the directory cannot be made" : systemReason(cause)}`,
    location: { file: path },
    remedy: "Choose a place that you may write to.",
    cause,
  });
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Makes `dir` and the directories above it that are missing; returns the topmost one made. Not mkdirSync's own
 * `recursive`, which never returns where a file system refuses new directories with ENOENT, as /proc does.
 */
function makeDirectory(dir: string): string | undefined {
  if (isDirectory(dir)) return undefined;
  if (lstatSync(dir, { throwIfNoEntry: false })?.isFile() === true) throw systemError("ENOTDIR");
  const above = dirname(dir);
  const topmost = above === dir ? undefined : makeDirectory(above);
  try {
    mkdirSync(dir);
  } catch (e) {
    // Somebody else was faster; whatever else stands in the way is the caller's to report.
    if (!isDirectory(dir)) throw e;
  }
  return topmost ?? dir;
}

/** Throws `output-unwritable` unless a file can be written at `path`; leaves nothing behind. For results of long work. */
export function requireWritable(path: string): void {
  const target = resolve(path);
  const probe = join(dirname(target), `.${basename(target)}-${process.pid}`);
  let made: string | undefined;
  try {
    made = makeDirectory(dirname(target));
    if (isDirectory(target)) throw systemError("EISDIR");
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (e) {
    throw unwritable(path, e);
  } finally {
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
  }
}

/** Replaces the directory `dir` by one that holds exactly `files`, in one step: other readers see the old or the new one. */
export function writeDirectory(dir: string, files: readonly TextFile[]): void {
  const target = resolve(dir);
  let staging: string | undefined;
  try {
    makeDirectory(dirname(target));
    staging = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
    const fresh = join(staging, "new");
    for (const file of files) {
      const path = join(fresh, file.name);
      makeDirectory(dirname(path));
      writeFileSync(path, file.text);
    }
    try {
      renameSync(target, join(staging, "old"));
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== "ENOENT") throw e;
    }
    renameSync(fresh, target);
  } catch (e) {
    throw unwritable(dir, e);
  } finally {
    if (staging !== undefined) rmSync(staging, { recursive: true, force: true });
  }
}

/** Writes one file under a temporary name and renames it into place. Makes the directory when it is missing. */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  const target = resolve(path);
  const staging = join(dirname(target), `.${basename(target)}-${process.pid}`);
  try {
    makeDirectory(dirname(target));
    writeFileSync(staging, data);
    renameSync(staging, target);
  } catch (e) {
    if (isDirectory(dirname(target))) rmSync(staging, { force: true });
    throw unwritable(path, e);
  }
}

/** A file written piece by piece under a temporary name. */
export interface FileInProgress {
  readonly write: (data: Uint8Array) => void;
  /** Renames it into place, over what was there. */
  readonly finish: () => void;
  /** Removes what was written. */
  readonly abandon: () => void;
}

/** Begins a file that appears at `path` when it is finished. Makes the directory when it is missing. */
export function beginFile(path: string): FileInProgress {
  const target = resolve(path);
  const staging = join(dirname(target), `.${basename(target)}-${process.pid}`);
  const guarded = <T>(action: () => T): T => {
    try {
      return action();
    } catch (e) {
      if (isDirectory(dirname(target))) rmSync(staging, { force: true });
      throw unwritable(path, e);
    }
  };
  const descriptor = guarded(() => {
    makeDirectory(dirname(target));
    return openSync(staging, "w");
  });
  return {
    write: (data) => {
      guarded(() => {
        for (let done = 0; done < data.length;) done += writeSync(descriptor, data, done);
      });
    },
    finish: () => {
      closeSync(descriptor);
      guarded(() => {
        renameSync(staging, target);
      });
    },
    abandon: () => {
      closeSync(descriptor);
      rmSync(staging, { force: true });
    },
  };
}

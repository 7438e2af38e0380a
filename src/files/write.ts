/** Writes results so that an interrupted or failed run leaves nothing half-written behind. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { SystoleError } from "../errors.ts";

export interface TextFile {
  /** Path relative to the directory written. */
  readonly name: string;
  readonly text: string;
}

function unwritable(path: string, cause: unknown): SystoleError {
  return new SystoleError({
    code: "output-unwritable",
    message: `cannot write: ${(cause as Error).message}`,
    location: { file: path },
    remedy: "choose a directory that exists and that you may write to",
    cause,
  });
}

/** Replaces the directory `dir` by one that holds exactly `files`, in one step: other readers see the old or the new one. */
export function writeDirectory(dir: string, files: readonly TextFile[]): void {
  const target = resolve(dir);
  let staging: string | undefined;
  try {
    mkdirSync(dirname(target), { recursive: true });
    staging = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
    const fresh = join(staging, "new");
    for (const file of files) {
      const path = join(fresh, file.name);
      mkdirSync(dirname(path), { recursive: true });
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
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(staging, data);
    renameSync(staging, target);
  } catch (e) {
    rmSync(staging, { force: true });
    throw unwritable(path, e);
  }
}

/**
 * A folder of finished builds, each under the hash of all that went into it.
 *
 *     <cache>/<kind>/<key>/…            a finished build: appears whole, by one rename
 *     <cache>/<kind>/<key>.lock         held by the process that builds it; refreshed while it lives
 *     <cache>/<kind>/<key>.tmp-<id>/    a build under way, or what an interrupted one left
 */
import { createHash, randomUUID } from "node:crypto";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Written last into a finished build; its sizes tell a damaged entry from a good one. */
const MANIFEST = "manifest.json";
const REFRESH_MS = 2_000;
/** A lock that was not refreshed for so long belongs to a process that no longer runs or is stopped. */
const STALE_MS = 30_000;
const POLL_MS = 50;
/** What interrupted builds left is removed after this time. */
const LITTER_MS = 3_600_000;
/** The newest builds of a kind are kept up to this size. */
const KEPT_BYTES = 2 ** 31;

/** Folder of everything kept: `SYSTOLE_CACHE`, else `.cache` in the package's root. */
export function defaultCacheFolder(): string {
  const chosen = process.env["SYSTOLE_CACHE"];
  if (chosen !== undefined && chosen !== "") return resolve(chosen);
  return fileURLToPath(new URL("../../.cache", import.meta.url));
}

export interface CacheOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once when another process is found building the same entry. */
  readonly onWait?: () => void;
}

export interface CacheEntry {
  readonly folder: string;
  /** False when this call built it. */
  readonly hit: boolean;
}

/** Hash of an ordered list of texts, as the key of an entry. */
export function contentKey(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex").slice(0, 32);
}

/**
 * The folder of `key`, built by `build` (which fills the empty folder it is given) when it is not there. Of several
 * processes that ask at once one builds, and the others wait for it. A build that fails or is cut short leaves no entry.
 */
export async function cached(
  root: string,
  key: string,
  build: (folder: string) => Promise<void>,
  options: CacheOptions = {},
): Promise<CacheEntry> {
  const folder = join(root, key);
  if (isWhole(folder)) return { folder, hit: true };
  mkdirSync(root, { recursive: true });
  const lock = await acquire(`${folder}.lock`, () => isWhole(folder), options);
  if (lock === undefined) return { folder, hit: true };
  const temporary = `${folder}.tmp-${process.pid}-${randomUUID()}`;
  try {
    if (isWhole(folder)) return { folder, hit: true };
    removeLitter(root);
    mkdirSync(temporary);
    await build(temporary);
    writeManifest(temporary);
    // An entry that is there but not whole was damaged from outside.
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
    dropOldest(root, key);
    return { folder, hit: false };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    lock.release();
  }
}

function isWhole(folder: string): boolean {
  try {
    const sizes = JSON.parse(readFileSync(join(folder, MANIFEST), "utf8")) as Record<string, number>;
    const whole = Object.entries(sizes).every(([name, size]) => statSync(join(folder, name)).size === size);
    // The time of last use, for dropOldest.
    if (whole) utimesSync(folder, new Date(), new Date());
    return whole;
  } catch {
    return false;
  }
}

function writeManifest(folder: string): void {
  const sizes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).size] as const);
  writeFileSync(join(folder, MANIFEST), JSON.stringify(Object.fromEntries(sizes)));
}

interface Lock {
  release(): void;
}

/** The lock file, or undefined when `done` came true while waiting for its holder. */
async function acquire(file: string, done: () => boolean, options: CacheOptions): Promise<Lock | undefined> {
  const owner = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  let told = false;
  for (;;) {
    if (createLock(file, owner)) return heldLock(file, owner);
    if (!told) options.onWait?.();
    told = true;
    breakStale(file);
    await sleep(POLL_MS, undefined, options.signal === undefined ? {} : { signal: options.signal });
    if (done()) return undefined;
  }
}

function createLock(file: string, owner: string): boolean {
  try {
    writeFileSync(file, owner, { flag: "wx" });
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

function heldLock(file: string, owner: string): Lock {
  const timer = setInterval(() => {
    if (readLock(file) === owner) utimesSync(file, new Date(), new Date());
  }, REFRESH_MS);
  timer.unref();
  return {
    release: () => {
      clearInterval(timer);
      if (readLock(file) === owner) rmSync(file, { force: true });
    },
  };
}

function readLock(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Removes the lock of a process that is gone. At worst, under a race, two processes build the same entry: harmless. */
function breakStale(file: string): void {
  const text = readLock(file);
  const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (text === undefined || (age < STALE_MS && !isOrphan(text))) return;
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    // Another process may have taken the lock between the look and the rename: give it back.
    if (readLock(aside) !== text) linkSync(aside, file);
    unlinkSync(aside);
  } catch {
    // Somebody else was faster.
  }
}

/** True when the lock names a process of this host that no longer runs. An empty lock is one that is being written. */
function isOrphan(text: string): boolean {
  const match = /"pid":(\d+),"host":"([^"]*)"/.exec(text);
  if (match === null || match[2] !== hostname()) return false;
  try {
    process.kill(Number(match[1]), 0);
    return false;
  } catch (error) {
    return isCode(error, "ESRCH");
  }
}

function removeLitter(root: string): void {
  for (const name of readdirSync(root)) {
    const pid = /\.tmp-(\d+)-/.exec(name)?.[1];
    if (pid === undefined) continue;
    const path = join(root, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > LITTER_MS || isOrphan(JSON.stringify({ pid: Number(pid), host: hostname() }))) {
      // A compiler of the dead process may still be writing there.
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  }
}

/** Drops entries that were unused longest until the rest fits. `spared` stays. */
function dropOldest(root: string, spared: string): void {
  const entries = readdirSync(root)
    .filter((name) => /^[0-9a-f]{32}$/.test(name) && name !== spared)
    .map((name) => {
      const path = join(root, name);
      return { path, used: statSync(path).mtimeMs, bytes: folderBytes(path) };
    })
    .sort((a, b) => b.used - a.used);
  let kept = 0;
  for (const { path, bytes } of entries) {
    kept += bytes;
    if (kept > KEPT_BYTES) rmSync(path, { recursive: true, force: true });
  }
}

function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

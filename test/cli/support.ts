/** The command line as a user has it: a process of its own, with what it printed and how it ended. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../scripts/systole.mjs", import.meta.url));
const MODEL = fileURLToPath(new URL("../../models/code-language", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Wall time from the signal sent to the end; 0 without one. */
  readonly afterSignalMilliseconds: number;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sends SIGINT once standard error contains this text. */
  readonly interruptAt?: string;
  /** Closes our end of standard output at the first byte, as `head` does. */
  readonly closeStdout?: boolean;
}

/** Runs `systole` with `args` to its end. */
export function systole(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [SCRIPT, ...args], {
    cwd: options.cwd,
    // Test runners and build servers have their say on colours; users do not.
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, CI: undefined, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  let signalled: number | undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    if (options.closeStdout === true) child.stdout.destroy();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    if (options.interruptAt === undefined || signalled !== undefined || !stderr.includes(options.interruptAt)) return;
    signalled = performance.now();
    child.kill("SIGINT");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const after = signalled === undefined ? 0 : performance.now() - signalled;
      resolve({ code, signal, stdout, stderr, afterSignalMilliseconds: after });
    });
  });
}

const workspaces: string[] = [];
afterAll(() => {
  for (const directory of workspaces) rmSync(directory, { recursive: true, force: true });
});

/** A directory of the test's own, removed at the end of the file. */
export function workspace(): string {
  const directory = mkdtempSync(join(tmpdir(), "systole-cli-"));
  workspaces.push(directory);
  return directory;
}

/** Every file below a directory, by its relative path. */
export const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();

/** Writes a JSON file and returns its path. */
export function jsonFile(directory: string, name: string, value: unknown): string {
  const path = join(directory, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

/** A small accelerator: its simulation builds in seconds. */
export const TINY = {
  name: "tiny",
  array: { rows: 4, cols: 4 },
  scratchpad: { kib: 16 },
  accumulator: { kib: 16 },
  dma: { bits: 64 },
} as const;

/** The shipped model under `directory`/model, with `change` made to the bytes of one of its files. */
export function changedModel(directory: string, file: string, change: (bytes: Buffer) => string | Uint8Array): string {
  const model = join(directory, "model");
  cpSync(MODEL, model, { recursive: true, filter: (path) => !path.endsWith(file) && !path.endsWith(".safetensors") });
  if (file !== "model.safetensors") symlinkSync(join(MODEL, "model.safetensors"), join(model, "model.safetensors"));
  writeFileSync(join(model, file), change(readFileSync(join(MODEL, file))));
  return model;
}

/** One entry of a safetensors header. */
export interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** A change of the header of a safetensors file; the data stay as they are. */
export const changedHeader =
  (change: (header: Record<string, HeaderEntry>) => void) =>
  (bytes: Buffer): Uint8Array => {
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Record<string, HeaderEntry>;
    change(header);
    const text = Buffer.from(JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([size, text, bytes.subarray(8 + length)]);
  };

/** What a command printed without its lines of progress. */
export const withoutProgress = (stderr: string): string =>
  stderr.replace(/^(?:preparing|calibrating|compiling|building|running) .*\n/gm, "");

/** Expects a user's mistake to have been met with exactly `message`, exit code 2, and nothing else. */
export function expectMistake(ended: Ended, message: string): void {
  expect(withoutProgress(ended.stderr)).toBe(`error: ${message}\n`);
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: "" });
}

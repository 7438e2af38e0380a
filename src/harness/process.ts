/** Child processes whose output is kept: the one place from which the harness starts external tools. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** What a finished tool left behind. `status` is null when a signal ended it. */
export interface ToolResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ToolOptions {
  readonly cwd?: string;
  /** Ends the tool (SIGKILL) when it fires; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Full path of a program on the PATH, or undefined. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** Tools still running; a compiler must not outlive the process that asked for it. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Runs a tool to its end with empty standard input. Rejects only when it cannot be started or is aborted. */
export function runTool(program: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const { cwd, signal } = options;
    if (signal?.aborted === true) {
      reject(abortReason(signal));
      return;
    }
    const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const kill = () => child.kill("SIGKILL");
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    signal?.addEventListener("abort", kill, { once: true });
    running.add(child);
    const release = () => {
      signal?.removeEventListener("abort", kill);
      running.delete(child);
    };
    child.on("error", (error) => {
      release();
      reject(error);
    });
    child.on("close", (status) => {
      release();
      if (signal?.aborted === true) reject(abortReason(signal));
      else resolve({ status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
  });
}

/** Runs a quick tool (a version query) synchronously. */
export function runToolSync(program: string, args: readonly string[]): ToolResult {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("aborted");
}

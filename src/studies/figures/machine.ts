/** Where and with what a measurement was taken. */
import { spawnSync } from "node:child_process";
import { availableParallelism, cpus, platform, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import manifest from "../../../package.json" with { type: "json" };
import { toolVersions } from "../../harness/index.ts";
import type { FiguresResult } from "./result.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

function git(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, { cwd: ROOT, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

/** The repository's commit, and whether files differ from it. */
export function currentCommit(): string {
  const commit = git("rev-parse", "--short=12", "HEAD");
  if (commit === undefined) return "unknown";
  return git("status", "--porcelain", "--untracked-files=no") === "" ? commit : `${commit} + changes`;
}

/** Machine, commit and versions. Errors: those of the harness when a tool is absent. */
export function circumstances(): Pick<FiguresResult, "commit" | "machine" | "versions"> {
  return {
    commit: currentCommit(),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: availableParallelism(),
      memoryGib: Math.round(totalmem() / 2 ** 30),
      system: `${platform()} ${release()}`,
    },
    versions: { systole: manifest.version, node: process.version, ...toolVersions() },
  };
}

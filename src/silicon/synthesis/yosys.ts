/** Runs Yosys: the WebAssembly build of the npm package, or a program of the user's. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { SystoleError, systemReason } from "../../errors.ts";

/** `undefined` is the WebAssembly build; else the path or name of a native program. */
export type YosysProgram = string | undefined;

export interface YosysJob {
  readonly script: string;
  readonly files: Readonly<Record<string, string>>;
  /** The file that the script writes and the caller wants; none for what the script prints. */
  readonly result?: string;
}

const NAME = "@yowasp/yosys";

/** What Yosys this is, for cache keys and reports: `@yowasp/yosys 0.55.944`. Errors: `yosys-missing`, `yosys-too-old`. */
export async function yosysVersion(program: YosysProgram): Promise<string> {
  if (program === undefined) {
    const bundle = createRequire(import.meta.url).resolve(NAME);
    const manifest = readFileSync(join(dirname(dirname(bundle)), "package.json"), "utf8");
    return `${NAME} ${(JSON.parse(manifest) as { version: string }).version}`;
  }
  const run = promisify(execFile);
  let version: string;
  let help: string;
  try {
    version = (await run(program, ["-V"])).stdout.trim();
    help = (await run(program, ["-Q", "-T", "-p", "help synth"])).stdout;
  } catch (cause) {
    throw new SystoleError({
      code: "yosys-missing",
      message: `--yosys ${program}: cannot be run: ${systemReason(cause)}`,
      remedy: "Give the path of a Yosys program, or leave the option out to use the one within.",
      cause,
    });
  }
  if (help.includes("-booth")) return version;
  throw new SystoleError({
    code: "yosys-too-old",
    message: `--yosys ${program}: ${version} has no synth -booth`,
    remedy: "Give a newer one, or leave the option out to use the one within.",
  });
}

/** Runs one script. Resolves to the text of the result; rejects with the last lines that Yosys printed. */
export const runYosysJob = (job: YosysJob, program: YosysProgram, signal: AbortSignal): Promise<string> =>
  program === undefined ? runWebAssembly(job) : runNative(job, program, signal);

async function runWebAssembly({ script, files, result }: YosysJob): Promise<string> {
  const { runYosys } = await import("@yowasp/yosys");
  // A large result is printed: in the file system of the WebAssembly build each write copies the whole file.
  const printed: Uint8Array[] = [];
  const complaints: Uint8Array[] = [];
  const into =
    (list: Uint8Array[]) =>
    (bytes: Uint8Array | null): void => {
      // The buffer is used again.
      if (bytes !== null) list.push(bytes.slice());
    };
  try {
    const tree = await runYosys(
      ["-Q", "-T", "-q", "-s", "script.ys"],
      { ...files, "script.ys": script },
      {
        stdout: into(printed),
        stderr: into(complaints),
      },
    );
    if (result === undefined) return Buffer.concat(printed).toString();
    const text = tree?.[result];
    if (typeof text === "string") return text;
    if (text instanceof Uint8Array) return new TextDecoder().decode(text);
  } catch (cause) {
    const said = Buffer.concat([...printed, ...complaints]).toString();
    throw new Error(lastLines(said) || String(cause), { cause });
  }
  throw new Error(`no ${result} was written`);
}

async function runNative({ script, files, result }: YosysJob, program: string, signal: AbortSignal): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "systole-yosys-"));
  try {
    for (const [name, text] of Object.entries({ ...files, "script.ys": script })) {
      await writeFile(join(folder, name), text);
    }
    const printed = await new Promise<string>((resolve, reject) => {
      const options = { cwd: folder, signal, maxBuffer: 2 ** 29, killSignal: "SIGKILL" } as const;
      execFile(program, ["-Q", "-T", "-q", "-s", "script.ys"], options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(lastLines(`${stdout}${stderr}`) || error.message, { cause: error }));
      });
    });
    return result === undefined ? printed : await readFile(join(folder, result), "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Yosys says what is wrong at the end. */
const lastLines = (text: string): string => text.trim().split("\n").slice(-3).join(" ").slice(-600);

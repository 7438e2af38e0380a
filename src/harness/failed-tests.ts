/** The testbenches of the test that runs, so that a failure leaves their waves behind. Imports nothing: every test loads it. */

/** A testbench whose run can be repeated with waves. */
export interface Repeatable {
  readonly design: string;
  /** Repeats the run and records its last cycles as VCD; `false` when it cannot be repeated. */
  readonly writeWaves: (file: string) => boolean | Promise<boolean>;
}

let opened: Repeatable[] | undefined;

/** Whether a test is under way whose testbenches are remembered. */
export function isTestRunning(): boolean {
  return opened !== undefined;
}

/** A test begins: testbenches are remembered from here on. */
export function beginTest(): void {
  opened = [];
}

/** A testbench of the test. */
export function rememberBench(bench: Repeatable): void {
  opened?.push(bench);
}

/** The test has ended; if it failed, the last cycles of its testbenches become `<folder>/<name>.vcd`. Gives the files. */
export async function endTest(name: string, failed: boolean, folder = "out/waves"): Promise<string[]> {
  const benches = opened ?? [];
  opened = undefined;
  const files: string[] = [];
  if (!failed) return files;
  const base = name.replace(/[^\w.-]+/g, "_").slice(0, 120);
  for (const [index, bench] of benches.entries()) {
    const file = `${folder}/${base}${benches.length === 1 ? "" : `_${index}_${bench.design}`}.vcd`;
    if (await bench.writeWaves(file)) files.push(file);
  }
  return files;
}

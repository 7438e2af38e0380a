import { formatFailure, type Simulator } from "../hdl/simulate/index.ts";
import { WaveRecorder, type WaveWindow } from "../waves/index.ts";

/** What an engine of this process keeps of a run: its waves, the assertions that failed, and whether one of them ended it. */
export class RunRecord {
  readonly #simulator: Simulator;
  #recorder: WaveRecorder | undefined;
  #log = "";
  #stopped = false;

  constructor(simulator: Simulator) {
    this.#simulator = simulator;
  }

  /** Whether an assertion failed. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Whether waves are open. */
  get isRecording(): boolean {
    return this.#recorder !== undefined;
  }

  openWave(window: WaveWindow): void {
    this.#recorder = new WaveRecorder(this.#simulator.inspect(), window);
  }

  closeWave(): void {
    this.#recorder?.close();
    this.#recorder = undefined;
  }

  /** Runs one clock cycle by `run`, with its waves when they are wanted; gives what `run` gives. */
  cycle<T>(run: () => T): T {
    const { cycle } = this.#simulator;
    const recorder = this.#recorder;
    if (recorder?.records(cycle) !== true) return run();
    this.#simulator.settle();
    recorder.before(cycle);
    const result = run();
    this.#simulator.settle();
    recorder.after(cycle);
    return result;
  }

  /** Writes down the assertions that have failed since the last time. */
  noteFailures(): void {
    const failures = this.#simulator.takeFailures();
    if (failures.length === 0) return;
    this.#stopped = true;
    this.#log += failures.map((failure) => `${formatFailure(failure)}\n`).join("");
  }

  /** What was written since the last time. */
  takeLog(): string {
    const log = this.#log;
    this.#log = "";
    return log;
  }
}

/** The engine over the evaluator: slow, and right by construction. */
import type { Design } from "../hdl/index.ts";
import { Evaluator, formatFailure, type Inspection } from "../hdl/simulate/index.ts";
import { WaveRecorder, type WaveWindow } from "../waves/index.ts";
import type { PortEngine, StopReason } from "./engine.ts";
import type { MailboxLayout } from "./mailbox.ts";
import type { Violation } from "./memory-model.ts";

/** A design walked statement by statement. Registers without reset and memories without contents start at 0. */
export class EvaluatorEngine implements PortEngine {
  readonly simulator = "evaluator";
  readonly layout: MailboxLayout;
  readonly now: Uint32Array;
  readonly sampled: Uint32Array;
  readonly #evaluator: Evaluator;
  #stopped = false;
  #log = "";
  #recorder: WaveRecorder | undefined;

  /** Throws HdlError for external modules. */
  constructor(design: Design) {
    this.#evaluator = new Evaluator(design);
    this.layout = this.#evaluator.layout;
    this.now = this.#evaluator.now;
    this.sampled = this.#evaluator.sampled;
  }

  get cycle(): number {
    return this.#evaluator.cycle;
  }

  settle(): StopReason {
    this.#evaluator.settle();
    return this.#stopped ? "stopped" : "done";
  }

  step(cycles: number): StopReason {
    for (let i = 0; i < cycles && !this.#stopped; i++) {
      const { cycle } = this.#evaluator;
      if (this.#recorder !== undefined) this.#evaluator.settle();
      this.#recorder?.before(cycle);
      this.#evaluator.step(1);
      this.#recorder?.after(cycle);
      const failures = this.#evaluator.takeFailures();
      this.#stopped = failures.length > 0;
      this.#log += failures.map((failure) => `${formatFailure(failure)}\n`).join("");
    }
    return this.#stopped ? "stopped" : "done";
  }

  inspect(): Inspection {
    return this.#evaluator.inspect();
  }

  openWave(window: WaveWindow): void {
    this.#recorder = new WaveRecorder(this.inspect(), window);
  }

  closeWave(): void {
    this.#recorder?.close();
    this.#recorder = undefined;
  }

  takeViolations(): Violation[] {
    return [];
  }

  takeLog(): string {
    const log = this.#log;
    this.#log = "";
    return log;
  }

  close(): void {
    this.closeWave();
  }
}

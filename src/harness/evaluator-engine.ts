/** The engine over the evaluator: slow, and right by construction. */
import type { Design } from "../hdl/index.ts";
import { Evaluator, type Inspection } from "../hdl/simulate/index.ts";
import type { WaveWindow } from "../waves/index.ts";
import type { PortEngine, StopReason } from "./engine.ts";
import type { MailboxLayout } from "./mailbox.ts";
import type { Violation } from "./memory-model.ts";
import { RunRecord } from "./run-record.ts";

/** A design walked statement by statement. Registers without reset and memories without contents start at 0. */
export class EvaluatorEngine implements PortEngine {
  readonly simulator = "evaluator";
  readonly layout: MailboxLayout;
  readonly now: Uint32Array;
  readonly sampled: Uint32Array;
  readonly #evaluator: Evaluator;
  readonly #record: RunRecord;

  /** Throws HdlError for external modules. */
  constructor(design: Design) {
    this.#evaluator = new Evaluator(design);
    this.#record = new RunRecord(this.#evaluator);
    this.layout = this.#evaluator.layout;
    this.now = this.#evaluator.now;
    this.sampled = this.#evaluator.sampled;
  }

  get cycle(): number {
    return this.#evaluator.cycle;
  }

  settle(): StopReason {
    this.#evaluator.settle();
    return this.#outcome();
  }

  step(cycles: number): StopReason {
    for (let i = 0; i < cycles && !this.#record.stopped; i++) {
      this.#record.cycle(() => this.#evaluator.step(1));
      this.#record.noteFailures();
    }
    return this.#outcome();
  }

  inspect(): Inspection {
    return this.#evaluator.inspect();
  }

  openWave(window: WaveWindow): void {
    this.#record.openWave(window);
  }

  closeWave(): void {
    this.#record.closeWave();
  }

  takeViolations(): Violation[] {
    return [];
  }

  takeLog(): string {
    return this.#record.takeLog();
  }

  close(): void {
    this.closeWave();
  }

  #outcome(): StopReason {
    return this.#record.stopped ? "stopped" : "done";
  }
}

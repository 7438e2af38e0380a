/** The near side of a synthesis worker. */
import { Worker } from "node:worker_threads";
import { SystoleError } from "../../errors.ts";
import type { ModuleSynthesis } from "../types.ts";
import type { SynthesisUnit } from "./units.ts";
import type { WorkerAnswer, WorkerRequest, WorkerSetup } from "./worker-main.ts";

interface Pending {
  readonly unit: SynthesisUnit;
  readonly resolve: (result: ModuleSynthesis) => void;
  readonly reject: (reason: unknown) => void;
}

const REMEDY = "Modules that are finished are kept: run the command again to go on from there.";

/** A thread that synthesises one unit at a time. */
export class SynthesisWorker {
  readonly #thread: Worker;
  readonly #gone: Promise<unknown>;
  #pending: Pending | undefined;

  constructor(setup: WorkerSetup) {
    this.#thread = new Worker(new URL("./worker.mjs", import.meta.url), { workerData: setup, execArgv: [] });
    this.#thread.on("message", (answer: WorkerAnswer) => {
      const { unit, resolve, reject } = this.#take();
      if (answer.kind === "done") resolve(answer.result);
      else reject(failure("synthesis-failed", `module ${unit.module} cannot be synthesised: ${answer.message}`));
    });
    this.#thread.on("error", (cause) => {
      if (this.#pending === undefined) return;
      const { unit, reject } = this.#take();
      reject(
        failure("synthesis-worker-lost", `the synthesis of module ${unit.module} broke off: ${cause.message}`, cause),
      );
    });
    this.#gone = new Promise((resolve) => this.#thread.once("exit", resolve));
    this.#thread.once("exit", () => {
      if (this.#pending === undefined) return;
      const { unit, reject } = this.#take();
      reject(failure("synthesis-worker-lost", `the synthesis of module ${unit.module} was ended from outside`));
    });
  }

  /** Errors: `synthesis-failed`, `synthesis-worker-lost`. */
  run(unit: SynthesisUnit): Promise<ModuleSynthesis> {
    return new Promise((resolve, reject) => {
      this.#pending = { unit, resolve, reject };
      this.#send({ kind: "unit", unit });
    });
  }

  /** Ends the thread, and what it does with it. A native Yosys ends first: it would outlive the thread. */
  async end(): Promise<void> {
    this.#send({ kind: "stop" });
    const late = setTimeout(() => void this.#thread.terminate(), 100);
    await this.#gone;
    clearTimeout(late);
  }

  /** Ends the thread at once, whatever it does: a native Yosys goes on without it. */
  async kill(): Promise<void> {
    await this.#thread.terminate();
  }

  #send(request: WorkerRequest): void {
    this.#thread.postMessage(request);
  }

  #take(): Pending {
    const pending = this.#pending!;
    this.#pending = undefined;
    return pending;
  }
}

const failure = (code: string, message: string, cause?: unknown): SystoleError =>
  new SystoleError({ code, message, remedy: REMEDY, cause });

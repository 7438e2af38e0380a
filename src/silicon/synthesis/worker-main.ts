/** One synthesis worker: takes units one after the other and answers each. */
import { parentPort, workerData } from "node:worker_threads";
import type { ModuleSynthesis, SynthesisTarget } from "../types.ts";
import { runUnit } from "./job.ts";
import { recipeFor } from "./targets.ts";
import type { SynthesisUnit } from "./units.ts";
import type { YosysProgram } from "./yosys.ts";

/** What a worker is started with. */
export interface WorkerSetup {
  readonly target: SynthesisTarget;
  readonly program: YosysProgram;
}

/** To a worker: a unit, or the wish to stop. */
export type WorkerRequest = { readonly kind: "unit"; readonly unit: SynthesisUnit } | { readonly kind: "stop" };

/** From a worker, once for every unit. */
export type WorkerAnswer =
  { readonly kind: "done"; readonly result: ModuleSynthesis } | { readonly kind: "failed"; readonly message: string };

const port = parentPort;
if (port !== null) {
  const { target, program } = workerData as WorkerSetup;
  const recipe = recipeFor(target);
  const stop = new AbortController();
  const answer = (message: WorkerAnswer): void => {
    port.postMessage(message);
  };
  port.on("message", (request: WorkerRequest) => {
    if (request.kind === "stop") {
      stop.abort();
      port.close();
      return;
    }
    runUnit(request.unit, recipe, program, stop.signal).then(
      (result) => {
        answer({ kind: "done", result });
      },
      (error: unknown) => {
        answer({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
      },
    );
  });
}

/** Turns Ctrl-C into an abort that long work looks at; a second Ctrl-C ends the process at once. */
import { setImmediate } from "node:timers/promises";
import { SystoleError } from "../errors.ts";

const interrupted = (): SystoleError => new SystoleError({ code: "interrupted", message: "interrupted" });

/** Runs `body` with a signal that SIGINT or SIGTERM raises. */
export async function interruptible<T>(body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(interrupted());
  };
  process.on("SIGINT", abort);
  process.on("SIGTERM", abort);
  try {
    return await body(controller.signal);
  } finally {
    process.off("SIGINT", abort);
    process.off("SIGTERM", abort);
  }
}

/** Between two stretches of work that keep the process busy: lets signals arrive. Throws `interrupted` when one has. */
export async function checkpoint(signal: AbortSignal): Promise<void> {
  await setImmediate();
  if (signal.aborted) throw interrupted();
}

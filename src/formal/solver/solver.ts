import { SystoleError } from "../../errors.ts";

/** When to give up on one question. */
export interface Patience {
  readonly timeoutSeconds?: number | undefined;
  /** Ends the question; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A solver that takes SMT-LIB commands. One question at a time. */
export interface Solver {
  /** For messages: `z3 (WebAssembly)`. */
  readonly name: string;
  /** What a solver that knows nothing yet prints for the commands. */
  start(commands: string, patience?: Patience): Promise<string>;
  /** What it prints for further commands, after what it was told since {@link start}. */
  ask(commands: string, patience?: Patience): Promise<string>;
  /** Ends the solver's process. */
  close(): void;
}

/** Waits for `answer` within the bounds of patience; `stop` ends the work when they are reached. */
export async function withPatience<T>(
  name: string,
  { timeoutSeconds, signal }: Patience,
  stop: () => void,
  answer: Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const bounds = new Promise<never>((_resolve, reject) => {
    const end = (error: Error): void => {
      stop();
      reject(error);
    };
    if (timeoutSeconds !== undefined) {
      timer = setTimeout(() => {
        end(
          new SystoleError({
            code: "formal-timeout",
            message: `${name} gave no answer within ${timeoutSeconds} s`,
            remedy: "Allow more time, prove to a smaller depth, or make the design smaller.",
          }),
        );
      }, timeoutSeconds * 1000);
    }
    onAbort = () => {
      end(signal?.reason instanceof Error ? signal.reason : interrupted());
    };
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([answer, bounds]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
  }
}

function interrupted(): SystoleError {
  return new SystoleError({ code: "interrupted", message: "interrupted" });
}

/** A solver that could not be started or ended before it answered. */
export function solverFailed(name: string, what: string): SystoleError {
  return new SystoleError({ code: "formal-solver-failed", message: `${name} ${what}` });
}

import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { solverFailed, withPatience, type Patience, type Solver } from "./solver.ts";

interface Answer {
  readonly id?: number;
  readonly output?: string;
  readonly failure?: string;
}

/** z3 as the npm package `z3-solver` brings it, in a child process that starts with the first question. */
export class WasmSolver implements Solver {
  readonly name = "z3 (WebAssembly)";
  #child: ChildProcess | undefined;
  #questions = 0;

  start(commands: string, patience: Patience = {}): Promise<string> {
    return this.#send(true, commands, patience);
  }

  ask(commands: string, patience: Patience = {}): Promise<string> {
    return this.#send(false, commands, patience);
  }

  close(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  #send(fresh: boolean, commands: string, patience: Patience): Promise<string> {
    const child = (this.#child ??= startChild());
    const id = ++this.#questions;
    let release = (): void => undefined;
    const answer = new Promise<string>((resolve, reject) => {
      const onMessage = (message: Answer): void => {
        if (message.id !== id) return;
        if (message.output !== undefined) resolve(message.output);
        else reject(solverFailed(this.name, `failed: ${message.failure ?? ""}`));
      };
      const onExit = (): void => {
        this.#child = undefined;
        reject(solverFailed(this.name, "ended before it answered"));
      };
      child.on("message", onMessage);
      child.once("exit", onExit);
      release = () => {
        child.off("message", onMessage);
        child.off("exit", onExit);
      };
      child.send({ id, fresh, commands });
    });
    const stop = (): void => {
      release();
      this.close();
    };
    return withPatience(this.name, patience, stop, answer).finally(() => {
      release();
    });
  }
}

function startChild(): ChildProcess {
  const script = fileURLToPath(new URL("z3-process.mjs", import.meta.url));
  return fork(script, { execArgv: [], stdio: ["ignore", "ignore", "ignore", "ipc"] });
}

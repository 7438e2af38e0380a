import { spawn, type ChildProcess } from "node:child_process";
import { solverFailed, withPatience, type Patience, type Solver } from "./solver.ts";

/** Marks the end of an answer. */
const END = "systole-end-of-answer";

/** A solver on the PATH that reads SMT-LIB from its standard input; a process of its own for every fresh start. */
export class ProgramSolver implements Solver {
  readonly name: string;
  readonly #program: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  constructor(name: string, program: string, args: readonly string[]) {
    this.name = name;
    this.#program = program;
    this.#args = args;
  }

  start(commands: string, patience: Patience = {}): Promise<string> {
    this.close();
    this.#child = spawn(this.#program, this.#args, { stdio: ["pipe", "pipe", "ignore"] });
    return this.ask(commands, patience);
  }

  ask(commands: string, patience: Patience = {}): Promise<string> {
    const child = this.#child;
    if (child === undefined) return Promise.reject(solverFailed(this.name, "was not started"));
    let release = (): void => undefined;
    const answer = new Promise<string>((resolve, reject) => {
      let text = "";
      const onData = (chunk: Buffer): void => {
        text += chunk.toString();
        const end = text.indexOf(END);
        if (end >= 0) resolve(text.slice(0, end).replace(/"$/, ""));
      };
      const onExit = (): void => {
        reject(solverFailed(this.name, `ended before it answered: ${text.trim()}`));
      };
      const onError = (error: Error): void => {
        reject(solverFailed(this.name, `could not be started: ${error.message}`));
      };
      // A solver that ends early closes its input; its exit tells the reason.
      const onPipe = (): void => undefined;
      child.stdout!.on("data", onData);
      child.stdin!.on("error", onPipe);
      child.once("close", onExit);
      child.once("error", onError);
      release = () => {
        child.stdout!.off("data", onData);
        child.stdin!.off("error", onPipe);
        child.off("close", onExit);
        child.off("error", onError);
      };
      child.stdin!.write(`${commands}\n(echo "${END}")\n`);
    });
    const stop = (): void => {
      release();
      this.close();
    };
    return withPatience(this.name, patience, stop, answer).finally(() => {
      release();
    });
  }

  close(): void {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    // Killed in the middle of a sentence, its pipe breaks; nobody wants to know.
    child.stdin!.on("error", () => undefined);
    child.kill("SIGKILL");
  }
}

/** How a command that failed tells why: the one place where errors become text and exit codes. */
import pc from "picocolors";
import { SystoleError, formatError, isHardwareError } from "../errors.ts";
import { EXIT } from "./exit.ts";

/** Ends a command early with an exit code, after its results have been printed. */
export class ExitRequest extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** Prints what went wrong on standard error, without a stack trace unless it is Systole's own defect. Returns the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof ExitRequest) return error.exitCode;
  if (error instanceof SystoleError && error.code === "interrupted") {
    process.stderr.write("interrupted\n");
    return EXIT.interrupted.code;
  }
  if (error instanceof SystoleError) {
    process.stderr.write(`${pc.red("error:")} ${formatError(error)}\n`);
    return isHardwareError(error) ? EXIT.hardware.code : EXIT.usage.code;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${pc.red("internal error:")} please report this\n${text}\n`);
  return EXIT.internal.code;
}

/** What the attribution of cycles needs to know about a program and its run. */
import type { LaunchRun } from "../runtime/index.ts";

/** An operation of a program, as the compiler names it. */
export interface OperationInfo {
  readonly name: string;
  readonly kind: string;
  readonly macs: number;
  readonly where: "accelerator" | "host";
}

export interface ProgramInfo {
  /** Encoded commands, COMMAND_BYTES each. */
  readonly commands: Uint8Array;
  readonly operations: readonly OperationInfo[];
  /** Operation of each command, as an index into `operations`. */
  readonly commandOperations: ArrayLike<number>;
}

/** A program's run, as far as the attribution looks at it. */
export interface RunInfo {
  readonly program: ProgramInfo;
  readonly launches: readonly LaunchRun[];
}

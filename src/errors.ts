/**
 * Where a user's mistake is: a file with an optional 1-based line and column, or a path inside a value
 * (`"accumulator.rows"`), or both.
 */
export interface ErrorLocation {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;
}

/** The parts of a {@link SystoleError}; `cause` keeps the lower-level error for a debugger, it is never printed. */
export interface SystoleErrorParts {
  /** Stable and kebab-case, prefixed by the area: `"model-missing-tensor"`, `"config-out-of-range"`. */
  readonly code: string;
  /** What, where, which value, what is allowed. */
  readonly message: string;
  readonly location?: ErrorLocation | undefined;
  /** What to do about it, as an imperative sentence. */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/** A mistake that is the user's to mend: carries a code, a location and a remedy, and is printed without a stack trace. */
export class SystoleError extends Error {
  override readonly name = "SystoleError";
  readonly code: string;
  readonly location: ErrorLocation | undefined;
  readonly remedy: string | undefined;

  constructor(parts: SystoleErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = parts.code;
    this.location = parts.location;
    this.remedy = parts.remedy;
  }
}

/** Codes of errors that report what the simulated hardware did, not what the user gave. */
const HARDWARE_CODES = /^(hardware-|accelerator-|harness-(axi|register|stopped|timeout))/;

/** True for a fault, a hang or another misbehaviour of the simulated hardware. */
export const isHardwareError = ({ code }: SystoleError): boolean => HARDWARE_CODES.test(code);

/** A location as `file:line:column (path)`; parts that are absent are left out, an empty location gives `""`. */
export function formatLocation(location: ErrorLocation): string {
  const { file, line, column, path } = location;
  let text = file ?? "";
  if (line !== undefined) text += text === "" ? `line ${line}` : `:${line}`;
  if (line !== undefined && column !== undefined) text += `:${column}`;
  if (path !== undefined) text += text === "" ? path : ` (${path})`;
  return text;
}

/** The text shown to the user: `location: message`, then the remedy on a line of its own. */
export function formatError(error: SystoleError): string {
  const where = error.location === undefined ? "" : formatLocation(error.location);
  // Mistakes in designs carry their places in their texts.
  const head = where === "" || error.message.startsWith(`${where}: `) ? error.message : `${where}: ${error.message}`;
  return error.remedy === undefined ? head : `${head}\n  ${error.remedy}`;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EEXIST: "a file of that name is in the way",
  EISDIR: "it is a directory",
  ENOENT: "no such file or directory",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is a file, not a directory",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
};

/** An error as the file system would throw it. */
export function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(REASONS[code]), { code });
}

/** What a file system's error means, for a message: `no such file or directory`. */
export function systemReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

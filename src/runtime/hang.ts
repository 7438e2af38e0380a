/** Says what a stopped or hanging accelerator waits for, from its status registers. */
import { ENGINES, ENGINE_STATES, FAULTS } from "../isa/index.ts";

const STATE_TEXT: Readonly<Record<number, string>> = {
  [ENGINE_STATES.idle]: "idle",
  [ENGINE_STATES.busy]: "executing",
  [ENGINE_STATES.waitingSemaphore]: "waiting for semaphores",
  [ENGINE_STATES.waitingMemory]: "waiting for memory",
};

/** Name of a fault code. */
export function faultName(code: number): string {
  return Object.entries(FAULTS).find(([, f]) => f.code === code)?.[0] ?? `code ${code}`;
}

/** Numbers of the bits set in a 32-bit mask. */
const bitsOf = (mask: number): number[] =>
  Array.from({ length: 32 }, (_, i) => i).filter((i) => ((mask >>> i) & 1) === 1);

/**
 * One line an engine: its state, its command, and the semaphores it lacks, with their purpose where `purposes` knows it.
 * `read` takes a register's name; `operationOf` names the operation of a command.
 */
export function describeEngines(
  read: (name: string) => number,
  purposes: readonly string[],
  operationOf: (command: number) => string,
): string {
  return ENGINES.map((engine) => {
    const prefix = engine.toUpperCase();
    const state = read(`${prefix}_STATE`);
    if (state === ENGINE_STATES.idle) return `${prefix}: idle`;
    const command = read(`${prefix}_COMMAND`);
    const lacking = bitsOf(read(`${prefix}_WAIT`)).map(
      (s) => `${s}${purposes[s] === undefined ? "" : ` (${purposes[s]})`}`,
    );
    const what = state === ENGINE_STATES.waitingSemaphore ? ` ${lacking.join(", ")}` : "";
    return `${prefix}: ${STATE_TEXT[state] ?? `state ${state}`}${what}, command ${command} (${operationOf(command)}), ${read(`${prefix}_QUEUED`)} queued`;
  }).join("\n  ");
}

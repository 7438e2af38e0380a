import { cycleName, forcedInput } from "./unrolling.ts";
import { wrapValue } from "../hdl/build.ts";
import type { ArrayValue } from "./terms/index.ts";
import type { Model } from "./solver/index.ts";
import type { TransitionSystem } from "./translate/index.ts";

/** A stimulus that makes something happen in its last cycle. */
export interface Trace {
  /**
   * Registers and memories that do not start as in a simulator (the reset value, else 0), by their path (`queue.count`): a
   * number, or the words of a memory by address.
   */
  readonly state: Readonly<Record<string, bigint | Readonly<Record<string, bigint>>>>;
  /** Every input in every cycle, `reset` among them. */
  readonly cycles: readonly Readonly<Record<string, bigint>>[];
}

/** The trace in a model of the first `cycles` cycles; `reset` tells the forced resets. */
export function traceOf(
  system: TransitionSystem,
  model: Model,
  cycles: number,
  reset: (cycle: number) => boolean | undefined,
): Trace {
  const bitsOf = (name: string): bigint => (model.get(name) as bigint | undefined) ?? 0n;
  const trace = Array.from({ length: cycles }, (_, cycle) =>
    Object.fromEntries(
      system.inputs.map(({ port, term }) => {
        const forced = forcedInput(system, term, reset(cycle));
        const bits = forced === undefined ? bitsOf(cycleName(port.name, cycle)) : forced ? 1n : 0n;
        return [port.name, port.signed ? BigInt.asIntN(port.width, bits) : bits];
      }),
    ),
  );
  const state: Record<string, Trace["state"][string]> = {};
  for (const { name, net } of system.states) {
    const value = model.get(cycleName(name, 0));
    if (value === undefined) continue;
    if (typeof value !== "bigint") {
      if (wordsOf(value).length > 0) state[name] = Object.fromEntries(wordsOf(value));
      continue;
    }
    const plain = wrapValue(value, net!.width, net!.signed);
    if (plain !== (net!.reset ?? 0n)) state[name] = plain;
  }
  return { state, cycles: trace };
}

/** The words that are not 0, by their addresses. */
function wordsOf(value: ArrayValue): (readonly [address: string, word: bigint])[] {
  return [...value.words].flatMap(([address, word]) => (word === 0n ? [] : [[String(address), word] as const]));
}

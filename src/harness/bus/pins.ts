/** Where the signals of a bus lie among the words that a simulation shares. */
import type { MailboxLayout } from "../mailbox.ts";

/** A view of the ports with one prefix (`m_axi_`): driven through `now`, read as the edge sees them from `sampled`. */
export interface BusPins {
  readonly now: Uint32Array;
  readonly sampled: Uint32Array;
  /** First word of a signal, -1 when the design lacks it. */
  readonly at: (signal: string) => number;
  /** Words of a signal, 0 when the design lacks it. */
  readonly words: (signal: string) => number;
}

export function busPins(layout: MailboxLayout, now: Uint32Array, sampled: Uint32Array, prefix: string): BusPins {
  const slots = new Map(layout.slots.map((slot) => [slot.name, slot]));
  return {
    now,
    sampled,
    at: (signal) => slots.get(prefix + signal)?.offset ?? -1,
    words: (signal) => slots.get(prefix + signal)?.words ?? 0,
  };
}

/** A signal of up to 53 bits; 0 when the design lacks it. */
export function readPin(words: Uint32Array, at: number, count: number): number {
  if (at < 0) return 0;
  return count > 1 ? words[at + 1]! * 2 ** 32 + words[at]! : words[at]!;
}

/** The places of all words of some signals; those that the design lacks have none. */
export function wordsOf(pins: BusPins, signals: readonly string[]): Int32Array {
  const places = signals.map((signal) => Array.from({ length: pins.words(signal) }, (_, i) => pins.at(signal) + i));
  return Int32Array.from(places.flat());
}

/** Copies the words at some places side by side. */
export function copyWords(from: Uint32Array, places: Int32Array, to: Uint32Array): void {
  for (let i = 0; i < places.length; i++) to[i] = from[places[i]!]!;
}

/** Whether the words at some places are those that were copied. */
export function sameWords(words: Uint32Array, places: Int32Array, before: Uint32Array): boolean {
  for (let i = 0; i < places.length; i++) if (words[places[i]!] !== before[i]) return false;
  return true;
}

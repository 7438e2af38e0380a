import { report } from "../context.ts";
import { when } from "../control.ts";
import { regAt } from "../declare.ts";
import type { UintReg } from "../nets.ts";
import { bitsFor, indexWidth, uint } from "../shapes.ts";
import type { Bool, Uint } from "../signal.ts";
import { boolLit, mux, uintLit } from "../values.ts";
import { declarePart, inEveryCycle, type PartOptions } from "./part.ts";

/** When a {@link counter} counts. */
export interface CounterOptions extends PartOptions {
  /** Counts while high. Default: always. */
  readonly enable?: Bool;
  /** The value is 0 after a cycle where it is high, whatever `enable` says. */
  readonly clear?: Bool;
}

/** A {@link counter}. */
export interface Counter {
  /** 0 to modulo - 1. */
  readonly value: Uint;
  /** The value is modulo - 1. */
  readonly last: Bool;
  /** The value goes from modulo - 1 to 0 at this clock edge: once in `modulo` enabled cycles. */
  readonly wraps: Bool;
}

/** What moves an up/down or saturating counter. Up and down together leave it where it is. */
export interface UpDownOptions extends PartOptions {
  readonly up: Bool;
  /** Default: never. */
  readonly down?: Bool;
  /** The value is 0 after a cycle where it is high, whatever `up` and `down` say. */
  readonly clear?: Bool;
}

/** A counter with two ends. */
export interface UpDownCounter {
  readonly value: Uint;
  /** The value is 0. */
  readonly first: Bool;
  /** The value is the highest one. */
  readonly last: Bool;
}

/**
 * Counts 0, 1, … modulo - 1, 0, … in enabled cycles. Registers: the bits of modulo - 1; a power of two needs no comparator
 * for the wrap. With modulo 1 there is no hardware: the value is 0, every enabled cycle wraps.
 */
export function counter(modulo: number, options: CounterOptions = {}): Counter {
  const { enable = boolLit(true), clear } = options;
  if (!isCount(modulo, "counter modulo")) return counter(1, options);
  const at = declarePart("a counter", "count", options);
  if (modulo === 1) return { value: uintLit(0), last: boolLit(true), wraps: enable };
  const value = regAt(uint(indexWidth(modulo)), at, undefined);
  const last = value.eq(modulo - 1);
  inEveryCycle(() => {
    when(enable, () => {
      value.next = after(value, last, modulo);
    });
    clearWhen(clear, value);
  });
  return { value, last, wraps: enable.and(last) };
}

/** Counts modulo `modulo` in both directions: after modulo - 1 comes 0, before 0 modulo - 1. */
export function upDownCounter(modulo: number, options: UpDownOptions): UpDownCounter {
  const { up, down = boolLit(false), clear } = options;
  if (!isCount(modulo, "upDownCounter modulo")) return upDownCounter(1, options);
  const at = declarePart("a counter", "count", options);
  if (modulo === 1) return { value: uintLit(0), first: boolLit(true), last: boolLit(true) };
  const value = regAt(uint(indexWidth(modulo)), at, undefined);
  const first = value.eq(0);
  const last = value.eq(modulo - 1);
  inEveryCycle(() => {
    when(up.and(down.not()), () => {
      value.next = after(value, last, modulo);
    }).elsewhen(down.and(up.not()), () => {
      const before = value.sub(1).wrap(value.width);
      value.next = isPowerOfTwo(modulo) ? before : mux(first, uintLit(modulo - 1), before);
    });
    clearWhen(clear, value);
  });
  return { value, first, last };
}

/** Counts from 0 to `maximum` and stays at the ends: credits, faults seen, items in flight. */
export function saturatingCounter(maximum: number, options: UpDownOptions): UpDownCounter {
  const { up, down = boolLit(false), clear } = options;
  if (!isCount(maximum, "saturatingCounter up to")) return saturatingCounter(1, options);
  const at = declarePart("a counter", "count", options);
  const value = regAt(uint(bitsFor(maximum)), at, undefined);
  const first = value.eq(0);
  const last = value.eq(maximum);
  inEveryCycle(() => {
    when(up.and(down.not()).and(last.not()), () => {
      value.next = value.add(1).wrap(value.width);
    }).elsewhen(down.and(up.not()).and(first.not()), () => {
      value.next = value.sub(1).wrap(value.width);
    });
    clearWhen(clear, value);
  });
  return { value, first, last };
}

function after(value: Uint, last: Bool, modulo: number): Uint {
  const next = value.add(1).wrap(value.width);
  return isPowerOfTwo(modulo) ? next : mux(last, uintLit(0), next);
}

function clearWhen(clear: Bool | undefined, value: UintReg): void {
  if (clear === undefined) return;
  when(clear, () => {
    value.next = 0;
  });
}

function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count));
}

function isCount(count: number, what: string): boolean {
  if (Number.isSafeInteger(count) && count >= 1) return true;
  report({ code: "hdl-counter", message: `${what} ${count}`, help: "a count is a whole number, 1 or more" });
  return false;
}

/** Types of lanes.js. */

type EngineName = "load" | "store" | "gemm" | "norm";

/** What a stretch of a lane is: in execution, or waiting for an engine's post, or for a command: behind a full queue, or on its way. */
export type StretchState = "busy" | EngineName | `behind-${EngineName}` | "dispatch";

/** An engine's stretches in order of time, none overlapping; `kind` numbers the operation's kind. Arrays of equal length. */
export interface Lane {
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
  readonly state: ArrayLike<StretchState>;
  readonly kind: ArrayLike<number>;
  /** Cycles of the stretch in which the engine was held up by memory. */
  readonly memory: ArrayLike<number>;
}

/** Cycles `from` (included) to `to` (not included), fractions allowed. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Cycles of one kind of thing within a bar. */
export interface Part {
  readonly state: StretchState | "memory";
  readonly kind: number;
  readonly cycles: number;
}

export interface Bar {
  /** Pixels from the window's left edge. */
  readonly x: number;
  readonly width: number;
  /** Cycles that the bar covers; parts may be less. */
  readonly cycles: number;
  /** The first stretch in it, and how many there are. */
  readonly first: number;
  readonly count: number;
  readonly parts: readonly Part[];
}

export function clampWindow(window: Window, end: number): Window;
export function zoom(window: Window, factor: number, share: number, end: number): Window;
export function pan(window: Window, share: number, end: number): Window;
export function ticks(window: Window, most: number): number[];
export function firstAfter(lane: Pick<Lane, "end">, cycle: number): number;
export function bars(lane: Lane, window: Window, width: number): Bar[];
export function within(lane: Lane, window: Window): Pick<Bar, "first" | "count" | "parts">;
export function curve(
  counts: readonly number[],
  windowCycles: number,
  window: Window,
  width: number,
): { readonly x: number; readonly width: number; readonly value: number }[];

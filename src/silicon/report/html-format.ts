/** Quantities of a cost report as people read them. */
import { short } from "../../../templates/cost/treemap.js";
import { grouped } from "../../report/index.ts";

/** `402 k GE`. */
export const gates = (n: number): string => `${short(n)} GE`;

/** Square micrometres as `0.214 mm²` or `812 µm²`. */
export function squareMicrons(n: number): string {
  if (n >= 1e4) return `${(n / 1e6).toFixed(n >= 1e6 ? 2 : 3)} mm²`;
  return `${grouped(n)} µm²`;
}

const PREFIXES = ["p", "n", "µ", "m", ""] as const;

/** A value in units of 10⁻¹² with the prefix that leaves three digits. */
function prefixed(pico: number, unit: string): string {
  let [value, prefix] = [pico, 0];
  while (Math.abs(value) >= 999.5 && prefix < PREFIXES.length - 1) [value, prefix] = [value / 1000, prefix + 1];
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${PREFIXES[prefix]!}${unit}`;
}

/** Picojoules as `24.1 mJ`. */
export const joules = (picojoules: number): string => prefixed(picojoules, "J");

/** Joules × seconds as `231 µJ·s`. */
export const jouleSeconds = (n: number): string => prefixed(n * 1e12, "J·s");

/** Picoseconds as `2.65 ns`. */
export const nanoseconds = (ps: number): string => `${(ps / 1000).toFixed(2)} ns`;

/** Bits as `320 KiB`, exact where they are whole bytes. */
export function capacity(bits: number): string {
  if (bits < 8192) return `${grouped(bits)} bits`;
  const kib = bits / 8192;
  return `${Number.isInteger(kib) ? kib : kib.toFixed(1)} KiB`;
}

/** A change as `+12.3 %`, `−4.0 %` or `±0`. */
export function change(from: number, to: number): string {
  if (from === to) return "±0";
  if (from === 0) return "new";
  if (to === 0) return "gone";
  const ratio = (to - from) / from;
  return `${ratio < 0 ? "−" : "+"}${Math.abs(100 * ratio).toFixed(1)} %`;
}

/** A difference with its sign: `−1,234`. */
export const signed = (n: number): string =>
  Math.round(n) === 0 ? "0" : `${n < 0 ? "−" : "+"}${grouped(Math.abs(n))}`;

/** The keys of a configuration with what they are, nested keys joined by dots. */
export function configEntries(config: Readonly<Record<string, unknown>>, prefix = ""): [key: string, value: string][] {
  return Object.entries(config).flatMap(([key, value]) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return configEntries(value as Record<string, unknown>, `${prefix}${key}.`);
    }
    const text = Array.isArray(value) ? value.map(String).join(", ") : String(value);
    return [[`${prefix}${key}`, text === "" ? "none" : text]];
  });
}

/** The name of a report's configuration. */
export const configName = (config: Readonly<Record<string, unknown>>): string =>
  typeof config["name"] === "string" ? config["name"] : "accelerator";

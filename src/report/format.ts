/** Numbers as people read them. */

/** `1234567` as `1,234,567`. */
export const grouped = (n: number): string => Math.round(n).toLocaleString("en-US");

/** A ratio as `97.4 %`. */
export const percent = (ratio: number, digits = 1): string => `${(100 * ratio).toFixed(digits)} %`;

/** Seconds as `0.42 s` or `2 min 05 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** Cycles per second as `612 k/s`. */
export const rate = (perSecond: number): string =>
  perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(2)} M/s` : `${(perSecond / 1e3).toFixed(0)} k/s`;

/** Bytes as `1.25 MiB`. */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  return n < 1024 * 1024 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / 1024 / 1024).toFixed(2)} MiB`;
}

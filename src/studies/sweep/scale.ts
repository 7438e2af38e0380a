/** Colours of heat maps: the same in light and dark surroundings, with a text colour that is readable on each. */

type Rgb = readonly [number, number, number];

const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;

/** Few to many cycles. */
const HEAT = ["#fdf3dc", "#f4c078", "#d5703f", "#7d2a22"].map(rgb);
/** Low to high utilisation. */
const USE = ["#eef4e4", "#8fccb0", "#34889a", "#1d3f6b"].map(rgb);
/** Faster, the same, slower. */
const CHANGE = ["#2a6ea8", "#a9cde6", "#f3f1ea", "#f2b48a", "#b8462b"].map(rgb);

export const SCALES = { heat: HEAT, use: USE, change: CHANGE } as const;

/** A cell's colours. */
export interface Shade {
  readonly fill: string;
  readonly text: string;
}

const linear = (channel: number): number => {
  const c = channel / 255;
  return c <= 0.040_45 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
};

/** Relative luminance as WCAG 2 defines it, 0 to 1. */
export const luminance = (hex: string): number => {
  const [r, g, b] = rgb(hex).map(linear) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const DARK = "#050505";
const LIGHT = "#ffffff";

/** The colour at `position` (0 to 1) of a scale, and the better readable of dark and light text on it. */
export function shade(scale: readonly Rgb[], position: number): Shade {
  const at = Math.min(1, Math.max(0, position)) * (scale.length - 1);
  const low = Math.min(scale.length - 2, Math.floor(at));
  const [a, b] = [scale[low]!, scale[low + 1]!];
  const mixed = a.map((channel, i) => Math.round(channel + (b[i]! - channel) * (at - low)));
  const fill = `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
  const contrast = (text: string): number => {
    const [x, y] = [luminance(fill), luminance(text)];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };
  return { fill, text: contrast(DARK) >= contrast(LIGHT) ? DARK : LIGHT };
}

/** The smallest and the largest of some values. */
export interface Domain {
  readonly low: number;
  readonly high: number;
}

export const domainOf = (values: readonly number[]): Domain => ({
  low: values.reduce((a, b) => Math.min(a, b), Infinity),
  high: values.reduce((a, b) => Math.max(a, b), -Infinity),
});

/** Where a value lies in a domain, 0 to 1; in the middle when all are the same. */
export const positionIn = ({ low, high }: Domain, value: number): number =>
  high === low ? 0.5 : (value - low) / (high - low);

/** Smallest change that gets the full colour: below it, neighbours would be told apart that hardly differ. */
const LEAST_CHANGE = 1.05;

/** Where a ratio lies between the strongest fall and the strongest rise of `ratios`, 1 in the middle. */
export function changePosition(ratios: readonly number[], ratio: number): number {
  const strongest = ratios.reduce((a, r) => Math.max(a, Math.abs(Math.log(r))), Math.log(LEAST_CHANGE));
  return 0.5 + Math.log(ratio) / strongest / 2;
}

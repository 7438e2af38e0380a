/** Coefficients of a low-pass filter (windowed sinc, Hamming window), rounded to `bits` bits and a sign. */
export function lowPass(taps: number, cutoff: number, bits: number): number[] {
  const middle = (taps - 1) / 2;
  const ideal = Array.from({ length: taps }, (_, k) => {
    const x = 2 * Math.PI * cutoff * (k - middle);
    const sinc = x === 0 ? 1 : Math.sin(x) / x;
    return sinc * (0.54 - 0.46 * Math.cos((2 * Math.PI * k) / (taps - 1)));
  });
  const peak = Math.max(...ideal);
  return ideal.map((c) => Math.round((c / peak) * (2 ** bits - 1)));
}

/**
 * Which algorithm a function of the norm unit is computed by. It settles what a command's scales mean and every bit of the result,
 * so it is part of a configuration, of a model quantised for it, and of the fingerprint that its programs carry.
 */
export const NORM_VARIANTS = [
  /** Restated for hardware: base 2, straight pieces, reciprocals by leading zeros. */
  "systole",
  /** I-BERT's polynomials and iterations (arXiv 2101.01321, sections 3.4 to 3.6). */
  "ibert",
] as const;
export type NormVariant = (typeof NORM_VARIANTS)[number];

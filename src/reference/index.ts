/**
 * The integer reference: what the accelerator computes, bit for bit, with every intermediate's width asserted; and the float
 * functions its error is measured against. Matrices are logical and row-major [rows][cols], without hardware padding.
 */
export * from "./width.ts";
export * from "./shape.ts";
export * from "./dyadic.ts";
export * from "./matmul.ts";
export * from "./wide-matmul.ts";
export * from "./preload.ts";
export * from "./requantise.ts";
export * from "./softmax.ts";
export * from "./layernorm-row.ts";
export * from "./layernorm.ts";
export * from "./ibert-layernorm.ts";
export * from "./gelu.ts";
export * from "./constants.ts";
export * from "./float.ts";
export * from "./polynomials.ts";
export * from "./ibert.ts";
export * from "./ibert-functions.ts";

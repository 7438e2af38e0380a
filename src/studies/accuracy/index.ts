/** Accuracy of the functions beside that of I-BERT's own integer algorithms. */
export * from "./compare.ts";
export * from "./figure.ts";

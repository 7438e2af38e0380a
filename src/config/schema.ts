/** The accelerator's configuration: one JSON file, checked here; everything else is derived from it (see derive.ts). */
import { z } from "zod";
import { NORM_VARIANTS } from "../isa/index.ts";
import type { NormVariant } from "../isa/index.ts";

/** One of the powers of two from `min` to `max`. */
function powerOfTwo(min: number, max: number): z.ZodType<number> {
  const allowed: number[] = [];
  for (let n = min; n <= max; n *= 2) allowed.push(n);
  return z.literal(allowed, { error: `must be one of ${allowed.join(", ")}` });
}

export const NORM_FEATURES = ["softmax", "layernorm", "gelu"] as const;
export type NormFeature = (typeof NORM_FEATURES)[number];

/** The variant of every function; "systole" for one that is not built in. */
export type NormVariants = Readonly<Record<NormFeature, NormVariant>>;
/** What a configuration that asks for nothing has. */
export const DEFAULT_VARIANTS: NormVariants = { softmax: "systole", layernorm: "systole", gelu: "systole" };

const variantOf = (name: string) =>
  z
    .enum(NORM_VARIANTS)
    .default("systole")
    .describe(`${name} restated for hardware ("systole") or as I-BERT has it ("ibert")`);

const memorySchema = z.strictObject({
  kib: z.number().int().min(1).max(4096).describe("capacity in KiB"),
  banks: powerOfTwo(2, 16).default(4).describe("banks, interleaved by the low address bits"),
});

/** Schema of a configuration file. Unknown keys are errors. */
export const configSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, { error: "must be lower case letters, digits and dashes, starting with a letter" })
    .describe("name of the variant; names the output files"),
  array: z
    .strictObject({
      rows: powerOfTwo(4, 64).describe("processing elements along the reduction (K)"),
      cols: powerOfTwo(4, 64).describe("processing elements along the output columns (N)"),
    })
    .describe("the weight-stationary systolic array"),
  operandBits: z.literal(8).default(8).describe("bits of activations and weights"),
  accumulatorBits: z.literal(32).default(32).describe("bits of an accumulator element"),
  scratchpad: memorySchema.describe("int8 operands"),
  accumulator: memorySchema.describe("int32 partial sums, biases and per-channel parameters"),
  norm: z
    .strictObject({
      lanes: powerOfTwo(4, 64).optional().describe("columns handled per cycle; at most and by default array.cols"),
      functions: z
        .array(z.enum(NORM_FEATURES))
        .default([...NORM_FEATURES])
        .describe("nonlinear functions built in; the rest runs on the host"),
      variants: z
        .strictObject({
          softmax: variantOf("Softmax"),
          layernorm: variantOf("LayerNorm"),
          gelu: variantOf("GELU"),
        })
        .prefault({}),
      rowSlots: powerOfTwo(16, 1024).default(128).describe("rows whose maxima, sums and factors are kept at a time"),
    })
    .prefault({})
    .describe("normalization unit; requantise and ReLU are always there"),
  dma: z
    .strictObject({
      bits: powerOfTwo(64, 512).default(128).describe("width of the AXI4 data bus"),
      outstandingReads: powerOfTwo(1, 32).default(8).describe("read bursts in flight"),
      outstandingWrites: powerOfTwo(1, 32).default(8).describe("write bursts in flight"),
    })
    .prefault({}),
  queueDepth: powerOfTwo(2, 32)
    .default(4)
    .describe("commands waiting for LOAD; half as many, at least 2, for each other engine"),
  semaphores: z.number().int().min(8).max(32).default(32).describe("counting semaphores"),
  sram: z
    .enum(["inferred", "blackbox"])
    .default("inferred")
    .describe("memories as inferred block RAM, or as black boxes for a hard macro"),
});

/** A configuration as written by the user, with defaults filled in. */
export type Config = z.infer<typeof configSchema>;

/**
 * The program: commands, and everything about them that a host, a report or a check needs. It refers to DRAM by offset
 * from BASE; the contents of weights and inputs are not part of it (see image.ts).
 */
import { z } from "zod";
import { COMMAND_BYTES, NORM_VARIANTS } from "../isa/index.ts";

const count = z.number().int().nonnegative();
const dyadic = z.strictObject({ m: count, e: z.int() });
const variant = z.enum(NORM_VARIANTS).default("systole").describe("how the function is computed");

/** What a stretch of DRAM holds; the program writes activations only. */
const regionSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(["weights", "parameters", "host", "activations"]),
  offset: count.describe("bytes from BASE, a multiple of 64"),
  bytes: count,
});

/** `count` groups of `size` rows or columns; group g begins at padded index g · stride. What is between holds no data. */
const groupsSchema = z.strictObject({ count, size: count, stride: count });

/**
 * A matrix in DRAM. Layout "words" (s8, u8): [word slice][paddedRows][word bytes]. Layout "lanes" (s32): [norm slice]
 * [paddedRows][lanes], little endian. Layout "tiles" (s32): [tile][paddedRows][array columns].
 */
const tensorSchema = z.strictObject({
  name: z.string(),
  element: z.enum(["s8", "u8", "s32"]),
  layout: z.enum(["words", "lanes", "tiles"]),
  /** Who fills it: "input" is given, "accelerator" by STORE commands, "host" by a host step. */
  source: z.enum(["input", "accelerator", "host"]),
  offset: count,
  bytes: count,
  paddedRows: count,
  rows: groupsSchema,
  columns: groupsSchema,
  /** Columns of a slice: word bytes, lanes or array columns. */
  sliceColumns: count,
});

/** An operation of the graph; commands refer to it by index. */
const operationSchema = z.strictObject({
  name: z.string(),
  kind: z.string(),
  layer: count.nullable(),
  macs: count.describe("logical multiply-accumulates, padding not counted"),
  where: z.enum(["accelerator", "host"]),
});

/** A function that the accelerator was built without, run by the host between two segments. Tensors by name. */
const hostStepSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("softmax"),
    variant,
    operation: count,
    /** s32, one row group for each sequence and head, head fastest. */
    scores: z.string(),
    /** u8: exps relative to the row maximum, or probabilities. */
    weights: z.string(),
    /** Region of row factors: s32 pairs r, shift, one for each padded row of `scores`. */
    factors: z.string(),
    scale: dyadic,
    mode: z.enum(["deferred", "normalised"]),
    /** Valid columns of each sequence. */
    valid: z.array(count),
  }),
  z.strictObject({
    kind: z.literal("context"),
    operation: count,
    /** s32 sums of P·V, rows as in `scores`. */
    sums: z.string(),
    /** s8; column group = head. */
    output: z.string(),
    factors: z.string(),
    scale: dyadic,
    mode: z.enum(["deferred", "normalised"]),
  }),
  z.strictObject({
    kind: z.literal("layernorm"),
    variant,
    operation: count,
    input: z.string(),
    output: z.string(),
    /** Region: m u16, G s16, B s32, e s32 (each [columns]), see host-steps.ts. */
    constants: z.string(),
    recip: count,
    recipShift: count,
    exponent: count,
  }),
  z.strictObject({
    kind: z.literal("gelu"),
    variant,
    operation: count,
    input: z.string(),
    output: z.string(),
    constants: z.string(),
    scale: dyadic,
  }),
]);

/** Commands run by one start of the accelerator, then host steps on the DRAM image. */
const segmentSchema = z.strictObject({
  firstCommand: count,
  commands: count,
  hostSteps: z.array(hostStepSchema),
});

/** A buffer in a local memory while it was in use, for the memory map. Commands are indices into the program. */
const bufferSchema = z.strictObject({
  name: z.string(),
  space: z.enum(["scratchpad", "accumulator", "rowSlots"]),
  address: count,
  size: count,
  firstCommand: count,
  lastCommand: count,
});

/** Schema of what a program file holds beside its commands. */
export const metadataSchema = z.strictObject({
  config: z.string().describe("name of the configuration, for messages"),
  dataBytes: count.describe("bytes from BASE that the program may touch: the LIMIT register"),
  memories: z.strictObject({ scratchpadWords: count, accumulatorRows: count, rowSlots: count }),
  semaphores: z.array(z.string()).describe("what each semaphore is for, by number: `producer → consumer`"),
  regions: z.array(regionSchema),
  tensors: z.array(tensorSchema),
  operations: z.array(operationSchema),
  segments: z.array(segmentSchema),
  buffers: z.array(bufferSchema),
});

export type Region = z.infer<typeof regionSchema>;
export type Groups = z.infer<typeof groupsSchema>;
export type Tensor = z.infer<typeof tensorSchema>;
export type Operation = z.infer<typeof operationSchema>;
export type HostStep = z.infer<typeof hostStepSchema>;
export type Segment = z.infer<typeof segmentSchema>;
export type BufferRecord = z.infer<typeof bufferSchema>;
export type ProgramMetadata = z.infer<typeof metadataSchema>;

/** A compiled program for the configuration with this fingerprint. */
export interface Program extends ProgramMetadata {
  readonly fingerprint: number;
  /** Encoded commands, 64 bytes each. */
  readonly commands: Uint8Array;
  /** Operation of each command: an index into `operations`. */
  readonly commandOperations: Uint16Array;
}

/** Number of commands of a program. */
export const commandCount = (program: Pick<Program, "commands">): number => program.commands.length / COMMAND_BYTES;

/** Byte offset from BASE at which the commands are placed: behind the data, on a page of its own. */
export const commandsOffset = (program: Pick<Program, "dataBytes">): number =>
  Math.ceil(program.dataBytes / 4096) * 4096;

/** Bytes of a DRAM image that holds data and commands. */
export const imageBytes = (program: Pick<Program, "dataBytes" | "commands">): number =>
  Math.ceil((commandsOffset(program) + program.commands.length) / 4096) * 4096;

/** The tensor of that name. Throws RangeError when the program has none. */
export function findTensor(program: Pick<Program, "tensors">, name: string): Tensor {
  const tensor = program.tensors.find((t) => t.name === name);
  if (tensor === undefined) throw new RangeError(`the program has no tensor ${name}`);
  return tensor;
}

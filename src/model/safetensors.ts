import { z } from "zod";
import { SystoleError } from "../errors.ts";
import { parseJson, readModelFile } from "./json-file.ts";

/** Bytes per element of every dtype the format knows; only the floating-point ones of `decoders` can be read as weights. */
const dtypeBytes: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
};

type Decoder = (bytes: Uint8Array, elements: number) => Float32Array;

/** Little-endian 16-bit words, whatever the alignment of `bytes`. */
function words(bytes: Uint8Array, elements: number): Uint16Array {
  const result = new Uint16Array(elements);
  for (let i = 0; i < elements; i++) result[i] = bytes[2 * i]! | (bytes[2 * i + 1]! << 8);
  return result;
}

const decoders: Readonly<Record<string, Decoder>> = {
  F32: (bytes) => new Float32Array(new Uint8Array(bytes).buffer),
  F16: (bytes, elements) => {
    const result = new Float32Array(elements);
    words(bytes, elements).forEach((bits, i) => (result[i] = halfToNumber(bits)));
    return result;
  },
  BF16: (bytes, elements) => {
    const bits = new Uint32Array(elements);
    words(bytes, elements).forEach((half, i) => (bits[i] = half << 16));
    return new Float32Array(bits.buffer);
  },
};

/** The value of an IEEE 754 half-precision bit pattern (u16). */
export function halfToNumber(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const count = z.number().int().nonnegative();
const headerSchema = z.record(z.string(), z.unknown());
const entrySchema = z.object({ dtype: z.string(), shape: z.array(count), data_offsets: z.tuple([count, count]) });

interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A parsed safetensors file. */
export interface Safetensors {
  /** Names of all tensors, in the header's order. */
  readonly names: readonly string[];
  /** A tensor of exactly `shape`, as floats. Errors: `model-missing-tensor`, `model-wrong-shape`, `model-unknown-dtype`, `model-not-finite`. */
  readonly tensor: (name: string, shape: readonly number[]) => Float32Array;
}

/** Reads a safetensors file; see {@link parseSafetensors}. */
export function readSafetensors(path: string): Safetensors {
  return parseSafetensors(readModelFile(path), path);
}

/**
 * Parses safetensors bytes: u64 header length, JSON header, data. Checks the whole header at once: every tensor's dtype,
 * size and place, no overlap, no byte of the data unclaimed. `file` is for messages only.
 * Errors: `model-truncated`, `model-header-bad-json`, `model-header-invalid`, `model-unknown-dtype`, `model-bad-offsets`.
 */
export function parseSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const fail = (code: string, message: string, path?: string): SystoleError =>
    new SystoleError({
      code,
      message,
      location: { file, ...(path === undefined ? {} : { path }) },
      remedy: remedies[code],
    });

  if (bytes.length < 8) {
    throw fail(
      "model-truncated",
      `the file has ${bytes.length} bytes, too few for a safetensors header length (8 bytes)`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > bytes.length - 8) {
    throw fail(
      "model-truncated",
      `the header claims ${headerBytes} bytes, but only ${bytes.length - 8} follow: the file is cut short or not a safetensors file`,
    );
  }
  const headerText = Buffer.from(bytes.buffer, bytes.byteOffset + 8, headerBytes).toString("utf8");
  const entries = readEntries(parseJson(headerText, headerSchema, file, "model-header"), fail);
  checkPlaces(entries, bytes.length - 8 - headerBytes, fail);

  const tensor = (name: string, shape: readonly number[]): Float32Array => {
    const entry = entries.get(name);
    if (entry === undefined) {
      const near = closest(name, [...entries.keys()]);
      throw fail(
        "model-missing-tensor",
        `the tensor "${name}" is missing${near === undefined ? "" : `; did you mean "${near}"?`}`,
        name,
      );
    }
    if (entry.shape.length !== shape.length || entry.shape.some((size, i) => size !== shape[i])) {
      throw fail(
        "model-wrong-shape",
        `the tensor "${name}" has the shape [${entry.shape.join(", ")}], but config.json asks for [${shape.join(", ")}]`,
        name,
      );
    }
    const decode = decoders[entry.dtype];
    if (decode === undefined) {
      throw fail(
        "model-unknown-dtype",
        `the tensor "${name}" has the dtype "${entry.dtype}"; F32, F16 and BF16 can be read`,
        name,
      );
    }
    const start = 8 + headerBytes;
    const values = decode(bytes.subarray(start + entry.begin, start + entry.end), product(entry.shape));
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw fail("model-not-finite", `the tensor "${name}" holds ${String(values[bad])} at element ${bad}`, name);
    return values;
  };
  return { names: [...entries.keys()], tensor };
}

const remedies: Readonly<Record<string, string>> = {
  "model-truncated": "Fetch the file again, and compare its size with the original.",
  "model-header-invalid": "The file is damaged or not a safetensors file: fetch or export it again.",
  "model-missing-tensor": "Give a checkpoint of BertForSequenceClassification or BertModel that fits its config.json.",
  "model-wrong-shape": "Use the config.json that belongs to this checkpoint.",
  "model-unknown-dtype": "Convert the checkpoint to F32, F16 or BF16.",
  "model-bad-offsets": "The file is damaged: fetch or export it again.",
  "model-not-finite": "The checkpoint is damaged: export it again.",
};

type Fail = (code: string, message: string, path?: string) => SystoleError;

function readEntries(header: z.infer<typeof headerSchema>, fail: Fail): Map<string, TensorEntry> {
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const entry = entrySchema.safeParse(value);
    if (!entry.success) {
      throw fail(
        "model-header-invalid",
        `the tensor "${name}" needs dtype, shape and data_offsets in the header`,
        name,
      );
    }
    const [begin, end] = entry.data.data_offsets;
    entries.set(name, { dtype: entry.data.dtype, shape: entry.data.shape, begin, end });
  }
  return entries;
}

function checkPlaces(entries: ReadonlyMap<string, TensorEntry>, dataBytes: number, fail: Fail): void {
  for (const [name, { dtype, shape, begin, end }] of entries) {
    const elementBytes = dtypeBytes[dtype];
    if (elementBytes === undefined) {
      throw fail(
        "model-unknown-dtype",
        `the tensor "${name}" has the unknown dtype "${dtype}"; F32, F16 and BF16 can be read`,
        name,
      );
    }
    if (begin > end || end > dataBytes) {
      throw fail(
        "model-bad-offsets",
        `the tensor "${name}" lies at bytes ${begin} to ${end}, beyond the ${dataBytes} bytes of data in the file`,
        name,
      );
    }
    const wanted = product(shape) * elementBytes;
    if (end - begin !== wanted) {
      throw fail(
        "model-bad-offsets",
        `the tensor "${name}" occupies ${end - begin} bytes, but ${dtype} [${shape.join(", ")}] takes ${wanted}`,
        name,
      );
    }
  }
  let position = 0;
  let previous = "";
  const inOrder = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, { begin, end }] of inOrder) {
    if (begin < position)
      throw fail(
        "model-bad-offsets",
        `the tensors "${previous}" and "${name}" overlap at byte ${begin} of the data`,
        name,
      );
    if (begin > position)
      throw fail("model-bad-offsets", `bytes ${position} to ${begin} of the data belong to no tensor`, name);
    position = end;
    previous = name;
  }
  if (position !== dataBytes) {
    throw fail("model-bad-offsets", `bytes ${position} to ${dataBytes} of the data belong to no tensor`);
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

/** The candidate whose dot-separated tail agrees with `name` in all parts but at most one: the same tensor under another prefix. */
function closest(name: string, candidates: readonly string[]): string | undefined {
  const parts = name.split(".").reverse();
  if (parts.length < 2) return undefined;
  return candidates.find((candidate) => {
    const other = candidate.split(".").reverse();
    return parts.slice(0, -1).every((part, i) => part === other[i]);
  });
}

/** Weights and parameters as they lie in DRAM. */
import type { Params } from "../config/index.ts";
import { scaleWord } from "../isa/index.ts";
import type { PreShiftedFormat } from "../isa/index.ts";
import type { DyadicChannels } from "../reference/index.ts";
import { parameterUnit, roundUp, weightRowUnit } from "./builder.ts";
import type { ProgramBuilder } from "./builder.ts";
import type { Groups } from "./program.ts";
import type { RegionDraft } from "./steps.ts";

/** Padded index of a logical row or column. */
const paddedIndex = ({ size, stride }: Groups, index: number): number =>
  Math.floor(index / size) * stride + (index % size);

/** One past the last padded index that holds data. */
const paddedExtent = ({ count, size, stride }: Groups): number => (count - 1) * stride + size;

/** `size` columns, padded to whole words. */
export const plainColumns = (params: Params, size: number): Groups => ({
  count: 1,
  size,
  stride: roundUp(size, params.wordBytes),
});

/** s8 [K][N] in word slices along N; zero rows and columns where input or output columns are padding. */
export interface WeightMatrix {
  readonly region: RegionDraft;
  /** Rows of a slice. */
  readonly paddedRows: number;
  /** K steps that hold data. */
  readonly kTiles: number;
  readonly slices: number;
}

/** Declares the weights `values` [inputs][outputs] of a layer from `rows` (the input's columns) to `columns`. */
export function declareWeights(
  builder: ProgramBuilder,
  name: string,
  values: Int8Array,
  { rows, columns }: { readonly rows: Groups; readonly columns: Groups },
): WeightMatrix {
  const S = builder.params.wordBytes;
  const inputs = rows.count * rows.size;
  const outputs = columns.count * columns.size;
  if (values.length !== inputs * outputs) {
    throw new RangeError(`${name}: ${values.length} weights for ${inputs} inputs and ${outputs} outputs`);
  }
  const paddedRows = roundUp(paddedExtent(rows), weightRowUnit(builder.params));
  const slices = Math.ceil(paddedExtent(columns) / S);
  const places = Int32Array.from({ length: outputs }, (_, n) => {
    const column = paddedIndex(columns, n);
    return Math.floor(column / S) * paddedRows * S + (column % S);
  });
  const region = builder.region("weights", name, slices * paddedRows * S, (bytes) => {
    for (let k = 0; k < inputs; k++) {
      const row = paddedIndex(rows, k) * S;
      for (let n = 0; n < outputs; n++) bytes[places[n]! + row] = values[k * outputs + n]!;
    }
  });
  return { region, paddedRows, kTiles: Math.ceil(paddedExtent(rows) / builder.params.rows), slices };
}

/** One parameter row's contents: a value for each logical column, and one for columns that are padding. */
export interface ParameterRow {
  readonly value: (column: number) => number;
  readonly padding: number;
}

/** Row 0 of per-channel parameters; padding becomes 0 whatever the accumulator holds. */
export const scaleRow = ({ m, e }: DyadicChannels, format: PreShiftedFormat): ParameterRow => ({
  value: (column) => scaleWord(m[column]!, e[column]!, format),
  padding: 0,
});

/** A row of biases, gains or offsets. */
export const valueRow = (values: Int32Array | Int16Array): ParameterRow => ({
  value: (column) => values[column]!,
  padding: 0,
});

/** Parameter rows in DRAM, block after block of `tiles` tiles. */
export interface ParameterTable {
  readonly region: RegionDraft;
  /** Accumulator rows of a block, padding included, and its bytes. */
  readonly blockRows: number;
  readonly blockBytes: number;
}

/**
 * Declares parameters for blocks of `tilesPerBlock` tiles. A block is one section after another; section s holds
 * `sections[s].length` rows for every tile: [section][tile][row][array columns].
 */
export function declareParameters(
  builder: ProgramBuilder,
  name: string,
  columns: Groups,
  tilesPerBlock: number,
  sections: readonly (readonly ParameterRow[])[],
): ParameterTable {
  const { params } = builder;
  const C = params.cols;
  const tiles = roundUp(paddedExtent(columns), params.wordBytes) / C;
  const blocks = Math.ceil(tiles / tilesPerBlock);
  const perTile = sections.reduce((sum, rows) => sum + rows.length, 0);
  const blockRows = roundUp(perTile * tilesPerBlock, parameterUnit(params));
  const blockBytes = blockRows * params.accumulatorRowBytes;
  const region = builder.region("parameters", name, blocks * blockBytes, (bytes) => {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    // Logical column of each padded one, -1 where there is none.
    const logical = new Int32Array(blocks * tilesPerBlock * C).fill(-1);
    for (let n = 0; n < columns.count * columns.size; n++) logical[paddedIndex(columns, n)] = n;
    logical.forEach((n, column) => {
      const tile = Math.floor(column / C);
      const inBlock = tile % tilesPerBlock;
      let first = Math.floor(tile / tilesPerBlock) * blockRows;
      for (const rows of sections) {
        rows.forEach(({ value, padding }, i) => {
          words[(first + inBlock * rows.length + i) * C + (column % C)] = n < 0 ? padding : value(n);
        });
        first += tilesPerBlock * rows.length;
      }
    });
  });
  return { region, blockRows, blockBytes };
}

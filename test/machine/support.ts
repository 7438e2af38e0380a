import { loadConfig } from "../../src/config/index.ts";
import { COMMAND_BYTES, encodeCommand } from "../../src/isa/index.ts";
import type { Command } from "../../src/isa/index.ts";
import { Machine } from "../../src/machine/index.ts";

export const params = loadConfig("transformer");
/** Bytes of a scratchpad word. */
export const S = params.wordBytes;
/** Columns of an accumulator row. */
export const C = params.cols;

/** A program's bytes. */
export const encode = (commands: readonly Command[]): Uint8Array => {
  const bytes = new Uint8Array(commands.length * COMMAND_BYTES);
  commands.forEach((c, i) => {
    encodeCommand(c, bytes, i * COMMAND_BYTES);
  });
  return bytes;
};

/** Runs commands on a fresh machine whose accumulator holds `rows` [row][16] from row 0 on. */
export function machineWith(rows: Int32Array, scratchpad: Int8Array | Uint8Array = new Int8Array(0)): Machine {
  const machine = new Machine(params, { poison: 3 });
  machine.state.accumulator.set(rows);
  machine.state.scratchpad.set(scratchpad);
  return machine;
}

/** Runs commands on a machine as it stands; the DRAM afterwards. */
export const run = (machine: Machine, commands: readonly Command[], dram = new Uint8Array(65536)): Uint8Array => {
  machine.run(encode(commands), dram);
  return dram;
};

/** Some numbers, the same every time. */
export const numbers = (length: number, spread: number): number[] =>
  Array.from({ length }, (_, i) => ((i * 2654435761) % (2 * spread + 1)) - spread);

/** [row][16] → accumulator rows of two tiles, tile after tile. */
export const tiles = (matrix: Int32Array, rows: number, cols: number): Int32Array => {
  const out = new Int32Array((cols / C) * rows * C);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) out[(Math.floor(c / C) * rows + r) * C + (c % C)] = matrix[r * cols + c]!;
  }
  return out;
};

/** Scratchpad words [slice][row] as a matrix [rows][cols]. */
export const wordsOf = (machine: Machine, address: number, rows: number, cols: number): Int8Array => {
  const out = new Int8Array(rows * cols);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      out[r * cols + c] =
        (machine.state.scratchpad[(address + Math.floor(c / S) * rows + r) * S + (c % S)]! << 24) >> 24;
    }
  }
  return out;
};

export const s8 = (values: readonly number[]): Int8Array => Int8Array.from(values);
export const s32 = (values: readonly number[]): Int32Array => Int32Array.from(values);

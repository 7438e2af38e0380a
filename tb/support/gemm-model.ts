/** What GEMM commands do to the memories, by the reference's product. */
import type { Params } from "../../src/config/index.ts";
import type { Random } from "../../src/harness/index.ts";
import { GEMM_INITS } from "../../src/isa/index.ts";
import type { GemmFields } from "../../src/isa/index.ts";
import { matmul } from "../../src/reference/index.ts";

/** Contents of the memories and the row maxima. */
export interface Machine {
  /** [scratchpadWords][wordBytes]. */
  readonly scratchpad: Uint8Array;
  /** [accumulatorRows][cols]. */
  readonly accumulator: Int32Array;
  /** [rowSlots]. */
  readonly rowMax: Int32Array;
}

/** Executes a GEMM command on the machine, with the reference's product. */
export function execute(c: GemmFields, p: Params, machine: Machine): void {
  const { rows: m, kTiles, nTiles } = c;
  const inner = kTiles * p.rows;
  const byte = (word: number, index: number): number => machine.scratchpad[word * p.wordBytes + index]!;
  const row = (address: number): Int32Array => machine.accumulator.subarray(address * p.cols, (address + 1) * p.cols);

  const a = new Uint8Array(m * inner);
  for (let k = 0; k < kTiles; k++) {
    const at = c.aSub + k;
    const word = c.aAddress + Math.floor(at / p.wordKSteps) * c.aStride;
    const from = (at % p.wordKSteps) * p.rows;
    for (let i = 0; i < m; i++) {
      for (let r = 0; r < p.rows; r++) a[i * inner + k * p.rows + r] = byte(word + i, from + r);
    }
  }
  const activations = c.unsignedA === 1 ? a : new Int8Array(a.buffer);

  for (let n = 0; n < nTiles; n++) {
    const w = new Int8Array(inner * p.cols);
    for (let k = 0; k < inner; k++) {
      for (let col = 0; col < p.cols; col++) {
        const [step, r] = [Math.floor(k / p.rows), k % p.rows];
        const at = c.wSub + (c.transpose === 1 ? step : n);
        const per = c.transpose === 1 ? p.wordKSteps : p.wordTiles;
        const base = c.wAddress + Math.floor(at / per) * c.wStride;
        w[k * p.cols + col] =
          c.transpose === 1
            ? byte(base + n * p.cols + col, (at % per) * p.rows + r)
            : byte(base + k, (at % per) * p.cols + col);
      }
    }
    const initial = new Int32Array(m * p.cols);
    const first = c.accAddress + n * c.accStride;
    for (let i = 0; i < m; i++) {
      if (c.init === GEMM_INITS.accumulate) initial.set(row(first + i), i * p.cols);
      if (c.init === GEMM_INITS.bias) initial.set(row(c.biasAddress + n), i * p.cols);
    }
    const product = matmul(activations, w, { rows: m, inner, cols: p.cols }, { initial, overflow: "wrap" });
    const valid = Math.max(0, Math.min(p.cols, c.validColumns - n * p.cols));
    for (let i = 0; i < m; i++) {
      const sums = product.subarray(i * p.cols, (i + 1) * p.cols);
      row(first + i).set(sums);
      if (c.trackMax === 0) continue;
      const slot = c.rowSlot + i;
      const old = c.startMax === 1 && n === 0 ? -(2 ** 31) : machine.rowMax[slot]!;
      machine.rowMax[slot] = sums.subarray(0, valid).reduce((best, x) => Math.max(best, x), old);
    }
  }
}

export function wordAt({ scratchpad }: Machine, p: Params, address: number): bigint {
  let word = 0n;
  for (let i = p.wordBytes - 1; i >= 0; i--) word = (word << 8n) | BigInt(scratchpad[address * p.wordBytes + i]!);
  return word;
}

export const rowAt = ({ accumulator }: Machine, p: Params, address: number): Int32Array =>
  accumulator.subarray(address * p.cols, (address + 1) * p.cols);

/** Memories of random bytes, extremes included. */
export function randomMachine(p: Params, random: Random): Machine {
  const byte = (): number => (random.chance(0.1) ? random.pick([0, 127, 128, 255]) : random.integer(0, 255));
  const sum = (): number => (random.chance(0.05) ? random.pick([-(2 ** 31), 2 ** 31 - 1]) : random.word() | 0);
  return {
    scratchpad: Uint8Array.from({ length: p.scratchpadWords * p.wordBytes }, byte),
    accumulator: Int32Array.from({ length: p.accumulatorRows * p.cols }, sum),
    rowMax: new Int32Array(p.rowSlots),
  };
}

/** The systolic array alone at other operand widths: area and clock by synthesis, energy by a run of its RTL. */
import { arrayLatency, exactMesh, SystolicArray } from "../../generators/array/index.ts";
import type { MeshParams } from "../../generators/array/index.ts";
import { poke, simulateEmbedded } from "../../harness/index.ts";
import { elaborate } from "../../hdl/index.ts";
import { createRandom } from "../../model/random.ts";
import { wideMatmul } from "../../reference/index.ts";
import { instancePaths } from "../../silicon/energy/accesses.ts";
import { EnergyModel } from "../../silicon/energy/model.ts";
import type { EnergyCosts } from "../../silicon/energy/index.ts";
import { measureDesign, um2PerGe } from "../../silicon/index.ts";
import { designTiming } from "../../silicon/report/timing.ts";
import type { MeasurePartOptions } from "./measure.ts";
import type { OperandRow } from "./result.ts";

/** Widths of the study, in bits. */
export const OPERAND_BITS: readonly number[] = [4, 8, 16];

/** Products of random tiles: weights [rows][cols], activations [height][rows] for each. */
export interface ArrayTiles {
  readonly height: number;
  readonly tiles: readonly { readonly a: Float64Array; readonly w: Float64Array }[];
}

/** Tiles of the study: as many rows as tokens that a block of a layer has, enough tiles that the first load counts for little. */
const HEIGHT = 64;
const TILES = 24;
/** Standard deviations to the largest value of an operand. */
const SPREAD = 4;

/** The same normal random numbers at every width, rounded to it: 4 standard deviations reach the largest value. */
export function normalTiles(p: MeshParams, height: number, count: number, seed = 1): ArrayTiles {
  const { gaussian } = createRandom(seed);
  const most = 2 ** (p.operandBits - 1);
  const operand = (): number => Math.max(-most, Math.min(most - 1, Math.round((gaussian() * (most - 0.5)) / SPREAD)));
  const fill = (length: number): Float64Array => Float64Array.from({ length }, operand);
  return {
    height,
    tiles: Array.from({ length: count }, () => ({ a: fill(height * p.rows), w: fill(p.rows * p.cols) })),
  };
}

/**
 * Runs tiles through the array without a gap, the weights of the next behind the wavefront, on the embedded simulator. Every
 * sum is compared with the exact product: throws at the first that differs. `height` is at least `rows`.
 */
export function runArray(
  p: MeshParams,
  { height, tiles }: ArrayTiles,
  costs: EnergyCosts,
): Pick<OperandRow, "cycles" | "macs" | "picojoules"> {
  const bench = simulateEmbedded(SystolicArray, p, { observe: true });
  const { dut, engine } = bench;
  try {
    const model = new EnergyModel(instancePaths(elaborate(SystolicArray, p)), engine.inspect(), costs);
    const products = tiles.map(({ a, w }) => wideMatmul(a, w, { rows: height, inner: p.rows, cols: p.cols }));
    const weights = (tile: number, row: number): number[] =>
      Array.from({ length: p.cols }, (_, c) => tiles[tile]?.w[row * p.cols + c] ?? 0);
    const activations = (tile: number, row: number): number[] =>
      Array.from({ length: p.rows }, (_, r) => tiles[tile]?.a[row * p.rows + p.rows - 1 - r] ?? 0);
    const cycles = p.rows + tiles.length * height + arrayLatency(p);
    let picojoules = 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      // The first weights enter alone, then those of the next tile with the first rows of each.
      const at = cycle - p.rows;
      const [tile, row] = [Math.floor(at / height), ((at % height) + height) % height];
      const entering = at >= 0 && tile < tiles.length;
      const [next, weightRow] = at < 0 ? [0, cycle] : [tile + 1, row];
      const shift = weightRow < p.rows && next < tiles.length;
      model.before();
      poke(dut.activations, {
        elements: activations(entering ? tile : tiles.length, row),
        swap: entering && row === 0,
      });
      poke(dut.weights, {
        north: weights(shift ? next : tiles.length, weightRow),
        west: Array.from({ length: p.rows }, () => 0),
        shiftSouth: shift,
        shiftEast: false,
        first: weightRow === 0,
      });
      bench.step();
      const due = at - arrayLatency(p);
      if (due >= 0) {
        const [product, line] = [products[Math.floor(due / height)]!, due % height];
        dut.sums.forEach((sum, c) => {
          const [found, expected] = [sum.sampled(), product[line * p.cols + c]!];
          if (found !== expected)
            throw new Error(
              `array of ${p.operandBits} bits, row ${due}, column ${c}: ${found} in place of ${expected}`,
            );
        });
      }
      engine.settle();
      model.after();
      picojoules += model.parts.reduce((sum, part) => sum + part, 0);
    }
    return { cycles, macs: p.rows * p.cols * height * tiles.length, picojoules };
  } finally {
    bench.close();
  }
}

export interface MeasureOperandsOptions extends MeasurePartOptions<number> {
  readonly rows: number;
  readonly cols: number;
  readonly bits?: readonly number[];
}

/** The array at every width. Errors: those of `synthesise`. */
export async function measureOperands(options: MeasureOperandsOptions): Promise<OperandRow[]> {
  const { technology, rows, cols, bits: widths = OPERAND_BITS, signal, onStart, onSynthesis } = options;
  const measured: OperandRow[] = [];
  for (const bits of widths) {
    await onStart(bits);
    const p = exactMesh({ rows, cols, operandBits: bits });
    const design = elaborate(SystolicArray, p);
    const parts = await measureDesign(design, { technology, signal, onProgress: onSynthesis });
    const { modules } = parts;
    let arrayGe = 0;
    let flipFlops = 0;
    for (const { name } of instancePaths(design).values()) {
      const { ge, flipFlops: own } = modules.get(name)!;
      arrayGe += ge;
      flipFlops += own;
    }
    const { paths } = designTiming(parts, technology.library, technology.node);
    const perGe = um2PerGe(technology);
    measured.push({
      ...{ bits, rows, cols, sumBits: p.sumBits, arrayGe, flipFlops },
      processingElementGe: modules.get("pe")!.ge,
      ...(perGe !== undefined && { um2: arrayGe * perGe }),
      fmaxMhz: 1e6 / Math.max(...paths.map(({ picoseconds }) => picoseconds)),
      ...runArray(p, normalTiles(p, HEIGHT, TILES), { modules, node: technology.node }),
    });
  }
  return measured;
}

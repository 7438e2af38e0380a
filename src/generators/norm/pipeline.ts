import {
  bool,
  input,
  memory,
  module,
  mux,
  output,
  reg,
  sint,
  sintLit,
  times,
  uint,
  uintLit,
  when,
} from "../../hdl/index.ts";
import type { Bool, Uint, Value } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { rowMaxShape, slotBits } from "../common/index.ts";
import { laneControl } from "./lane-control.ts";
import { OPERATION_KINDS, operationShape, passShape } from "./operation.ts";
import { FACTOR_BITS, FACTOR_SHIFT_BITS, hasRowSums, MEAN_BITS, normFeatures, normStages } from "./shape.ts";

/** A row's factor as the row unit writes it. */
export const factorShape = { r: uint(FACTOR_BITS), shift: uint(FACTOR_SHIFT_BITS), mean: sint(MEAN_BITS) } as const;
export const factorWriteShape = (p: Params) => ({ valid: bool, slot: uint(slotBits(p)), factor: factorShape });

/** A sum operation as it leaves the stage `affine`. */
export const sumOperationShape = (p: Params) => ({ valid: bool, slot: uint(slotBits(p)), first: bool, last: bool });

/** An operation at the end of the pipeline, with the pass it belongs to. */
export const resultOperationShape = (p: Params) => ({ operation: operationShape(p), pass: passShape });

/**
 * The control side of the pipeline: operations move one stage a cycle, never held up, and each stage tells the lanes
 * what to do with theirs. Two passes may be in flight, so a pass starts while the previous one drains; what a pass's
 * operations share is kept once for each, and an operation only carries which of the two it belongs to.
 *
 * ```
 *   request     operation enters when its read is granted
 *   bank        ·
 *   fetch       row maximum and row factor are read        → at hand from `subtract` on
 *   subtract …  controls of each stage, see NormStages; the factor moves along to where it is used
 *   affine      exp or x of the lanes go to the row sums
 *   output      operation and pass go to the writer with the result
 * ```
 *
 * Operations move whether they are valid or not, which saves an enable for each bit of each stage.
 *
 * Latency `output` cycles, throughput one operation a cycle.
 */
export const NormPipeline = module(
  "norm_pipeline",
  (p: Params) => ({
    /** A pass starts: its controls, and the place (0 or 1) they are kept in. */
    start: input({ valid: bool, place: bool, pass: passShape }),
    enter: input({ valid: bool, operation: operationShape(p) }),
    rowMax: input(rowMaxShape(p)),
    factor: input(factorWriteShape(p)),
    control: output(laneControl),
    /** Slice of the accumulator row or of the word that `fetch` takes. */
    fetchSource: output(operationShape(p).source),
    countSquare: output(times(p.lanes, () => bool)),
    countSum: output(times(p.lanes, () => bool)),
    maskResult: output(times(p.lanes, () => bool)),
    sum: output(sumOperationShape(p)),
    resultValid: output(bool),
    result: output(resultOperationShape(p)),
    /** No operation is in any stage. */
    empty: output(bool),
  }),
  (io, p) => {
    const features = normFeatures(p);
    const stages = normStages(features);
    const passes = times(2, (place) => {
      const pass = reg(passShape, { reset: false });
      when(io.start.valid.and(io.start.place.eq(place === 1)), () => {
        pass.next = io.start.pass;
      });
      return pass;
    });

    const valid: Bool[] = [io.enter.valid];
    const operations: Value<ReturnType<typeof operationShape>>[] = [io.enter.operation];
    times(stages.output, (k) => {
      const holds = reg(bool);
      const operation = reg(operationShape(p), { reset: false });
      holds.next = valid[k]!;
      operation.next = operations[k]!;
      valid.push(holds);
      operations.push(operation);
    });
    const isRow = (stage: number): Bool => operations[stage]!.kind.eq(OPERATION_KINDS.row);
    const holdsKind = (stage: number, kind: keyof typeof OPERATION_KINDS): Bool =>
      valid[stage]!.and(operations[stage]!.kind.eq(OPERATION_KINDS[kind]));
    const passAt = (stage: number): Value<typeof passShape> => mux(operations[stage]!.pass, passes[1]!, passes[0]!);

    // Row maximum and factor, from the stage after `fetch` on.
    const atFetch = { address: operations[stages.fetch]!.slot, enable: valid[stages.fetch]! };
    const factors = new Map<number, Value<typeof factorShape>>();
    if (hasRowSums(features)) {
      const rowFactors = memory({ shape: factorShape, depth: p.rowSlots });
      rowFactors.write({ address: io.factor.slot, data: io.factor.factor, enable: io.factor.valid });
      let factor: Value<typeof factorShape> = rowFactors.read(atFetch);
      factors.set(stages.subtract, factor);
      for (let stage = stages.subtract; stage < stages.lastShift; stage++) {
        const moved = reg(factorShape, { reset: false, name: `factor_${stage + 1}` });
        moved.next = factor;
        factor = moved;
        factors.set(stage + 1, factor);
      }
    }
    const factorAt = (stage: number): Value<typeof factorShape> =>
      factors.get(stage) ?? {
        r: uintLit(0, FACTOR_BITS),
        shift: uintLit(0, FACTOR_SHIFT_BITS),
        mean: sintLit(0, MEAN_BITS),
      };
    const shiftPlus = (stage: number, offset: number): Uint =>
      factorAt(stage).shift.toSint().add(offset).asUint().wrap(6);

    const { front, back } = io.control;
    const fn = io.control.function;
    const { subtract, scale, shift, narrow, prepare, align, round, affine, lastShift, lastNarrow } = stages;
    front.fetches.set(valid[stages.fetch]!);

    io.fetchSource.set(operations[stages.fetch]!.source);
    front.residual.set(isRow(stages.fetch).and(passAt(stages.fetch).residual));
    front.distance.set(isRow(subtract).and(passAt(subtract).distance));
    if (features.softmax) {
      const rowMaxima = memory({ shape: sint(32), depth: p.rowSlots });
      rowMaxima.write({ address: io.rowMax.slot, data: io.rowMax.value, enable: io.rowMax.valid });
      front.rowMax.set(rowMaxima.read(atFetch));
    } else {
      front.rowMax.set(0);
    }
    const rowMultiplier = mux(passAt(scale).rowScale, factorAt(scale).r.wrap(16), passAt(scale).multiplier);
    front.multiplier.set(mux(isRow(scale), rowMultiplier, uintLit(1, 16)));
    front.ownMultiplier.set(isRow(scale).and(passAt(scale).ownScale));
    front.loadMultiplier.set(holdsKind(scale, "scale"));
    const rowExponent = mux(passAt(shift).rowScale, shiftPlus(shift, -7), passAt(shift).exponent);
    front.exponent.set(mux(isRow(shift), rowExponent, uintLit(0, 6)));
    front.ownExponent.set(isRow(shift).and(passAt(shift).ownScale));
    front.loadExponent.set(holdsKind(shift, "scale"));
    front.toByte.set(isRow(narrow).and(passAt(narrow).toByte));
    front.toExponent.set(isRow(narrow).and(passAt(narrow).toExponent));
    front.toGelu.set(isRow(narrow).and(passAt(narrow).toGelu));
    front.toLayerNorm.set(isRow(narrow).and(passAt(narrow).toLayerNorm));

    fn.prepareExp.set(passAt(prepare).exp);
    fn.prepareGelu.set(passAt(prepare).gelu);
    fn.prepareNormalise.set(passAt(prepare).normalise);
    fn.mean.set(factorAt(prepare).mean);
    fn.deviationFactor.set(factorAt(prepare).r);
    fn.alignExp.set(isRow(align).and(passAt(align).exp));
    fn.alignGelu.set(isRow(align).and(passAt(align).gelu));
    fn.alignNormalise.set(isRow(align).and(passAt(align).normalise));
    fn.deviationShift.set(factorAt(align).shift);
    fn.roundExp.set(isRow(round).and(passAt(round).exp));
    fn.roundNormalise.set(isRow(round).and(passAt(round).normalise));
    fn.factor.set(mux(passAt(affine).probability, factorAt(affine).r.wrap(16), passAt(affine).factor));
    fn.ownGain.set(passAt(affine).normalise);
    fn.loadGain.set(holdsKind(affine, "gain"));
    fn.lastExponent.set(mux(passAt(lastShift).probability, shiftPlus(lastShift, 7), passAt(lastShift).lastExponent));

    back.addOffset.set(passAt(affine).addOffset);
    back.loadOffset.set(holdsKind(affine, "offset"));
    back.toUnsignedByte.set(passAt(lastNarrow).toUnsignedByte);
    back.toWord.set(passAt(lastNarrow).toWord);
    back.relu.set(passAt(lastNarrow).relu);

    const counts = (stage: number, lane: number): Bool => operations[stage]!.columns.gt(lane);
    const squares = holdsKind(align, "row").and(passAt(align).statistics);
    const sums = holdsKind(affine, "row").and(passAt(affine).sums);
    const masked = passAt(lastNarrow).masked;
    times(p.lanes, (lane) => {
      io.countSquare[lane]!.set(squares.and(counts(align, lane)));
      io.countSum[lane]!.set(sums.and(counts(affine, lane)));
      io.maskResult[lane]!.set(masked.and(counts(lastNarrow, lane).not()));
    });
    const { slot, first, last } = operations[affine]!;
    io.sum.set({ valid: sums, slot, first, last });
    io.resultValid.set(valid[stages.output]!);
    io.result.set({ operation: operations[stages.output]!, pass: passAt(stages.output) });
    io.empty.set(
      valid
        .slice(1)
        .reduce((any, one) => any.or(one))
        .not(),
    );
  },
);

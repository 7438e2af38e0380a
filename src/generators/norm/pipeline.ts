import {
  bool,
  input,
  memory,
  module,
  mux,
  output,
  pipe,
  reg,
  sint,
  sintLit,
  times,
  uint,
  uintLit,
  when,
} from "../../hdl/index.ts";
import type { Bool, Data, Plain, Uint, Value } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { MULTIPLIER_BITS, PRE_SHIFT_BITS, PRE_SHIFT_LEFT, SCALE_FORMATS, shiftAmount } from "../../isa/index.ts";
import { INDEX_BITS, MASK_BITS, rowMaxShape, slotBits } from "../common/index.ts";
import { laneControl } from "./lane-control.ts";
import { OPERATION_KINDS, operationShape, passShape, resultShape } from "./operation.ts";
import {
  FACTOR_SHIFT_BITS,
  factorBits,
  hasRowSums,
  isIbertLayerNorm,
  meanBits,
  normFeatures,
  normStages,
  ROW_FACTOR_BITS,
} from "./shape.ts";
import type { NormFeatures } from "./shape.ts";

/** A row's factor as the row unit writes it. */
export const factorShape = (f: NormFeatures) => ({
  r: uint(factorBits(f)),
  shift: uint(FACTOR_SHIFT_BITS),
  mean: sint(meanBits(f)),
});
export const factorWriteShape = (p: Params) => ({
  valid: bool,
  slot: uint(slotBits(p)),
  factor: factorShape(normFeatures(p)),
});

/** A sum operation as it leaves the stage `affine`. */
export const sumOperationShape = (p: Params) => ({ valid: bool, slot: uint(slotBits(p)), first: bool, last: bool });

type RowFactor = Value<ReturnType<typeof factorShape>>;

/** An operation at the end of the pipeline, with what the pass it belongs to does with its result. */
export const resultOperationShape = (p: Params) => ({
  operation: resultShape(p),
  pass: { raw: bool, toScratchpad: bool, toStream: bool, toAccumulator: bool },
});

/** The multiplier and shift at which a value passes as it is, saturated to s16. */
const UNITY = {
  multiplier: 2 ** (MULTIPLIER_BITS - 1),
  amount: shiftAmount(MULTIPLIER_BITS - 1, SCALE_FORMATS.fixed),
} as const;
/** The shift of a scale's word, which brings all of its upper bits into the operand. */
const SCALE_WORD_AMOUNT = PRE_SHIFT_LEFT + 15;

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
 * Operations move whether they are valid or not, which saves an enable for each bit of each stage, and each part of one
 * goes as far as it is needed.
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
    control: output(laneControl(normFeatures(p))),
    /** Slice of the accumulator row or of the word that `fetch` takes; of a raw pass, which word of the slice. */
    fetchSource: output(operationShape(p).source),
    fetchRaw: output({ valid: bool, part: operationShape(p).part }),
    countSquare: output(times(p.lanes, () => bool)),
    countSum: output(times(p.lanes, () => bool)),
    maskResult: output(times(p.lanes, () => bool)),
    sum: output(sumOperationShape(p)),
    resultValid: output(bool),
    result: output(resultOperationShape(p)),
    /** Of the pass that `result` belonged to in the cycle before. */
    retiring: output({ post: uint(MASK_BITS), index: uint(INDEX_BITS) }),
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

    const { first, slot, columns: entering, source, ...lasting } = io.enter.operation;
    const valid: Bool[] = [io.enter.valid];
    times(stages.output, (k) => {
      const holds = reg(bool);
      holds.next = valid[k]!;
      valid.push(holds);
    });
    const operations = along("operation", lasting, stages.output);
    const sources = along("source", source, stages.fetch);
    const columns = along("columns", entering, stages.lastNarrow - 1);
    const summed = along("summed", { slot, first }, stages.affine);
    const isRow = (stage: number): Bool => operations[stage]!.kind.eq(OPERATION_KINDS.row);
    const holdsKind = (stage: number, kind: keyof typeof OPERATION_KINDS): Bool =>
      valid[stage]!.and(operations[stage]!.kind.eq(OPERATION_KINDS[kind]));
    const passAt = (stage: number): Value<typeof passShape> => mux(operations[stage]!.pass, passes[1]!, passes[0]!);

    // Row maximum and factor, from the stage after `fetch` on.
    const { fetch, subtract, shift, scale, narrow, prepare, multiply, round, affine, lastShift, lastNarrow } = stages;
    const atFetch = { address: summed[fetch]!.slot, enable: valid[fetch]! };
    const factors = new Map<number, RowFactor>();
    const shape = factorShape(features);
    if (hasRowSums(features)) {
      const rowFactors = memory({ shape, depth: p.rowSlots });
      rowFactors.write({ address: io.factor.slot, data: io.factor.factor, enable: io.factor.valid });
      let factor: RowFactor = rowFactors.read(atFetch);
      factors.set(fetch + 1, factor);
      for (let stage = fetch + 1; stage < affine; stage++) {
        const moved = reg(shape, { reset: false, name: `factor_${stage + 1}` });
        moved.next = factor;
        factor = moved;
        factors.set(stage + 1, factor);
      }
    }
    const factorAt = (stage: number): RowFactor =>
      factors.get(stage) ?? {
        r: uintLit(0, factorBits(features)),
        shift: uintLit(0, FACTOR_SHIFT_BITS),
        mean: sintLit(0, meanBits(features)),
      };

    const { front, requantiser, back } = io.control;
    const fn = io.control.function;
    front.fetches.set(valid[fetch]!);
    io.fetchSource.set(sources[fetch]!);
    const fetching = passAt(fetch);
    io.fetchRaw.set({ valid: fetching.raw, part: operations[fetch]!.part });
    front.residual.set(isRow(fetch).and(fetching.residual.or(fetching.raw)));

    if (features.softmax) {
      const rowMaxima = memory({ shape: sint(32), depth: p.rowSlots });
      rowMaxima.write({ address: io.rowMax.slot, data: io.rowMax.value, enable: io.rowMax.valid });
      front.rowMax.set(rowMaxima.read(atFetch));
    } else {
      front.rowMax.set(0);
    }
    // Chosen while the operation is a stage before, so that the lanes' paths begin at a register.
    const soonRow = (name: string, stage: number, what: (pass: Value<typeof passShape>) => Bool): Bool =>
      pipe(isRow(stage - 1).and(what(passAt(stage - 1))), 1, { name });
    const soonPass = (name: string, stage: number, what: (pass: Value<typeof passShape>) => Bool): Bool =>
      pipe(what(passAt(stage - 1)), 1, { name });
    const soon = (name: string, what: Uint): Uint => pipe(what, 1, { name });

    front.distance.set(soonRow("distance", subtract, (pass) => pass.distance));
    const shifting = passAt(shift - 1);
    const rowAmount = mux(shifting.rowScale, factorAt(shift - 1).shift.extend(PRE_SHIFT_BITS), shifting.amount);
    const holdsScale = operations[shift - 1]!.kind.eq(OPERATION_KINDS.scale);
    const amountOf = (amount: number): Uint => uintLit(amount, PRE_SHIFT_BITS);
    const parameterAmount = mux(holdsScale, amountOf(SCALE_WORD_AMOUNT), amountOf(UNITY.amount));
    requantiser.amount.set(soon("amount", mux(isRow(shift - 1), rowAmount, parameterAmount)));
    requantiser.ownAmount.set(soonRow("ownAmount", shift, (pass) => pass.ownScale));
    requantiser.loadAmount.set(holdsKind(shift, "scale"));
    const { rowScale, multiplier } = passAt(scale - 1);
    const rowMultiplier = mux(rowScale, factorAt(scale - 1).r.wrap(ROW_FACTOR_BITS), multiplier);
    const unity = uintLit(UNITY.multiplier, MULTIPLIER_BITS);
    requantiser.multiplier.set(soon("multiplier", mux(isRow(scale - 1), rowMultiplier, unity)));
    requantiser.ownMultiplier.set(soonRow("ownMultiplier", scale, (pass) => pass.ownScale));
    requantiser.loadMultiplier.set(holdsKind(scale, "scale"));
    requantiser.toByte.set(soonRow("toByte", narrow, (pass) => pass.toByte));
    requantiser.toExponent.set(soonRow("toExponent", narrow, (pass) => pass.toExponent));
    requantiser.toLayerNorm.set(soonRow("toLayerNorm", narrow, (pass) => pass.toLayerNorm));

    fn.prepareExp.set(soonPass("prepareExp", prepare, (pass) => pass.exp));
    fn.prepareGelu.set(soonPass("prepareGelu", prepare, (pass) => pass.gelu));
    fn.prepareNormalise.set(soonPass("prepareNormalise", prepare, (pass) => pass.normalise));
    fn.mean.set(factorAt(prepare).mean);
    fn.deviationShift.set(factorAt(isIbertLayerNorm(features) ? round : prepare).shift);
    fn.deviationFactor.set(factorAt(prepare).r);
    fn.keepExp.set(soonPass("keepExp", multiply, (pass) => pass.exp));
    fn.roundExp.set(soonRow("roundExp", round, (pass) => pass.exp));
    fn.roundGelu.set(soonRow("roundGelu", round, (pass) => pass.gelu));
    fn.roundNormalise.set(soonRow("roundNormalise", round, (pass) => pass.normalise));

    const { probability, factor } = passAt(affine - 1);
    back.factor.set(soon("last_factor", mux(probability, factorAt(affine - 1).r.wrap(ROW_FACTOR_BITS), factor)));
    back.ownGain.set(soonPass("ownGain", affine, (pass) => pass.normalise));
    back.loadGain.set(holdsKind(affine, "gain"));
    back.loadOffset.set(holdsKind(affine, "offset").and(passAt(affine).normalise));
    back.loadBias.set(holdsKind(shift, "offset").and(passAt(shift).residual));
    back.addOffset.set(soonPass("addOffset", lastShift, (pass) => pass.addOffset));
    back.shiftWord.set(soonPass("shiftWord", lastShift, (pass) => pass.toWord));
    const last = passAt(lastShift - 1);
    back.lastShift.set(soon("last_shift", mux(last.probability, factorAt(lastShift - 1).shift, last.lastShift)));
    back.toUnsignedByte.set(soonPass("toUnsignedByte", lastNarrow, (pass) => pass.toUnsignedByte));
    back.toWord.set(soonPass("toWord", lastNarrow, (pass) => pass.toWord));
    back.relu.set(soonPass("relu", lastNarrow, (pass) => pass.relu));
    back.raw.set(passAt(stages.output).raw);

    const counts = (stage: number, lane: number): Bool => columns[stage]!.gt(lane);
    const squares = holdsKind(round - 1, "row").and(passAt(round - 1).statistics);
    const sums = holdsKind(affine - 1, "row").and(passAt(affine - 1).sums);
    const masked = passAt(lastNarrow - 1).masked;
    times(p.lanes, (lane) => {
      io.countSquare[lane]!.set(pipe(squares.and(counts(round - 1, lane)), 1, { name: `count_square_${lane}` }));
      io.countSum[lane]!.set(pipe(sums.and(counts(affine - 1, lane)), 1, { name: `count_sum_${lane}` }));
      io.maskResult[lane]!.set(
        pipe(masked.and(counts(lastNarrow - 1, lane).not()), 1, { name: `mask_result_${lane}` }),
      );
    });
    io.sum.set({
      valid: pipe(sums, 1, { reset: true, name: "summing" }),
      ...summed[affine]!,
      last: operations[affine]!.last,
    });
    io.resultValid.set(valid[stages.output]!);
    const { raw, toScratchpad, toStream, toAccumulator } = passAt(stages.output);
    io.result.set({ operation: operations[stages.output]!, pass: { raw, toScratchpad, toStream, toAccumulator } });
    const leaving = pipe(operations[stages.output]!.pass, 1, { name: "leaving" });
    io.retiring.set({
      post: mux(leaving, passes[1]!.post, passes[0]!.post),
      index: mux(leaving, passes[1]!.index, passes[0]!.index),
    });
    io.empty.set(
      valid
        .slice(1)
        .reduce((any, one) => any.or(one))
        .not(),
    );
  },
);

/** `value` and the stages it moves through, one a cycle: element k is what stage k holds. */
function along<V extends Data>(name: string, value: V, until: number): readonly Plain<V>[] {
  const stages: Data[] = [value];
  for (let stage = 1; stage <= until; stage++) stages.push(pipe(stages.at(-1)!, 1, { name: `${name}_${stage}` }));
  return stages as Plain<V>[];
}

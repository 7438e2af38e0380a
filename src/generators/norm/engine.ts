import { bool, input, instance, module, mux, select, source, times } from "../../hdl/index.ts";
import type { Sint, Uint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import {
  accumulatorRead,
  accumulatorWrite,
  enginePorts,
  normStream,
  rowMaxShape,
  scratchpadRead,
  scratchpadWrite,
} from "../common/index.ts";
import { Lane, laneParams, residualBits } from "./lane.ts";
import { rawWords } from "./operation.ts";
import { NormPipeline } from "./pipeline.ts";
import { RowSums } from "./row-sums.ts";
import { RowUnit } from "./row-unit/index.ts";
import { NormSequencer } from "./sequencer.ts";
import { hasRowSums, normFeatures } from "./shape.ts";
import { NormWriter } from "./writer.ts";

/**
 * NORM: passes over accumulator rows, `lanes` columns a cycle; see `NormStages` for the pipeline.
 *
 * ```
 *   command ─► sequencer ──operation──► pipeline control ─────────────┐ operation, pass
 *                 │ read                     │ controls              ▼
 *                 ▼                          ▼                     writer ─► scratchpad, stream, accumulator, retire
 *              memories ──data──────────► lanes ──result────────────▲
 *                                            │ exp, x, x²
 *                                            ▼
 *                                        row sums ──► row unit ──► row factors (in the pipeline control)
 * ```
 *
 * One slice a cycle for every function; parameter rows take a cycle each. Latency from the grant of the first read to
 * the first result: 13 cycles with Softmax, 12 with other functions, 8 without; one more with I-BERT's GELU or Softmax.
 */
export const NormEngine = module(
  "norm_engine",
  (p: Params) => ({
    ...enginePorts("norm"),
    accumulatorRead: accumulatorRead(p),
    accumulatorWrite: accumulatorWrite(p),
    scratchpadRead: scratchpadRead(p),
    scratchpadWrite: scratchpadWrite(p),
    rowMax: input(rowMaxShape(p)),
    stream: source(normStream(p)),
    /** STORE asks for a word of the stream: there is a place for it from now on, at most STORE_WORDS ahead of those it has taken. */
    streamAsked: input(bool),
  }),
  (io, p) => {
    const features = normFeatures(p);
    const sequencer = instance(NormSequencer, p);
    const pipeline = instance(NormPipeline, p);
    const writer = instance(NormWriter, p);

    // Commands and reads.
    sequencer.command.valid.set(io.command.valid);
    sequencer.command.payload.set(io.command.payload);
    io.command.ready.set(sequencer.command.ready);
    sequencer.halt.set(io.halt);
    sequencer.pipelineEmpty.set(pipeline.empty);
    for (const [port, request] of [
      [io.accumulatorRead, sequencer.accumulator],
      [io.scratchpadRead, sequencer.scratchpad],
    ] as const) {
      port.valid.set(request.valid);
      port.address.set(request.address);
      request.ready.set(port.ready);
    }
    io.fault.set(sequencer.fault);
    io.busy.set(sequencer.busy);
    io.idle.set(sequencer.idle);
    io.memoryWait.set(sequencer.memoryWait);
    io.stalled.set(sequencer.stalled);

    // Operations through the pipeline.
    pipeline.start.set(sequencer.start);
    pipeline.enter.set(sequencer.enter);
    pipeline.rowMax.set(io.rowMax);
    const sources = p.cols / p.lanes;
    const fetched = io.accumulatorRead.data;
    const bytes = times(p.wordBytes, (i) => io.scratchpadRead.data.bits(8 * i + 7, 8 * i).asSint());
    const slice = times(p.lanes, (i) => pick(pipeline.fetchSource, sources, (part) => fetched[part * p.lanes + i]!));
    const lanes = times(p.lanes, (i) => {
      const params = laneParams(p);
      const lane = instance(Lane, params);
      lane.control.set(pipeline.control);
      lane.accumulator.set(slice[i]!);
      const residual = pick(pipeline.fetchSource, p.wordSlices, (sub) => bytes[sub * p.lanes + i]!);
      const raw = pick(pipeline.fetchRaw.part, rawWords(p), (word) => rawPart(p, slice, word, i));
      lane.residual.set(mux(pipeline.fetchRaw.valid, raw, residual.extend(residualBits(params.rawBits))));
      lane.countSquare.set(pipeline.countSquare[i]!);
      lane.countSum.set(pipeline.countSum[i]!);
      lane.maskResult.set(pipeline.maskResult[i]!);
      return lane;
    });

    // Results out.
    writer.valid.set(pipeline.resultValid);
    writer.result.set(pipeline.result);
    writer.retiring.set(pipeline.retiring);
    writer.lanes.forEach((port, i) => {
      port.set(lanes[i]!.result);
    });
    writer.epoch.set(sequencer.epoch);
    writer.halt.set(io.halt);
    sequencer.written.set(writer.written);
    sequencer.denied.set(writer.denied);
    sequencer.streamAsked.set(io.streamAsked);
    sequencer.ends.set(writer.ends);
    io.retire.set(writer.retire);
    io.scratchpadWrite.valid.set(writer.scratchpad.valid);
    io.scratchpadWrite.address.set(writer.scratchpad.address);
    io.scratchpadWrite.data.set(writer.scratchpad.data);
    io.scratchpadWrite.mask.set(writer.scratchpad.mask);
    writer.scratchpad.ready.set(io.scratchpadWrite.ready);
    io.accumulatorWrite.valid.set(writer.accumulator.valid);
    io.accumulatorWrite.address.set(writer.accumulator.address);
    io.accumulatorWrite.data.set(writer.accumulator.data);
    io.accumulatorWrite.mask.set(writer.accumulator.mask);
    writer.accumulator.ready.set(io.accumulatorWrite.ready);
    io.stream.valid.set(writer.stream.valid);
    io.stream.payload.set(writer.stream.payload);
    writer.stream.ready.set(io.stream.ready);

    // Row sums and row factors.
    if (!hasRowSums(features)) {
      pipeline.factor.set({ valid: false, slot: 0, factor: { r: 0, shift: 0, mean: 0 } });
      sequencer.jobDone.set(false);
      sequencer.sumReadWaits.set(false);
      return;
    }
    const rowSums = instance(RowSums, p);
    const rowUnit = instance(RowUnit, p);
    rowSums.operation.set(pipeline.sum);
    lanes.forEach((lane, i) => {
      rowSums.sums[i]!.set(lane.sum);
      rowSums.squares[i]!.set(lane.square);
    });
    rowSums.read.valid.set(rowUnit.read.valid);
    rowSums.read.slot.set(rowUnit.read.slot);
    rowUnit.read.ready.set(rowSums.read.ready);
    rowUnit.row.set(rowSums.row);
    rowUnit.passDone.set(rowSums.passDone);
    rowUnit.job.set(sequencer.job);
    pipeline.factor.set(rowUnit.factor);
    sequencer.jobDone.set(rowUnit.jobDone);
    sequencer.sumReadWaits.set(rowUnit.read.valid.and(rowSums.read.ready.not()));
  },
);

/** Part number `index` of `count`. */
const pick = (index: Uint, count: number, part: (i: number) => Sint): Sint =>
  count === 1 ? part(0) : select(index.wrap(Math.log2(count)), times(count, part));

/**
 * What lane `lane` passes on of a row-slice for word `word` of it: bits of the word at the lane's own place, so that the words of
 * a row-slice are the elements in order. A lane whose element is whole shows its low half.
 */
function rawPart(p: Params, slice: readonly Sint[], word: number, lane: number): Sint {
  const words = rawWords(p);
  const { rawBits } = laneParams(p);
  const bits = residualBits(rawBits);
  const element = slice[(word * p.lanes) / words + Math.floor(lane / words)]!;
  const first = (lane % words) * rawBits;
  return element
    .asUint()
    .bits(first + bits - 1, first)
    .asSint();
}

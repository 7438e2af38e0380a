import { assert, bool, boolLit, instance, module, output, pipe, reg, times, uint, when } from "../../hdl/index.ts";
import type { Bool, Uint } from "../../hdl/index.ts";
import { indexBits } from "../../config/index.ts";
import type { Params } from "../../config/index.ts";
import { FAULTS } from "../../isa/index.ts";
import {
  accumulatorMask,
  accumulatorRead,
  accumulatorWrite,
  enginePorts,
  FAULT_BITS,
  fifo,
  INDEX_BITS,
  rowMaxShape,
  scratchpadRead,
} from "../common/index.ts";
import { arrayLatency, SystolicArray } from "../array/index.ts";
import { Accumulate } from "./accumulate.ts";
import { ActivationIssuer } from "./activation-issuer.ts";
import { checkCommand } from "./command-check.ts";
import { Feeder, meshParams } from "./feeder.ts";
import { OperandReader } from "./operand-reader.ts";
import { outputCommand, OutputSequencer } from "./output-sequencer.ts";
import { subSlices } from "./requests.ts";
import { Retirement } from "./retirement.ts";
import { RowMaximum } from "./row-maximum.ts";
import { WeightLoader } from "./weight-loader.ts";

/** Cycles from the read of an accumulator row to its arrival, and from there to its sum. */
export const READ_LATENCY = 2;
const ADD_LATENCY = 1;

/** Commands whose rows are still in the array while the issuer works on a later one, beside the sequencer's own. */
export const DRAINING_COMMANDS = 2;
/** Bits to count the commands in execution: those above and a few that are about to retire. */
const COUNT_BITS = 4;

/**
 * GEMM engine: acc[n][i] (+)= Σk A[i][k] · W[k][n] over the rows, K steps and N tiles of a command.
 *
 * ```
 *   command ─┬─► weight loader ────► reader (scratchpad) ─┐
 *            ├─► activation issuer ► reader (scratchpad) ─┴► feeder ─► array ─► accumulate ─► accumulator
 *            └─► output sequencer ◄──────────── valid rows ──────────────┘  ▲         └─► row maximum ─► NORM
 *                       └──────────────── accumulator row to add to ────────┘
 *
 *   cycle 0                command taken; loader and issuer hold it
 *   1 … R                  weight rows requested (R = array rows; cols when transposed)
 *   3 … R + 2              they enter the array; activations wait in their reader meanwhile
 *   e = R + 3 + i          activation row i enters the array
 *   e + R + C - 2          its accumulator row is read
 *   e + R + C              its sums leave the array, the accumulator row arrives
 *   e + R + C + 1          the total is written, retire; the row maximum's tree begins
 * ```
 *
 * Throughput: a tile takes max(M, R) cycles, with no gap between tiles, N tiles or commands. Loader, issuer and
 * sequencer each work on their own command, so that the next one streams in while the last one drains. The same
 * accumulator row is touched again after at least four cycles (no tile is shorter), by when its total is written;
 * different tiles of a command must not share rows, nor may a bias row be one of its outputs.
 */
export const GemmEngine = module(
  "gemm_engine",
  (p: Params) => ({
    ...enginePorts("gemm"),
    activations: scratchpadRead(p),
    weights: scratchpadRead(p),
    accumulatorRead: accumulatorRead(p),
    accumulatorWrite: accumulatorWrite(p),
    rowMax: output(rowMaxShape(p)),
    /** An activation row enters the array in this cycle; counted as array use. */
    rowEntered: output(bool),
  }),
  (io, p) => {
    const loader = instance(WeightLoader, p);
    const issuer = instance(ActivationIssuer, p);
    const sequencer = instance(OutputSequencer, p);
    const weights = instance(OperandReader, {
      name: "weight_reader",
      params: p,
      bytes: p.wordBytes,
      subs: subSlices(p),
    });
    const activations = instance(OperandReader, {
      name: "activation_reader",
      params: p,
      bytes: p.rows,
      subs: p.wordKSteps,
    });
    const feeder = instance(Feeder, p);
    const array = instance(SystolicArray, meshParams(p));
    const accumulate = instance(Accumulate, p);

    const command = io.command.payload;
    const check = checkCommand(command, p);
    const fault = reg({ valid: bool, code: uint(FAULT_BITS), index: uint(INDEX_BITS) });
    const stop = io.halt.or(fault.valid);

    // Each of the three takes the command when it can; it has started when all have.
    const draining = fifo("draining", outputCommand(), DRAINING_COMMANDS);
    const ready = [loader.command.ready, issuer.command.ready, draining.ready];
    const taken = times(ready.length, () => reg(bool));
    const offered = io.command.valid.and(check.faulty.not()).and(stop.not());
    const offers = taken.map((t) => offered.and(t.not()));
    const takes = taken.map((t, i) => t.or(ready[i]!));
    const starts = offered.and(takes.reduce((all, one) => all.and(one)));
    taken.forEach((t, i) => {
      t.next = offered.and(starts.not()).and(takes[i]!);
    });
    io.command.ready.set(starts);
    loader.command.valid.set(offers[0]!);
    loader.command.payload.set(command);
    issuer.command.valid.set(offers[1]!);
    issuer.command.payload.set(command);
    draining.push(offers[2]!, command);
    draining.take(sequencer.command.ready);
    sequencer.command.valid.set(draining.valid);
    sequencer.command.payload.set(draining.head);

    // Where both want the same bank, activations let weights go first when the array would not notice.
    const bankBits = indexBits(p.scratchpadBanks);
    const sameBank = weights.memory.address
      .bits(bankBits - 1, 0)
      .eq(issuer.request.payload.address.bits(bankBits - 1, 0));
    const yields = activations.spare.or(feeder.awaitsWeights).and(weights.memory.valid).and(sameBank);
    activations.request.valid.set(issuer.request.valid.and(yields.not()));
    activations.request.payload.set(issuer.request.payload);
    issuer.request.ready.set(activations.request.ready.and(yields.not()));
    weights.request.valid.set(loader.request.valid);
    weights.request.payload.set(loader.request.payload);
    loader.request.ready.set(weights.request.ready);
    for (const [port, reader] of [
      [io.activations, activations],
      [io.weights, weights],
    ] as const) {
      port.valid.set(reader.memory.valid);
      port.address.set(reader.memory.address);
      reader.memory.ready.set(port.ready);
      reader.memory.dataValid.set(port.dataValid);
      reader.memory.data.set(port.data);
    }

    for (const [row, reader] of [
      [feeder.activations, activations],
      [feeder.weights, weights],
    ] as const) {
      row.valid.set(reader.row.valid);
      row.payload.set(reader.row.payload);
      reader.row.ready.set(row.ready);
    }
    array.activations.set(feeder.activationRow);
    array.weights.set(feeder.weightRow);
    io.rowEntered.set(feeder.entered);

    // The row to add to is asked for such that it arrives together with the sums.
    const reset = { reset: true };
    const { row } = sequencer;
    sequencer.advance.set(pipe(feeder.entered, arrayLatency(p) - READ_LATENCY, reset));
    io.accumulatorRead.valid.set(sequencer.read.valid);
    io.accumulatorRead.address.set(sequencer.read.address);
    const toTotal = READ_LATENCY + ADD_LATENCY;
    /** The row of this cycle and those before it, up to the one whose total is written now. */
    const coming: { valid: Bool; address: Uint }[] = [{ valid: row.valid, address: row.payload.address }];
    for (let stage = 1; stage <= toTotal; stage++) {
      const before = coming[stage - 1]!;
      const valid = pipe(before.valid, 1, reset);
      const address = pipe(before.address, 1);
      const collides = valid.and(address.eq(sequencer.read.address));
      assert(sequencer.read.valid.and(collides).not(), "a row is read before its total is written: tiles share rows");
      coming.push({ valid, address });
    }
    const summed = coming[READ_LATENCY]!.valid;
    accumulate.valid.set(summed);
    accumulate.fresh.set(pipe(row.payload.fresh, READ_LATENCY));
    accumulate.old.set(io.accumulatorRead.data);
    accumulate.sums.forEach((sum, c) => {
      sum.set(array.sums[c]!);
    });

    const { valid: written, address: writeAddress } = coming[toTotal]!;
    io.accumulatorWrite.valid.set(written.and(stop.not()));
    io.accumulatorWrite.address.set(writeAddress);
    io.accumulatorWrite.data.set(accumulate.total);
    io.accumulatorWrite.mask.set(2 ** accumulatorMask(p).width - 1);

    const { maxTrack, maxStart, slot, columns } = row.payload;
    if (p.features.has("softmax")) {
      const maximum = instance(RowMaximum, p);
      const finished = pipe({ maxTrack, maxStart, slot, columns }, toTotal);
      maximum.row.set({
        valid: written.and(finished.maxTrack),
        sums: accumulate.total,
        maxStart: finished.maxStart,
        slot: finished.slot,
        columns: finished.columns,
      });
      io.rowMax.set(maximum.rowMax);
    } else {
      io.rowMax.set({ valid: false, slot: 0, value: 0 });
    }

    const retirement = instance(Retirement, p);
    const { last, post, index } = row.payload;
    retirement.last.set({ valid: row.valid.and(last), tracksMaxima: maxTrack, post, index });
    const { retire } = retirement;
    io.retire.set(retire);
    const inFlight = reg(uint(COUNT_BITS));
    inFlight.next = inFlight.add(starts).sub(retire.valid).wrap(COUNT_BITS);
    const busy = inFlight.ne(0).or(taken.reduce<Bool>((any, one) => any.or(one), boolLit(false)));
    io.busy.set(busy);
    io.idle.set(busy.not());
    io.stalled.set(false);
    const denied = yields.and(issuer.request.valid).or(weights.memory.valid.and(io.weights.ready.not()));
    io.memoryWait.set(denied.and(feeder.entered.not()));

    // The first fault counts; of several in one cycle the one that is furthest along.
    when(fault.valid.not(), () => {
      const found = (code: number, index: Uint): void => {
        fault.next = { valid: true, code, index };
      };
      when(sequencer.fault.valid, () => {
        found(FAULTS.accumulatorRange.code, sequencer.fault.index);
      })
        .elsewhen(issuer.fault.valid, () => {
          found(FAULTS.scratchpadRange.code, issuer.fault.index);
        })
        .elsewhen(loader.fault.valid, () => {
          found(FAULTS.scratchpadRange.code, loader.fault.index);
        })
        .elsewhen(io.command.valid.and(check.faulty), () => {
          fault.next = { valid: true, code: check.code, index: command.index };
        });
    });
    io.fault.set(fault);
    loader.halt.set(stop);
    issuer.halt.set(stop);
  },
);

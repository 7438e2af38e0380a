import { bool, fsm, input, module, mux, output, reg, uint, uintLit, when } from "../../hdl/index.ts";
import type { Bool, Uint, UintReg } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { FAULTS } from "../../isa/index.ts";
import { ADDRESS_BITS, commandShape, FAULT_BITS } from "../common/index.ts";
import { passKind } from "./decode.ts";
import { OPERATION_KINDS, operationShape, rawParts, rawWords, subBits } from "./operation.ts";
import { ROW_SUM_DISTANCE } from "./shape.ts";

/** An address with the bit that tells that it ran over. */
const WIDE = ADDRESS_BITS + 1;
const COUNT_BITS = 16;

/** A read request towards a memory; the data goes to the lanes. */
export const requestPorts = { valid: output(bool), address: output(uint(ADDRESS_BITS)), ready: input(bool) };

/** Why a waiting operation does not go, and what went. */
const issueShape = (p: Params) => ({
  operation: operationShape(p),
  readsAccumulator: bool,
  usesAccumulator: bool,
  usesScratchpad: bool,
  takesRoom: bool,
  sums: bool,
  accAddress: uint(WIDE),
  spadAddress: uint(WIDE),
});

/**
 * The loop nest of a pass: for every slice its parameter rows, then its rows, one read a cycle.
 *
 * ```
 *   t        starts
 *   t + 1    first operation made: addresses added up
 *   t + 2    requested; enters the pipeline when granted, else waits        (then one operation a cycle)
 * ```
 *
 * Throughput one operation a cycle as long as the memory grants it, there is room in the stream, and the row unit does
 * not need a gap to read the row sums. The rows of a summing pass are stretched to ROW_SUM_DISTANCE cycles. A preload
 * may be told to go back to the row whose write was refused; it finishes a slice before it starts the next, so going
 * back never crosses slices.
 */
export const NormLoops = module(
  "norm_loops",
  (p: Params) => ({
    starts: input(bool),
    /** Stable from `starts` to `done`. */
    command: input(commandShape("norm")),
    place: input(bool),
    accumulator: requestPorts,
    scratchpad: requestPorts,
    enter: output({ valid: bool, operation: operationShape(p) }),
    /** An operation that needs room in the stream enters. */
    takesRoom: output(bool),
    noRoom: input(bool),
    /** The row unit waits for a cycle in which no row sum is read. */
    sumReadWaits: input(bool),
    /** Preload: a row was written; a row was refused. `epoch` is the one of the operations that count. */
    written: input(bool),
    denied: input(bool),
    epoch: output(bool),
    halt: input(bool),
    /** An address beyond the capacity; nothing more is requested. */
    outOfRange: output({ valid: bool, code: uint(FAULT_BITS) }),
    /** No pass is walked, and the last operation has gone. */
    done: output(bool),
    /** An operation waits for a memory, or for room. */
    waitsForMemory: output(bool),
    waitsForRoom: output(bool),
  }),
  (io, p) => {
    const { command } = io;
    const kind = passKind(p, command);
    const preload = kind.is("preload");
    const raw = kind.is("raw");
    const state = fsm("idle", "run", "stopped");

    const slice = reg(uint(COUNT_BITS), { reset: false });
    const row = reg(uint(COUNT_BITS), { reset: false });
    const written = reg(uint(COUNT_BITS), { reset: false });
    const word = reg(uint(subBits(p)), { reset: false });
    const param = reg(uint(2), { reset: false });
    const accBase = reg(uint(WIDE), { reset: false });
    const paramBase = reg(uint(WIDE), { reset: false });
    const spadBase = reg(uint(WIDE), { reset: false });
    const tileSub = reg(uint(subBits(p)), { reset: false });
    const spadSub = reg(uint(subBits(p)), { reset: false });
    const columns = reg(uint(COUNT_BITS), { reset: false });
    const epoch = reg(bool);

    // The operation that waits to be granted.
    const issueValid = reg(bool);
    const issue = reg(issueShape(p), { reset: false });
    const accOut = issue.usesAccumulator.and(issue.accAddress.ge(p.accumulatorRows));
    const spadOut = issue.usesScratchpad.and(issue.spadAddress.ge(p.scratchpadWords));
    const outOfRange = issueValid.and(accOut.or(spadOut));
    const noRoom = issue.takesRoom.and(io.noRoom);
    const gapGiven = reg(bool);
    const gap = issueValid.and(issue.sums).and(io.sumReadWaits).and(gapGiven.not());
    gapGiven.next = io.sumReadWaits.and(gapGiven.or(gap));
    const requests = issueValid.and(outOfRange.or(noRoom).or(gap).or(io.halt).not());
    const fire = requests.and(mux(issue.readsAccumulator, io.accumulator.ready, io.scratchpad.ready));
    io.accumulator.valid.set(requests.and(issue.readsAccumulator));
    io.accumulator.address.set(issue.accAddress.wrap(ADDRESS_BITS));
    io.scratchpad.valid.set(requests.and(issue.readsAccumulator.not()));
    io.scratchpad.address.set(issue.spadAddress.wrap(ADDRESS_BITS));
    io.enter.set({ valid: fire, operation: issue.operation });
    io.takesRoom.set(fire.and(issue.takesRoom));
    io.epoch.set(epoch);
    io.done.set(state.is("idle").and(issueValid.not()));
    io.waitsForMemory.set(requests.and(fire.not()));
    io.waitsForRoom.set(issueValid.and(noRoom));
    // A preload reads the scratchpad first, the others the accumulator.
    const code = (name: keyof typeof FAULTS): Uint => uintLit(FAULTS[name].code, FAULT_BITS);
    const spadFirst = spadOut.and(issue.readsAccumulator.not().or(accOut.not()));
    io.outOfRange.set({
      valid: outOfRange,
      code: mux(spadFirst, code("scratchpadRange"), code("accumulatorRange")),
    });

    // The operation to be made next.
    const isParam = param.ne(3);
    const lastSlice = slice.add(1).eq(command.slices);
    const rowsLeft = row.lt(command.rows);
    const nextRow = row.add(1);
    const words = rawWords(p);
    const rowComplete = words === 1 ? undefined : raw.not().or(word.eq(words - 1));
    const ifComplete = (condition: Bool): Bool => (rowComplete === undefined ? condition : condition.and(rowComplete));
    const made = {
      pass: io.place,
      kind: mux(isParam, paramKind(kind.gainRow, param), uintLit(OPERATION_KINDS.row, 2)),
      first: slice.eq(0),
      last: ifComplete(isParam.not().and(lastSlice).and(nextRow.eq(command.rows))),
      epoch,
      columns: mux(columns.gt(p.lanes), uintLit(p.lanes), columns).wrap(operationShape(p).columns.width),
      slot: command.rowSlot.add(row).wrap(operationShape(p).slot.width),
      source: mux(preload.and(isParam.not()), spadSub, tileSub),
      target: mux(preload, accBase, spadBase).add(row).wrap(operationShape(p).target.width),
      part: mux(preload, tileSub, mux(raw, word, spadSub)),
    };
    const startsWord = rawParts(p) === 1 ? raw.eq(raw) : raw.not().or(word.eq(0));
    const make = (): void => {
      issueValid.next = true;
      issue.next = {
        operation: made,
        readsAccumulator: isParam.or(preload.not()),
        usesAccumulator: true,
        usesScratchpad: kind.usesScratchpad.and(isParam.not()),
        takesRoom: kind.toStream.and(isParam.not()).and(startsWord),
        sums: kind.sums,
        accAddress: mux(isParam, paramBase.add(param), accBase.add(row)).wrap(WIDE),
        spadAddress: spadBase.add(row).wrap(WIDE),
      };
    };

    const firstParam = mux(kind.scaleRow, uintLit(0, 2), mux(kind.offsetRow, uintLit(1, 2), uintLit(3, 2)));
    const afterParam = mux(
      param.eq(0),
      mux(kind.offsetRow, uintLit(1, 2), uintLit(3, 2)),
      mux(param.eq(1).and(kind.gainRow), uintLit(2, 2), uintLit(3, 2)),
    );
    const nextSlice = (): void => {
      slice.next = slice.add(1).wrap(COUNT_BITS);
      row.next = 0;
      written.next = 0;
      param.next = firstParam;
      columns.next = mux(columns.gt(p.lanes), columns.sub(p.lanes).wrap(COUNT_BITS), uintLit(0, COUNT_BITS));
      stepSub(tileSub, p.tileSlices, () => {
        accBase.next = accBase.add(command.accStride).wrap(WIDE);
        paramBase.next = paramBase.add(command.paramStride).wrap(WIDE);
      });
      stepSub(spadSub, p.wordSlices, () => {
        spadBase.next = spadBase.add(command.spadStride).wrap(WIDE);
      });
      when(lastSlice, () => {
        state.goto("idle");
      });
    };

    const stretched = row.lt(ROW_SUM_DISTANCE - 1).and(kind.sums);
    const sliceEnds = ifComplete(nextRow.ge(command.rows).and(stretched.not()));
    when(fire, () => {
      issueValid.next = false;
    });
    state.states({
      idle: () => undefined,
      run: () => {
        when(issueValid.not().or(fire), () => {
          when(isParam, () => {
            make();
            param.next = afterParam;
          }).otherwise(() => {
            when(rowsLeft, make);
            stepWord(p, raw, word);
            when(ifComplete(rowsLeft.or(preload.not())), () => {
              row.next = nextRow.wrap(COUNT_BITS);
            });
            when(sliceEnds.and(preload.not()), nextSlice);
          });
        });
        when(preload.and(isParam.not()), () => {
          when(io.written, () => {
            written.next = written.add(1).wrap(COUNT_BITS);
          });
          when(written.eq(command.rows), nextSlice);
          when(io.denied, () => {
            row.next = written;
            issueValid.next = false;
            epoch.next = epoch.not();
          });
        });
      },
      stopped: () => undefined,
    });
    when(io.starts, () => {
      slice.next = 0;
      row.next = 0;
      written.next = 0;
      word.next = 0;
      param.next = firstParam;
      accBase.next = command.accAddress;
      paramBase.next = command.paramAddress;
      spadBase.next = command.spadAddress;
      tileSub.next = 0;
      spadSub.next = command.spadSub.wrap(subBits(p));
      columns.next = command.validColumns;
      state.goto("run");
    });
    when(outOfRange, () => {
      issueValid.next = false;
      state.goto("stopped");
    });
  },
);

/** Parameter row 0 is the scale; of normalise 1 the gain and 2 the offset, of preload 1 the offset. */
function paramKind(hasGain: Bool, param: Uint): Uint {
  const second = mux(hasGain, uintLit(OPERATION_KINDS.gain, 2), uintLit(OPERATION_KINDS.offset, 2));
  const later = mux(param.eq(1), second, uintLit(OPERATION_KINDS.offset, 2));
  return mux(param.eq(0), uintLit(OPERATION_KINDS.scale, 2), later);
}

/** A count below `count`, a power of two; `wrapped` runs when it starts again at 0. */
function stepSub(sub: UintReg, count: number, wrapped: () => void): void {
  if (count === 1) {
    wrapped();
    return;
  }
  sub.next = mux(sub.eq(count - 1), uintLit(0, sub.width), sub.add(1).wrap(sub.width));
  when(sub.eq(count - 1), wrapped);
}

/** Raw: the next word of the row-slice, or the next part of the word. */
function stepWord(p: Params, raw: Bool, word: UintReg): void {
  const count = Math.max(rawWords(p), rawParts(p));
  if (count === 1) return;
  when(raw, () => {
    stepSub(word, count, () => undefined);
  });
}

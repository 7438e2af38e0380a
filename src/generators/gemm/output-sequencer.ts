import {
  assert,
  bool,
  indexWidth,
  input,
  module,
  mux,
  output,
  reg,
  sink,
  stream,
  uint,
  when,
} from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { GEMM_INITS } from "../../isa/index.ts";
import { ADDRESS_BITS, commandShape, INDEX_BITS, MASK_BITS, slotBits } from "../common/index.ts";
import { addressFault, COUNT_BITS } from "./requests.ts";

/** What the sequencer needs to know of a command. */
export const outputCommand = () => {
  const {
    rows,
    kTiles,
    nTiles,
    accAddress,
    accStride,
    biasAddress,
    init,
    trackMax,
    startMax,
    validColumns,
    rowSlot,
    post,
    index,
  } = commandShape("gemm");
  return {
    rows,
    kTiles,
    nTiles,
    accAddress,
    accStride,
    biasAddress,
    init,
    trackMax,
    startMax,
    validColumns,
    rowSlot,
    post,
    index,
  };
};

/** What becomes of one row of sums. */
export const outputRow = (p: Params) => ({
  /** Accumulator row to write. */
  address: uint(ADDRESS_BITS),
  /** Add to nothing, whatever was read. */
  fresh: bool,
  /** Update the row maximum in `slot` with the first `columns` columns; forget the old one when `maxStart`. */
  maxTrack: bool,
  maxStart: bool,
  slot: uint(slotBits(p)),
  columns: uint(indexWidth(p.cols + 1)),
  /** Last row of its command, which posts and retires. */
  last: bool,
  post: uint(MASK_BITS),
  index: uint(INDEX_BITS),
});

/**
 * Output sequencer: says of every row of sums that leaves the array where it goes, and reads what it is added to.
 *
 * ```
 *   for n: for k: for i in rows:   read and write row accAddress + n·accStride + i
 *                                  k = 0: read row biasAddress + n instead, or nothing
 * ```
 *
 * Latency 0 from `advance` (a row will be at the array's foot in two cycles) to the read request and `row`, throughput
 * one row a cycle; the command must be there when its first row is.
 */
export const OutputSequencer = module(
  "output_sequencer",
  (p: Params) => ({
    command: sink(stream(outputCommand())),
    advance: input(bool),
    read: { valid: output(bool), address: output(uint(ADDRESS_BITS)) },
    row: { valid: output(bool), payload: output(outputRow(p)) },
    fault: addressFault,
  }),
  (io, p) => {
    const fields = outputCommand();
    const command = io.command.payload;
    const active = reg(bool);
    const current = reg(fields, { reset: false });
    /** Rows of this tile to come after this one; tiles to come after this one, along k and along n. */
    const rowsLeft = reg(fields.rows, { reset: false });
    const kLeft = reg(fields.kTiles, { reset: false });
    const nLeft = reg(fields.nTiles, { reset: false });
    const firstK = reg(bool, { reset: false });
    const firstN = reg(bool, { reset: false });
    /** Row 0 of this tile, this row, this tile's bias row. */
    const tile = reg(uint(COUNT_BITS), { reset: false });
    const address = reg(uint(COUNT_BITS), { reset: false });
    const bias = reg(uint(COUNT_BITS), { reset: false });
    const slot = reg(uint(slotBits(p)), { reset: false });
    /** Columns of the command that count, from this tile on. */
    const columnsLeft = reg(fields.validColumns, { reset: false });

    const initial = firstK.and(current.init.ne(GEMM_INITS.accumulate));
    const fresh = initial.and(current.init.eq(GEMM_INITS.zero));
    const fromBias = initial.and(current.init.eq(GEMM_INITS.bias));
    const readAddress = mux(fromBias, bias, address);
    const inRange = address.lt(p.accumulatorRows).and(readAddress.lt(p.accumulatorRows));
    const valid = io.advance.and(active).and(inRange);

    const lastRow = rowsLeft.eq(0);
    const lastK = kLeft.eq(0);
    const lastN = nLeft.eq(0);
    const done = valid.and(lastRow).and(lastK).and(lastN);
    const nextTile = tile.add(current.accStride).wrap(COUNT_BITS);
    const tileColumns = mux(columnsLeft.lt(p.cols), columnsLeft.wrap(indexWidth(p.cols + 1)), p.cols);

    when(valid, () => {
      rowsLeft.next = rowsLeft.sub(1).wrap(rowsLeft.width);
      address.next = address.add(1).wrap(COUNT_BITS);
      slot.next = slot.add(1).wrap(slot.width);
      when(lastRow, () => {
        rowsLeft.next = current.rows.sub(1).wrap(rowsLeft.width);
        slot.next = current.rowSlot.wrap(slot.width);
        kLeft.next = kLeft.sub(1).wrap(kLeft.width);
        firstK.next = lastK;
        address.next = tile;
        when(lastK, () => {
          kLeft.next = current.kTiles.sub(1).wrap(kLeft.width);
          nLeft.next = nLeft.sub(1).wrap(nLeft.width);
          firstN.next = false;
          tile.next = nextTile;
          address.next = nextTile;
          bias.next = bias.add(1).wrap(COUNT_BITS);
          columnsLeft.next = columnsLeft.sub(tileColumns).wrap(columnsLeft.width);
        });
      });
      when(done, () => {
        active.next = false;
      });
    });

    when(io.command.valid.and(io.command.ready), () => {
      active.next = true;
      current.next = command;
      rowsLeft.next = command.rows.sub(1).wrap(rowsLeft.width);
      kLeft.next = command.kTiles.sub(1).wrap(kLeft.width);
      nLeft.next = command.nTiles.sub(1).wrap(nLeft.width);
      firstK.next = true;
      firstN.next = true;
      tile.next = command.accAddress;
      address.next = command.accAddress;
      bias.next = command.biasAddress;
      slot.next = command.rowSlot.wrap(slot.width);
      columnsLeft.next = command.validColumns;
    });

    assert(io.advance.not().or(active), "a row reaches the foot of the array before its command");

    io.command.ready.set(active.not().or(done));
    io.read.valid.set(valid.and(fresh.not()));
    io.read.address.set(readAddress.wrap(ADDRESS_BITS));
    io.row.valid.set(valid);
    io.row.payload.set({
      address: address.wrap(ADDRESS_BITS),
      fresh,
      maxTrack: lastK.and(current.trackMax.asBool()),
      maxStart: firstN.and(current.startMax.asBool()),
      slot,
      columns: tileColumns,
      last: lastRow.and(lastK).and(lastN),
      post: current.post,
      index: current.index,
    });
    io.fault.set({ valid: io.advance.and(active).and(inRange.not()), index: current.index });
  },
);

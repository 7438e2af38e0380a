import { bool, input, module, mux, reg, sink, source, stream, uint, when } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { commandShape } from "../common/index.ts";
import { addressFault, COUNT_BITS, operandRequest, subBits, subSlices } from "./requests.ts";

/** What the issuer needs to know of a command. */
const activationCommand = () => {
  const { rows, kTiles, nTiles, aAddress, aStride, aSub, unsignedA, index } = commandShape("gemm");
  return { rows, kTiles, nTiles, aAddress, aStride, aSub, unsignedA, index };
};

/**
 * Activation issuer: requests the scratchpad words of a command's activation rows, tile by tile.
 *
 * ```
 *   for n: for k: for i in rows:   word aAddress + slice(k)·aStride + i
 * ```
 *
 * Where a K step is narrower than a word, `subSlices` steps share a slice; a request carries which of them it is.
 *
 * ```
 *   cycle t       command
 *   cycle t + 1   first request, from registers; the next address is computed while it is made
 * ```
 *
 * Throughput one request a cycle, without a gap between tiles and commands.
 */
export const ActivationIssuer = module(
  "activation_issuer",
  (p: Params) => ({
    command: sink(stream(activationCommand())),
    request: source(stream(operandRequest(p))),
    fault: addressFault,
    halt: input(bool),
  }),
  (io, p) => {
    const fields = activationCommand();
    const command = io.command.payload;
    const active = reg(bool);
    const unsigned = reg(bool, { reset: false });
    const base = reg(fields.aAddress, { reset: false });
    const stride = reg(fields.aStride, { reset: false });
    const startSub = reg(uint(subBits(p)), { reset: false });
    const rows = reg(fields.rows, { reset: false });
    const kTiles = reg(fields.kTiles, { reset: false });
    const index = reg(fields.index, { reset: false });
    /** Rows of this tile to come after this one; tiles to come after this one, along k and along n. */
    const rowsLeft = reg(fields.rows, { reset: false });
    const kLeft = reg(fields.kTiles, { reset: false });
    const nLeft = reg(fields.nTiles, { reset: false });
    /** Row 0 of this tile, and the row asked for. */
    const tile = reg(uint(COUNT_BITS), { reset: false });
    const address = reg(uint(COUNT_BITS), { reset: false });
    const sub = reg(uint(subBits(p)), { reset: false });
    const firstRow = reg(bool, { reset: false });

    const inRange = address.lt(p.scratchpadWords);
    const issued = io.request.ready.and(io.request.valid);
    const lastRow = rowsLeft.eq(0);
    const lastK = kLeft.eq(0);
    const done = issued.and(lastRow).and(lastK).and(nLeft.eq(0));

    const nextSlice = tile.add(stride).wrap(COUNT_BITS);
    const along = p.rows < p.cols ? mux(sub.eq(subSlices(p) - 1), nextSlice, tile) : nextSlice;

    when(issued, () => {
      firstRow.next = lastRow;
      rowsLeft.next = rowsLeft.sub(1).wrap(rowsLeft.width);
      address.next = address.add(1).wrap(COUNT_BITS);
      when(lastRow, () => {
        rowsLeft.next = rows.sub(1).wrap(rowsLeft.width);
        when(lastK, () => {
          kLeft.next = kTiles.sub(1).wrap(kLeft.width);
          nLeft.next = nLeft.sub(1).wrap(nLeft.width);
          tile.next = base;
          address.next = base;
          sub.next = startSub;
        }).otherwise(() => {
          kLeft.next = kLeft.sub(1).wrap(kLeft.width);
          tile.next = along;
          address.next = along;
          if (p.rows < p.cols) sub.next = sub.add(1).wrap(sub.width);
        });
      });
      when(done, () => {
        active.next = false;
      });
    });

    when(io.command.valid.and(io.command.ready), () => {
      active.next = true;
      unsigned.next = command.unsignedA.asBool();
      base.next = command.aAddress;
      stride.next = command.aStride;
      startSub.next = command.aSub.wrap(sub.width);
      rows.next = command.rows;
      kTiles.next = command.kTiles;
      index.next = command.index;
      rowsLeft.next = command.rows.sub(1).wrap(rowsLeft.width);
      kLeft.next = command.kTiles.sub(1).wrap(kLeft.width);
      nLeft.next = command.nTiles.sub(1).wrap(nLeft.width);
      tile.next = command.aAddress;
      address.next = command.aAddress;
      sub.next = command.aSub.wrap(sub.width);
      firstRow.next = true;
    });

    io.command.ready.set(active.not().or(done));
    io.request.valid.set(active.and(inRange).and(io.halt.not()));
    io.request.payload.set({
      address: address.wrap(io.request.payload.address.width),
      sub,
      first: firstRow,
      last: lastRow,
      mode: unsigned,
    });
    io.fault.set({ valid: active.and(inRange.not()), index });
  },
);

import { bool, boolLit, input, module, mux, reg, sink, source, stream, uint, uintLit, when } from "../../hdl/index.ts";
import { indexBits } from "../../config/index.ts";
import type { Params } from "../../config/index.ts";
import { commandShape } from "../common/index.ts";
import { addressFault, COUNT_BITS, operandRequest, subBits, subSlices } from "./requests.ts";

/** What the loader needs to know of a command. */
const weightCommand = () => {
  const { kTiles, nTiles, wAddress, wStride, wSub, transpose, index } = commandShape("gemm");
  return { kTiles, nTiles, wAddress, wStride, wSub, transpose, index };
};

/**
 * Weight loader: requests the scratchpad words of a command's weight tiles in the order in which the array takes them.
 *
 * ```
 *   for n: for k:   as stored    word wAddress + slice(n)·wStride + k·rows + 0 … rows - 1, ascending
 *                   transposed   word wAddress + slice(k)·wStride + n·cols + cols - 1 … 0, descending
 * ```
 *
 * Where a tile is narrower than a word, `subSlices` tiles share a slice; a request carries which of them it is.
 *
 * ```
 *   cycle t       command
 *   cycle t + 1   first request, from registers; the next address is computed while it is made
 * ```
 *
 * Throughput one request a cycle, without a gap between tiles and commands.
 */
export const WeightLoader = module(
  "weight_loader",
  (p: Params) => ({
    command: sink(stream(weightCommand())),
    request: source(stream(operandRequest(p))),
    fault: addressFault,
    halt: input(bool),
  }),
  (io, p) => {
    const fields = weightCommand();
    const command = io.command.payload;
    const active = reg(bool);
    const transposed = reg(bool, { reset: false });
    const startSub = reg(uint(subBits(p)), { reset: false });
    const stride = reg(fields.wStride, { reset: false });
    const kTiles = reg(fields.kTiles, { reset: false });
    const index = reg(fields.index, { reset: false });
    /** Tiles to come after this one, along k and along n. */
    const kLeft = reg(fields.kTiles, { reset: false });
    const nLeft = reg(fields.nTiles, { reset: false });
    /** First word of the tiles of this n, of this tile, and the word asked for. */
    const base = reg(uint(COUNT_BITS), { reset: false });
    const tile = reg(uint(COUNT_BITS), { reset: false });
    const address = reg(uint(COUNT_BITS), { reset: false });
    const sub = reg(uint(subBits(p)), { reset: false });
    /** Words of this tile that have been asked for. */
    const word = reg(uint(indexBits(p.wordBytes)));

    const inRange = address.lt(p.scratchpadWords);
    const issued = io.request.ready.and(io.request.valid);
    const firstWord = word.eq(0);
    const lastWord = word.eq(
      p.rows === p.cols ? p.rows - 1 : mux(transposed, uintLit(p.cols - 1), uintLit(p.rows - 1)),
    );
    const lastK = kLeft.eq(0);
    const done = issued.and(lastWord).and(lastK).and(nLeft.eq(0));

    // Along the slices: the next sub-slice of the same words, or the next slice. Across: the next rows of the slices.
    const narrow = p.rows === p.cols ? boolLit(false) : p.rows > p.cols ? transposed.not() : transposed;
    const sliceDone = narrow.not().or(sub.eq(subSlices(p) - 1));
    const along = mux(sliceDone, tile.add(stride), tile).wrap(COUNT_BITS);
    const across = base.add(p.cols).wrap(COUNT_BITS);
    const last = uintLit(p.cols - 1, COUNT_BITS);

    when(issued, () => {
      word.next = word.add(1).wrap(word.width);
      address.next = mux(transposed, address.sub(1), address.add(1)).wrap(COUNT_BITS);
      when(lastWord, () => {
        word.next = 0;
        kLeft.next = kLeft.sub(1).wrap(kLeft.width);
        when(lastK, () => {
          kLeft.next = kTiles.sub(1).wrap(kLeft.width);
          nLeft.next = nLeft.sub(1).wrap(nLeft.width);
        });
        when(transposed.and(lastK), () => {
          base.next = across;
          tile.next = across;
          sub.next = startSub;
          address.next = across.add(last).wrap(COUNT_BITS);
        }).elsewhen(transposed.or(lastK), () => {
          tile.next = along;
          address.next = along.add(mux(transposed, last, 0)).wrap(COUNT_BITS);
          when(narrow, () => {
            sub.next = sub.add(1).wrap(sub.width);
          });
        });
      });
      when(done, () => {
        active.next = false;
      });
    });

    const start = io.command.valid.and(io.command.ready);
    when(start, () => {
      active.next = true;
      transposed.next = command.transpose.asBool();
      startSub.next = command.wSub.wrap(sub.width);
      stride.next = command.wStride;
      kTiles.next = command.kTiles;
      index.next = command.index;
      kLeft.next = command.kTiles.sub(1).wrap(kLeft.width);
      nLeft.next = command.nTiles.sub(1).wrap(nLeft.width);
      base.next = command.wAddress;
      tile.next = command.wAddress;
      address.next = command.wAddress.add(mux(command.transpose.asBool(), last, 0)).wrap(COUNT_BITS);
      sub.next = command.wSub.wrap(sub.width);
    });

    io.command.ready.set(active.not().or(done));
    io.request.valid.set(active.and(inRange).and(io.halt.not()));
    io.request.payload.set({
      address: address.wrap(io.request.payload.address.width),
      sub,
      first: firstWord,
      last: lastWord,
      mode: transposed,
    });
    io.fault.set({ valid: active.and(inRange.not()), index });
  },
);

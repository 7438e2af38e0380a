import { flip, instance, module, pack, unpack } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { accumulatorMask, accumulatorRead, accumulatorRow, accumulatorWrite } from "../common/index.ts";
import { BankedMemory } from "./banked-memory.ts";

/**
 * The accumulator: rows of `cols` int32 sums, biases and per-channel parameters, see {@link BankedMemory} for timing.
 *
 * Reads by priority: GEMM (never denied), NORM. Writes: GEMM (never denied), NORM, and LOAD when NORM writes nothing. One row read and one row
 * written for GEMM in every cycle, while NORM has the other banks.
 */
export const Accumulator = module(
  "accumulator",
  (p: Params) => ({
    gemmRead: flip(accumulatorRead(p)),
    normRead: flip(accumulatorRead(p)),
    gemmWrite: flip(accumulatorWrite(p)),
    normWrite: flip(accumulatorWrite(p)),
    loadWrite: flip(accumulatorWrite(p)),
  }),
  (io, p) => {
    const readers = [io.gemmRead, io.normRead];
    const writers = [io.gemmWrite, io.normWrite, io.loadWrite];
    const memory = instance(BankedMemory, {
      name: "accumulator_banks",
      words: p.accumulatorRows,
      banks: p.accumulatorBanks,
      wordBits: p.accumulatorBits * p.cols,
      maskBits: accumulatorMask(p).width,
      readers: readers.length,
      writers: writers.length,
    });
    readers.forEach((client, i) => {
      const port = memory.read[i]!;
      port.valid.set(client.valid);
      port.address.set(client.address);
      client.ready.set(port.ready);
      client.dataValid.set(port.dataValid);
      client.data.set(unpack(accumulatorRow(p), port.data));
    });
    writers.forEach((client, i) => {
      const port = memory.write[i]!;
      port.valid.set(client.valid);
      port.address.set(client.address);
      port.data.set(pack(client.data));
      port.mask.set(client.mask);
      client.ready.set(port.ready);
    });
  },
);

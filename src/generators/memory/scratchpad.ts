import { flip, instance, module } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { scratchpadRead, scratchpadWrite, wordMask } from "../common/index.ts";
import { BankedMemory } from "./banked-memory.ts";

/**
 * The scratchpad: int8 operands and results in words of max(rows, cols) bytes, see {@link BankedMemory} for timing.
 *
 * Reads by priority: GEMM activations (never denied), GEMM weights, NORM, STORE. Writes: NORM (never denied), LOAD.
 */
export const Scratchpad = module(
  "scratchpad",
  (p: Params) => ({
    gemmActivations: flip(scratchpadRead(p)),
    gemmWeights: flip(scratchpadRead(p)),
    normRead: flip(scratchpadRead(p)),
    storeRead: flip(scratchpadRead(p)),
    normWrite: flip(scratchpadWrite(p)),
    loadWrite: flip(scratchpadWrite(p)),
  }),
  (io, p) => {
    const readers = [io.gemmActivations, io.gemmWeights, io.normRead, io.storeRead];
    const writers = [io.normWrite, io.loadWrite];
    const memory = instance(BankedMemory, {
      name: "scratchpad_banks",
      words: p.scratchpadWords,
      banks: p.scratchpadBanks,
      wordBits: 8 * p.wordBytes,
      maskBits: wordMask(p).width,
      readers: readers.length,
      writers: writers.length,
    });
    readers.forEach((client, i) => {
      const port = memory.read[i]!;
      port.valid.set(client.valid);
      port.address.set(client.address);
      client.ready.set(port.ready);
      client.dataValid.set(port.dataValid);
      client.data.set(port.data);
    });
    writers.forEach((client, i) => {
      const port = memory.write[i]!;
      port.valid.set(client.valid);
      port.address.set(client.address);
      port.data.set(client.data);
      port.mask.set(client.mask);
      client.ready.set(port.ready);
    });
  },
);

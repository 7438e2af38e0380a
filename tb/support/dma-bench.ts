/** LOAD and STORE behind one AXI4 master; scratchpad, accumulator and norm stream are the testbench's. */
import { bool, input, instance, module, output, sink, uint, watchAxi4 } from "../../src/hdl/index.ts";
import type { Params } from "../../src/config/index.ts";
import {
  accumulatorWrite,
  AXI_ADDRESS_BITS,
  axiMaster,
  axiWidths,
  connect,
  enginePorts,
  normStream,
  scratchpadRead,
  scratchpadWrite,
} from "../../src/generators/common/index.ts";
import { AxiRead, AxiWrite, Load, Store } from "../../src/generators/dma/index.ts";

/** The bench: engine ports of both, their memory ports, and the bus with a memory behind it. */
export const DmaBench = module(
  "dma_bench",
  (p: Params) => ({
    m_axi: axiMaster(p),
    base: input(uint(AXI_ADDRESS_BITS)),
    limit: input(uint(32)),
    load: enginePorts("load"),
    store: enginePorts("store"),
    spadWrite: scratchpadWrite(p),
    accWrite: accumulatorWrite(p),
    spadRead: scratchpadRead(p),
    stream: sink(normStream(p)),
    quiet: output(bool),
  }),
  (io, p) => {
    const load = instance(Load, p);
    const store = instance(Store, p);
    const read = instance(AxiRead, p);
    const write = instance(AxiWrite, p);
    connect(io.load, load);
    connect(io.store, store);
    for (const engine of [load, store]) {
      engine.base.set(io.base);
      engine.limit.set(io.limit);
    }
    connect(io.spadWrite, load.scratchpad);
    connect(io.accWrite, load.accumulator);
    connect(io.spadRead, store.scratchpad);
    connect(io.stream, store.stream);
    connect(read.axi, io.m_axi);
    connect(write.axi, io.m_axi);
    connect(read.load.request, load.request);
    connect(read.load.beats, load.beats);
    read.fetch.request.valid.set(false);
    read.fetch.request.payload.set({ address: 0, length: 0 });
    read.fetch.beats.ready.set(true);
    connect(write.request, store.request);
    connect(write.beats, store.beats);
    connect(write.response, store.response);
    watchAxi4(io.m_axi, axiWidths(p), { outstanding: 16 });
    io.quiet.set(read.quiet.and(write.quiet));
  },
);

/** The control unit behind its bus; the engines are the testbench's. */
import { bool, flip, input, instance, module, output } from "../../src/hdl/index.ts";
import type { Params } from "../../src/config/index.ts";
import { axiLiteSlave, axiMaster, connect, enginePorts } from "../../src/generators/common/index.ts";
import { Control, tracePorts } from "../../src/generators/control/index.ts";
import { AxiRead } from "../../src/generators/dma/index.ts";

/** Control with the read half of the bus; the write half is idle. */
export const ControlBench = module(
  "control_bench",
  (p: Params) => ({
    m_axi: axiMaster(p),
    s_axi: axiLiteSlave(),
    irq: output(bool),
    trace: tracePorts(),
    load: flip(enginePorts("load")),
    store: flip(enginePorts("store")),
    gemm: flip(enginePorts("gemm")),
    norm: flip(enginePorts("norm")),
    start: output(bool),
    arrayActive: input(bool),
    streamPending: input(bool),
    writes: input(bool),
  }),
  (io, p) => {
    const control = instance(Control, p);
    const read = instance(AxiRead, p);
    connect(control.axi, io.s_axi);
    io.irq.set(control.irq);
    connect(control.trace, io.trace);
    connect(control.load, io.load);
    connect(control.store, io.store);
    connect(control.gemm, io.gemm);
    connect(control.norm, io.norm);
    io.start.set(control.start);
    control.arrayActive.set(io.arrayActive);
    control.streamPending.set(io.streamPending);
    control.writes.set(io.writes);
    control.reads.set(read.moved);
    control.axiQuiet.set(read.quiet);
    connect(read.axi, io.m_axi);
    connect(read.fetch, control.fetch);
    read.load.request.valid.set(false);
    read.load.request.payload.set({ address: 0, length: 0 });
    read.load.beats.ready.set(true);
    io.m_axi.awvalid.set(false);
    io.m_axi.awid.set(0);
    io.m_axi.awaddr.set(0);
    io.m_axi.awlen.set(0);
    io.m_axi.awsize.set(0);
    io.m_axi.awburst.set(1);
    io.m_axi.awcache.set(0);
    io.m_axi.awprot.set(0);
    io.m_axi.wvalid.set(false);
    io.m_axi.wdata.set(0);
    io.m_axi.wstrb.set(0);
    io.m_axi.wlast.set(false);
    io.m_axi.bready.set(true);
  },
);

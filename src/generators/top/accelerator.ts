import { bool, instance, module, output, reset } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { axiLiteSlave, axiMaster, connect } from "../common/index.ts";
import { Control, tracePorts } from "../control/index.ts";
import { AxiRead, AxiWrite, Load, Store } from "../dma/index.ts";
import { GemmEngine } from "../gemm/index.ts";
import { Accumulator, Scratchpad } from "../memory/index.ts";
import { NormEngine } from "../norm/index.ts";

/** Name of the top module of a configuration: `systole_<name>`. */
const acceleratorName = (p: Params): string => `systole_${p.name.replaceAll("-", "_")}`;

/**
 * The accelerator: control and four engines around two memories, an AXI4 master and an AXI4-Lite slave.
 *
 * ```
 *   s_axi ──► control ──commands──► load, store, gemm, norm ──retire──► control ──► irq
 *                │ fetch
 *   m_axi ◄── axi_read ──► load ──► scratchpad, accumulator ◄──► gemm, norm ──stream──► store ──► axi_write ──► m_axi
 * ```
 *
 * From the write of the start bit to the first command fetch on the bus: 2 cycles; from the last beat of a LOAD's command
 * to its first burst on the bus: 4 cycles. A start resets everything but the registers, for one cycle.
 */
export const Accelerator = module(
  acceleratorName,
  (p: Params) => ({
    irq: output(bool),
    m_axi: axiMaster(p),
    s_axi: axiLiteSlave(),
    trace: tracePorts(),
  }),
  (io, p) => {
    const control = instance(Control, p);
    const restart = { reset: reset().or(control.start) };
    const load = instance(Load, p, restart);
    const store = instance(Store, p, restart);
    const gemm = instance(GemmEngine, p, restart);
    const norm = instance(NormEngine, p, restart);
    const scratchpad = instance(Scratchpad, p, restart);
    const accumulator = instance(Accumulator, p, restart);
    const axiRead = instance(AxiRead, p);
    const axiWrite = instance(AxiWrite, p);

    // Host and program.
    connect(control.axi, io.s_axi);
    io.irq.set(control.irq);
    connect(control.trace, io.trace);
    control.arrayActive.set(gemm.rowEntered);

    // Memory bus.
    connect(axiRead.axi, io.m_axi);
    connect(axiWrite.axi, io.m_axi);
    connect(axiRead.fetch, control.fetch);
    connect(axiRead.load.request, load.request);
    connect(axiRead.load.beats, load.beats);
    connect(axiWrite.request, store.request);
    connect(axiWrite.beats, store.beats);
    connect(axiWrite.response, store.response);
    for (const engine of [load, store]) {
      engine.base.set(control.base);
      engine.limit.set(control.limit);
    }
    control.axiQuiet.set(axiRead.quiet.and(axiWrite.quiet));
    control.reads.set(axiRead.moved);
    control.writes.set(axiWrite.moved);

    // Commands.
    connect(control.load, load);
    connect(control.store, store);
    connect(control.gemm, gemm);
    connect(control.norm, norm);

    // Memories.
    connect(gemm.activations, scratchpad.gemmActivations);
    connect(gemm.weights, scratchpad.gemmWeights);
    connect(norm.scratchpadRead, scratchpad.normRead);
    connect(store.scratchpad, scratchpad.storeRead);
    connect(norm.scratchpadWrite, scratchpad.normWrite);
    connect(load.scratchpad, scratchpad.loadWrite);
    connect(gemm.accumulatorRead, accumulator.gemmRead);
    connect(norm.accumulatorRead, accumulator.normRead);
    connect(gemm.accumulatorWrite, accumulator.gemmWrite);
    connect(norm.accumulatorWrite, accumulator.normWrite);
    connect(load.accumulator, accumulator.loadWrite);

    // Engine to engine.
    norm.rowMax.set(gemm.rowMax);
    control.streamPending.set(norm.stream.valid);
    connect(norm.stream, store.stream);
    norm.streamAsked.set(store.streamAsked);
  },
);

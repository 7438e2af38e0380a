/** The GEMM engine with its two memories. */
import { bool, flip, input, instance, module, output, sink, stream } from "../../src/hdl/index.ts";
import type { Params } from "../../src/config/index.ts";
import {
  accumulatorRead,
  accumulatorWrite,
  commandShape,
  faultShape,
  retireShape,
  rowMaxShape,
  scratchpadRead,
  scratchpadWrite,
} from "../../src/generators/common/index.ts";
import { GemmEngine } from "../../src/generators/gemm/index.ts";
import { Accumulator, Scratchpad } from "../../src/generators/memory/index.ts";

/** The engine, scratchpad and accumulator; the other clients' memory ports and the engine's control are ports of the bench. */
export const GemmBench = module(
  "gemm_bench",
  (p: Params) => ({
    command: sink(stream(commandShape("gemm"))),
    retire: output(retireShape),
    fault: output(faultShape),
    halt: input(bool),
    busy: output(bool),
    memoryWait: output(bool),
    rowMax: output(rowMaxShape(p)),
    rowEntered: output(bool),
    scratchpad: {
      normRead: flip(scratchpadRead(p)),
      storeRead: flip(scratchpadRead(p)),
      normWrite: flip(scratchpadWrite(p)),
      loadWrite: flip(scratchpadWrite(p)),
    },
    accumulator: {
      normRead: flip(accumulatorRead(p)),
      normWrite: flip(accumulatorWrite(p)),
      loadWrite: flip(accumulatorWrite(p)),
    },
  }),
  (io, p) => {
    const engine = instance(GemmEngine, p);
    const scratchpad = instance(Scratchpad, p);
    const accumulator = instance(Accumulator, p);

    engine.command.valid.set(io.command.valid);
    engine.command.payload.set(io.command.payload);
    io.command.ready.set(engine.command.ready);
    io.retire.set(engine.retire);
    io.fault.set(engine.fault);
    engine.halt.set(io.halt);
    io.busy.set(engine.busy);
    io.memoryWait.set(engine.memoryWait);
    io.rowMax.set(engine.rowMax);
    io.rowEntered.set(engine.rowEntered);

    for (const [memory, client] of [
      [scratchpad.gemmActivations, engine.activations],
      [scratchpad.gemmWeights, engine.weights],
      [scratchpad.normRead, io.scratchpad.normRead],
      [scratchpad.storeRead, io.scratchpad.storeRead],
    ] as const) {
      memory.valid.set(client.valid);
      memory.address.set(client.address);
      client.ready.set(memory.ready);
      client.dataValid.set(memory.dataValid);
      client.data.set(memory.data);
    }
    for (const [memory, client] of [
      [accumulator.gemmRead, engine.accumulatorRead],
      [accumulator.normRead, io.accumulator.normRead],
    ] as const) {
      memory.valid.set(client.valid);
      memory.address.set(client.address);
      client.ready.set(memory.ready);
      client.dataValid.set(memory.dataValid);
      client.data.set(memory.data);
    }
    for (const [memory, client] of [
      [scratchpad.normWrite, io.scratchpad.normWrite],
      [scratchpad.loadWrite, io.scratchpad.loadWrite],
    ] as const) {
      memory.valid.set(client.valid);
      memory.address.set(client.address);
      memory.data.set(client.data);
      memory.mask.set(client.mask);
      client.ready.set(memory.ready);
    }
    for (const [memory, client] of [
      [accumulator.gemmWrite, engine.accumulatorWrite],
      [accumulator.normWrite, io.accumulator.normWrite],
      [accumulator.loadWrite, io.accumulator.loadWrite],
    ] as const) {
      memory.valid.set(client.valid);
      memory.address.set(client.address);
      memory.data.set(client.data);
      memory.mask.set(client.mask);
      client.ready.set(memory.ready);
    }
  },
);

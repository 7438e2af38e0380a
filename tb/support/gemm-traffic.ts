/** The other clients of scratchpad and accumulator while GEMM works. */
import { expect } from "vitest";
import type { Params } from "../../src/config/index.ts";
import { poke } from "../../src/harness/index.ts";
import type { Process, Random } from "../../src/harness/index.ts";
import type { Bench } from "./gemm-driver.ts";
import { rowAt, wordAt } from "./gemm-model.ts";
import type { Machine } from "./gemm-model.ts";

/** The last words and rows of the memories are not the commands': other clients write to the one half, read the other. */
export const RESERVED = 64;

/** Random reads and writes of the other clients, in the reserved parts; `until` says when to stop. */
export function traffic({ dut }: Bench, p: Params, machine: Machine, random: Random, until: () => boolean): Process[] {
  const half = RESERVED / 2;
  function* scratchpadReader(port: Bench["dut"]["scratchpad"]["normRead"]): Process {
    const due: (number | undefined)[] = [undefined, undefined];
    while (!until()) {
      const address = random.integer(0, p.scratchpadWords - half - 1);
      const valid = random.chance(0.8);
      port.valid.poke(valid);
      port.address.poke(address);
      yield;
      const read = due.shift();
      expect(port.dataValid.sampled()).toBe(read === undefined ? 0 : 1);
      if (read !== undefined) expect(port.data.sampledBig(), `word ${read}`).toBe(wordAt(machine, p, read));
      due.push(valid && port.ready.sampled() === 1 ? address : undefined);
    }
    port.valid.poke(0);
  }
  function* scratchpadWriter(port: Bench["dut"]["scratchpad"]["normWrite"], parity: number): Process {
    while (!until()) {
      const address = p.scratchpadWords - half + 2 * random.integer(0, half / 2 - 1) + parity;
      const data = random.bits(8 * p.wordBytes);
      const valid = random.chance(0.8);
      port.valid.poke(valid);
      port.address.poke(address);
      port.data.poke(data);
      port.mask.poke(2 ** port.mask.width - 1);
      yield;
      if (!valid || port.ready.sampled() === 0) continue;
      for (let i = 0; i < p.wordBytes; i++) {
        machine.scratchpad[address * p.wordBytes + i] = Number((data >> BigInt(8 * i)) & 0xffn);
      }
    }
    port.valid.poke(0);
  }
  function* accumulatorReader(port: Bench["dut"]["accumulator"]["normRead"]): Process {
    const due: (number | undefined)[] = [undefined, undefined];
    while (!until()) {
      const address = p.accumulatorRows - RESERVED + random.integer(0, half - 1);
      const valid = random.chance(0.8);
      port.valid.poke(valid);
      port.address.poke(address);
      yield;
      const read = due.shift();
      expect(port.dataValid.sampled()).toBe(read === undefined ? 0 : 1);
      const row = port.data.map((element) => element.sampled());
      if (read !== undefined) expect(row, `row ${read}`).toEqual([...rowAt(machine, p, read)]);
      due.push(valid && port.ready.sampled() === 1 ? address : undefined);
    }
    port.valid.poke(0);
  }
  function* accumulatorWriter(port: Bench["dut"]["accumulator"]["normWrite"], parity: number): Process {
    while (!until()) {
      const address = p.accumulatorRows - half + 2 * random.integer(0, half / 2 - 1) + parity;
      const data = Array.from({ length: p.cols }, () => random.integer(-(2 ** 31), 2 ** 31 - 1));
      const valid = random.chance(0.8);
      port.valid.poke(valid);
      port.address.poke(address);
      poke(port.data, data);
      port.mask.poke(2 ** port.mask.width - 1);
      yield;
      if (valid && port.ready.sampled() === 1) rowAt(machine, p, address).set(data);
    }
    port.valid.poke(0);
  }
  const { scratchpad, accumulator } = dut;
  return [
    scratchpadReader(scratchpad.normRead),
    scratchpadReader(scratchpad.storeRead),
    scratchpadWriter(scratchpad.normWrite, 0),
    scratchpadWriter(scratchpad.loadWrite, 1),
    accumulatorReader(accumulator.normRead),
    accumulatorWriter(accumulator.normWrite, 0),
    accumulatorWriter(accumulator.loadWrite, 1),
  ];
}

import { expect, test } from "vitest";
import { peek, poke, sampled, simulateVerilog, type Process } from "../../src/harness/index.ts";
import { counter } from "./fixtures.ts";

test("peek follows poke through combinational paths, step moves the registers", async () => {
  const { dut, step, cycle, close } = await simulateVerilog(counter);
  poke(dut.enable!, true);
  poke(dut.amount!, 5);
  expect(peek(dut.next!)).toBe(5);
  expect(peek(dut.negated!)).toBe(-5);
  expect(peek(dut.count!)).toBe(0);
  step();
  expect(peek(dut.count!)).toBe(5);
  expect(sampled(dut.count!)).toBe(0);
  expect(sampled(dut.amount!)).toBe(5);
  step(1000);
  expect(peek(dut.count!)).toBe(5005);
  expect(cycle()).toBe(1002);
  close();
});

test("poke refuses what does not fit", async () => {
  const { dut, close } = await simulateVerilog(counter);
  expect(() => {
    dut.amount!.poke(256);
  }).toThrow("256 does not fit in amount: uint(8)");
  expect(() => {
    dut.amount!.poke(-1n);
  }).toThrow("-1 does not fit in amount: uint(8)");
  expect(() => {
    dut.amount!.poke(1.5);
  }).toThrow("1.5 does not fit in amount: uint(8)");
  expect(() => {
    dut.count!.poke(1);
  }).toThrow("count is an output and cannot be poked");
  close();
});

test("processes run once a clock cycle and end run", async () => {
  const { dut, spawn, run, close } = await simulateVerilog(counter);
  const seen: number[] = [];
  function* drive(): Process {
    poke(dut.enable!, 1);
    for (const amount of [1, 2, 3]) {
      poke(dut.amount!, amount);
      yield;
    }
    poke(dut.enable!, 0);
  }
  spawn(
    function* () {
      for (;;) {
        yield;
        seen.push(peek(dut.count!));
      }
    },
    { background: true },
  );
  spawn(drive);
  expect(run()).toBe(3);
  expect(seen).toEqual([1, 3, 6]);
  close();
});

test("a timeout says who waits for what", async () => {
  const { spawn, run, close } = await simulateVerilog(counter);
  spawn(
    function* () {
      for (;;) yield "Godot";
    },
    { name: "Estragon" },
  );
  expect(() => run({ timeout: 7 })).toThrow("counter: still waiting after 7 cycles:\nEstragon waits for Godot");
  close();
});

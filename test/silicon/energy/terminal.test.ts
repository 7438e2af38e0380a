/** The energy of a workload as text. */
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { formatEnergy, renderEnergyTerminal } from "../../../src/silicon/report/energy-terminal.ts";

test("energies have three digits and a prefix", () => {
  expect([0, 0.5, 7.25, 1234, 56_789, 1.5e6, 2.345e9, 7e12, 8.1e15].map(formatEnergy)).toEqual([
    "0 pJ",
    "0.5 pJ",
    "7.25 pJ",
    "1.23 nJ",
    "56.8 nJ",
    "1.5 µJ",
    "2.35 mJ",
    "7 J",
    "8100 J",
  ]);
});

test("parts, operations and totals", () => {
  const text = renderEnergyTerminal({
    workload: "one layer",
    node: "45nm",
    cycles: 1000,
    operations: [
      { name: "query", picojoules: 3000, cycles: 600 },
      { name: "softmax", picojoules: 1000, cycles: 400 },
    ],
    parts: [
      { name: "array", picojoules: 1500, share: 0.375 },
      { name: "norm unit", picojoules: 500, share: 0.125 },
      { name: "DRAM", picojoules: 2000, share: 0.5 },
    ],
    totalPicojoules: 4000,
    perMacPicojoules: 4,
    energyDelayProduct: 8.73e-5,
    inference: { layers: 12, picojoules: 48_000, cycles: 12_000, seconds: 0.25 },
    ungatedClockPicojoules: 900,
  });
  const plain = stripVTControlCharacters(text).replaceAll(/ +/g, " ");
  expect(plain).toContain("array 1.5 nJ 37.5 % 75.0 %");
  expect(plain).toContain("norm unit 500 pJ 12.5 % 25.0 %");
  expect(plain).toMatch(/DRAM 2 nJ 50\.0 % *\n/);
  expect(plain).toContain("query 3 nJ 600");
  expect(plain).toContain("4 nJ in 1,000 cycles at 45nm, 4 pJ a MAC (on chip 2 pJ), energy-delay product 87.3 µJ·s");
  expect(plain).toContain("all 12 layers: 48 nJ in 12,000 cycles, 0.25 s at the clock above");
  expect(plain).toContain("without clock gates the flip-flops' clocks take 900 pJ");
});

import { expect } from "vitest";
import { formatLint, lintVerilog, simulateVerilog, type Random } from "../../src/harness/index.ts";
import { EmbeddedSimulator } from "../../src/hdl/embedded/index.ts";
import { runBodies } from "../../src/hdl/elaborate.ts";
import { elaborate, emitVerilog, type EmittedDesign, type Module, type Ports } from "../../src/hdl/index.ts";
import { Evaluator, readWords, writeWords, type Simulator } from "../../src/hdl/simulate/index.ts";
import { runIcarus, type Stimulus } from "./icarus.ts";

/** Random inputs, extremes among them, for every cycle. */
export function randomStimuli(random: Random, { ports }: EmittedDesign, cycles: number): Stimulus[] {
  const inputs = ports.filter(({ direction, name }) => direction === "input" && name !== "clock" && name !== "reset");
  return Array.from({ length: cycles }, () =>
    Object.fromEntries(
      inputs.map(({ name, width, signed }) => {
        const bits = random.chance(0.3) ? random.pick([0n, -1n, 1n]) : random.bits(width);
        return [name, signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits)];
      }),
    ),
  );
}

/** Outputs of each cycle as bit patterns, before its clock edge. */
export function simulated(simulator: Simulator, stimuli: readonly Stimulus[]): Stimulus[] {
  const { now, sampled, layout } = simulator;
  const slots = new Map(layout.slots.map((slot) => [slot.name, slot]));
  const poke = (name: string, value: bigint): void => {
    const slot = slots.get(name)!;
    writeWords(now, slot.offset, slot.width, value);
  };
  if (slots.has("reset")) {
    poke("reset", 1n);
    simulator.step(1);
    poke("reset", 0n);
  }
  const outputs = layout.slots.filter((slot) => slot.direction === "output");
  return stimuli.map((stimulus) => {
    for (const [name, value] of Object.entries(stimulus)) poke(name, value);
    simulator.step(1);
    return Object.fromEntries(outputs.map(({ name, offset, width }) => [name, readWords(sampled, offset, width)]));
  });
}

async function verilate(design: EmittedDesign, stimuli: readonly Stimulus[]): Promise<Stimulus[]> {
  const { dut, step, close } = await simulateVerilog(design);
  const outputs = design.ports.filter((port) => port.direction === "output");
  const seen = stimuli.map((stimulus) => {
    for (const [name, value] of Object.entries(stimulus)) dut[name]!.poke(value);
    const values = outputs.map(({ name, width }) => [name, BigInt.asUintN(width, dut[name]!.peekBig())]);
    step();
    return Object.fromEntries(values) as Stimulus;
  });
  close();
  return seen;
}

/**
 * Runs a design in every engine and demands the same outputs from cycle `from` on: the evaluator before and after the
 * passes, the embedded simulator, Icarus Verilog, Yosys' reading of the Verilog, and Verilator. The linters must be quiet, too.
 */
export async function expectAgreement<P, Io extends Ports>(
  top: Module<P, Io>,
  params: P,
  makeStimuli: (design: EmittedDesign) => readonly Stimulus[],
  from = 0,
): Promise<void> {
  const design = elaborate(...([top, params] as unknown as Parameters<typeof elaborate<P, Io>>));
  const verilog = emitVerilog(design);
  const stimuli = makeStimuli(verilog);
  const expected = simulated(new Evaluator(runBodies(top, params)), stimuli).slice(from);
  expect(simulated(new Evaluator(design), stimuli).slice(from), "after the passes").toEqual(expected);
  expect(simulated(new EmbeddedSimulator(design), stimuli).slice(from), "embedded").toEqual(expected);
  const text = verilog.files.map((file) => file.text).join("\n");
  expect(formatLint(await lintVerilog(verilog.files, verilog.top)), text).toBe("");
  expect(runIcarus(verilog, stimuli, false).slice(from), "Icarus").toEqual(expected);
  expect(runIcarus(verilog, stimuli, true).slice(from), "Yosys").toEqual(expected);
  expect((await verilate(verilog, stimuli)).slice(from), "Verilator").toEqual(expected);
}

import { expect, test } from "vitest";
import { formatLint, lintVerilog, simulateVerilog, withSeed, type Random } from "../../src/harness/index.ts";
import { runBodies } from "../../src/hdl/elaborate.ts";
import { elaborate, emitVerilog, type EmittedDesign } from "../../src/hdl/index.ts";
import { runIcarus, type Stimulus } from "./icarus.ts";
import { Interpreter } from "./interpreter.ts";
import { randomModule } from "./random-design.ts";

const cycles = 40;

function randomStimuli(random: Random, { ports }: EmittedDesign): Stimulus[] {
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

/** Outputs of each cycle as bit patterns. */
function interpret(oracle: Interpreter, stimuli: readonly Stimulus[], { ports }: EmittedDesign): Stimulus[] {
  const outputs = ports.filter((port) => port.direction === "output");
  oracle.setReset(true);
  oracle.step();
  oracle.setReset(false);
  return stimuli.map((stimulus) => {
    for (const [name, value] of Object.entries(stimulus)) oracle.poke(name, value);
    const seen = Object.fromEntries(outputs.map(({ name, width }) => [name, BigInt.asUintN(width, oracle.peek(name))]));
    oracle.step();
    return seen;
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

test("passes keep the meaning, and Verilator, Icarus and Yosys read the Verilog alike", async () => {
  await withSeed(async (random) => {
    const top = randomModule(random.word(), 60);
    const design = elaborate(top);
    const verilog = emitVerilog(design);
    const stimuli = randomStimuli(random, verilog);
    const expected = interpret(new Interpreter(runBodies(top, undefined)), stimuli, verilog);
    expect(interpret(new Interpreter(design), stimuli, verilog), "after the passes").toEqual(expected);
    const text = verilog.files.map((file) => file.text).join("\n");
    expect(formatLint(await lintVerilog(verilog.files, verilog.top)), text).toBe("");
    expect(runIcarus(verilog, stimuli, false), "Icarus").toEqual(expected);
    expect(runIcarus(verilog, stimuli, true), "Yosys").toEqual(expected);
    expect(await verilate(verilog, stimuli), "Verilator").toEqual(expected);
  });
});

/** A design cut into pieces that are synthesised each by itself. */
import type { Design, Module } from "../../hdl/ir.ts";
import { emitVerilog } from "../../hdl/index.ts";
import { memoryModule, type MemoryModule } from "../../hdl/verilog/memory.ts";
import { designPorts } from "../../hdl/verilog/index.ts";
import { isMacro, NO_MACROS, type MacroRule } from "./structure.ts";

/** One distinct module, or one memory of flip-flops: the text of its own, and black boxes in the places of what it has inside. */
export interface SynthesisUnit {
  readonly module: string;
  readonly verilog: string;
  /** Declarations of the modules that are left out. */
  readonly stubs: string;
  readonly blackBoxes: readonly string[];
  /** The text is of several modules, which are made one before anything else. */
  readonly flatten?: boolean;
  /** A memory that is to be block RAM, whatever a flow for FPGAs thinks of its shape. */
  readonly blockRam?: boolean;
}

interface StubPort {
  readonly name: string;
  readonly direction: "input" | "output";
  readonly width: number;
}

const stub = (name: string, ports: readonly StubPort[]): string => {
  const list = ports.map(({ name: port, direction, width }) => `${direction} [${width - 1}:0] ${port}`);
  return `(* blackbox *) module ${name}(${list.join(", ")}); endmodule\n`;
};

/** The pieces of an elaborated design. Memories that the rule makes macros are in none of them. */
export function synthesisUnits(design: Design, rule: MacroRule): SynthesisUnit[] {
  const emitted = emitVerilog(design, { locations: false });
  const texts = new Map(emitted.files.map(({ name, text }) => [name.replace(/\.sv$/, ""), text]));
  const logic = new Map<string, MemoryModule>();
  for (const memory of design.modules.flatMap(({ memories }) => memories)) {
    if (isMacro(memory, rule)) continue;
    const made = memoryModule(memory);
    logic.set(made.name, made);
  }
  return [
    ...[...logic.values()].map(({ name, text }) => ({ module: name, verilog: text, stubs: "", blackBoxes: [] })),
    ...design.modules
      .filter(({ external }) => external === undefined)
      .map((module) => ({ module: module.name, verilog: texts.get(module.name)!, ...boxesOf(module) })),
  ];
}

/** The pieces of a design for an FPGA: what the rule makes macros is block RAM, and all other memories are left to the flow. */
export function fpgaUnits(design: Design, rule: MacroRule): SynthesisUnit[] {
  const macros = new Set(
    design.modules
      .flatMap(({ memories }) => memories)
      .filter((memory) => isMacro(memory, rule))
      .map((memory) => memoryModule(memory).name),
  );
  return synthesisUnits(design, NO_MACROS).map((unit) =>
    macros.has(unit.module) ? { ...unit, blockRam: true } : unit,
  );
}

/**
 * The whole design as one piece, only macros left out: to hold the sum of the pieces against. For small designs: time and
 * memory grow faster than size.
 */
export function flattenedUnit(design: Design, rule: MacroRule): SynthesisUnit {
  const units = synthesisUnits(design, rule);
  const macros = new Map<string, string>();
  for (const memory of design.modules.flatMap(({ memories }) => memories)) {
    if (!isMacro(memory, rule)) continue;
    const made = memoryModule(memory);
    macros.set(made.name, stub(made.name, made.pins));
  }
  return {
    module: design.top.name,
    verilog: units.map(({ verilog }) => verilog).join("\n"),
    stubs: [...macros.values()].join(""),
    blackBoxes: [...macros.keys()],
    flatten: true,
  };
}

function boxesOf(module: Module): Pick<SynthesisUnit, "stubs" | "blackBoxes"> {
  const boxes = new Map<string, string>();
  for (const { module: child } of module.instances) boxes.set(child.name, stub(child.name, designPorts(child)));
  for (const memory of module.memories) {
    const made = memoryModule(memory);
    boxes.set(made.name, stub(made.name, made.pins));
  }
  const names = [...boxes.keys()].sort();
  return { stubs: names.map((name) => boxes.get(name)!).join(""), blackBoxes: names };
}

/** A design as the cost report sees it: distinct modules, what each has inside, and which memories are macros. */
import type { Design, Memory, Module } from "../../hdl/ir.ts";
import { memoryModule } from "../../hdl/verilog/memory.ts";
import type { MacroShape } from "../types.ts";

/**
 * Which memories become macros: those of at least `minimumBits` that a memory compiler can make, with clocked reads and
 * either one port or one read and one write port. The others are flip-flops.
 */
export interface MacroRule {
  readonly minimumBits: number;
}

/** By the macro model of `technology`, a macro of 1r1w is smaller than flip-flops (10 GE a bit) from 512 to 1024 bits on. */
export const DEFAULT_MACRO_RULE: MacroRule = { minimumBits: 1024 };

/** Every memory is logic: for FPGAs, whose synthesis finds the block RAMs itself. */
export const NO_MACROS: MacroRule = { minimumBits: Infinity };

export interface ChildInstance {
  readonly name: string;
  readonly module: string;
}

export interface MemoryInstance extends ChildInstance {
  readonly words: number;
  readonly bits: number;
  readonly ports: MacroShape["ports"];
  readonly built: "macro" | "flip-flops";
}

export interface ModuleStructure {
  /** Name of the emitted Verilog module. */
  readonly module: string;
  readonly children: readonly ChildInstance[];
  readonly memories: readonly MemoryInstance[];
}

/** Distinct modules by name, children before their parents; modules of memories are not among them. */
export interface DesignStructure {
  readonly top: string;
  readonly modules: ReadonlyMap<string, ModuleStructure>;
}

/** The structure of an elaborated design. */
export function designStructure(design: Design, rule: MacroRule): DesignStructure {
  const modules = design.modules.map((module): [string, ModuleStructure] => [module.name, structureOf(module, rule)]);
  return { top: design.top.name, modules: new Map(modules) };
}

function structureOf(module: Module, rule: MacroRule): ModuleStructure {
  return {
    module: module.name,
    children: module.instances.map(({ name, module: child }) => ({ name, module: child.name })),
    memories: module.memories.map((memory): MemoryInstance => {
      const single = memory.ports.every(({ kind }) => kind === "readWrite");
      return {
        name: memory.name,
        module: memoryModule(memory).name,
        words: memory.depth,
        bits: memory.width,
        ports: single ? "1rw" : "1r1w",
        built: isMacro(memory, rule) ? "macro" : "flip-flops",
      };
    }),
  };
}

/** Whether a memory is built as a macro. */
export function isMacro(memory: Memory, rule: MacroRule): boolean {
  const kinds = memory.ports.map(({ kind }) => kind).sort();
  const compilable = ["readWrite", "read,write"].includes(kinds.join());
  const clocked = memory.ports.every(({ kind, sync }) => sync || kind === "write");
  return compilable && clocked && memory.init === undefined && memory.depth * memory.width >= rule.minimumBits;
}

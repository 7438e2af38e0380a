import type { Design, Module } from "../ir.ts";
import { clockPorts } from "./clocking.ts";
import { memoryModule, type MemoryModule } from "./memory.ts";
import { moduleText } from "./module.ts";

/** Options of emission. */
export interface EmitOptions {
  /** Leave the memory modules that read by the clock out, for hard macros of the same names and ports to take their places. */
  readonly blackBoxMemories?: boolean;
  /**
   * Whether comments say where modules and declarations are written (default: yes). Without them a line added to a source
   * changes only the Verilog that it adds: for Verilog under version control.
   */
  readonly locations?: boolean;
}

/** A port of the top module. */
export interface EmittedPort {
  readonly name: string;
  readonly direction: "input" | "output";
  readonly width: number;
  readonly signed: boolean;
}

/** Verilog, one file per module, children first. */
export interface EmittedDesign {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly top: string;
  readonly ports: readonly EmittedPort[];
  /** The memory modules, whether their text is in `files` or not. */
  readonly memories: readonly MemoryModule[];
  /** Names of modules that must come from elsewhere. */
  readonly blackBoxes: readonly string[];
}

/** SystemVerilog for a design: one file per module, one module per memory shape. */
export function emitVerilog(design: Design, options: EmitOptions = {}): EmittedDesign {
  const memories = new Map<string, MemoryModule>();
  for (const memory of design.modules.flatMap((module) => module.memories)) {
    const made = memoryModule(memory);
    memories.set(made.name, made);
  }
  const ours = design.modules.filter((module) => module.external === undefined);
  const isBlack = (memory: MemoryModule): boolean => options.blackBoxMemories === true && !memory.asynchronous;
  const black = [...memories.values()].filter(isBlack);
  const inferred = [...memories.values()].filter((memory) => !isBlack(memory));
  const texts = [...inferred, ...ours.map((m) => ({ name: m.name, text: moduleText(m, options.locations) }))];
  const { top } = design;
  return {
    files: texts.map(({ name, text }) => ({ name: `${name}.sv`, text })),
    top: top.name,
    ports: designPorts(top),
    memories: [...memories.values()],
    blackBoxes: [
      ...design.modules.filter((module) => module.external !== undefined).map((module) => module.name),
      ...black.map((memory) => memory.name),
    ],
  };
}

/** The ports of a top module, `clock` and `reset` included where it has them. */
export function designPorts(top: Module): EmittedPort[] {
  return [
    ...clockPorts(top).map(({ name }) => implicit(name)),
    ...top.ports.map(({ name, kind, width, signed }): EmittedPort => {
      return { name, direction: kind as "input" | "output", width, signed };
    }),
  ];
}

function implicit(name: string): EmittedPort {
  return { name, direction: "input", width: 1, signed: false };
}

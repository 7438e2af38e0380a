/** What the cost model expects of a compiled program. */
import type { Params } from "../config/index.ts";
import { predictProgram } from "./cost/index.ts";
import type { MemoryModel } from "./cost/index.ts";
import { COMMAND_BYTES, decodeCommand } from "../isa/index.ts";
import { commandsOffset } from "./program.ts";
import type { Program } from "./program.ts";

/** Cycles that the accelerator's counter is expected to show, all segments together; host steps take none. */
export function predictCompiled(params: Params, program: Program, memory: MemoryModel): number {
  const place = commandsOffset(program) / COMMAND_BYTES;
  let cycles = 0;
  for (const { firstCommand, commands: count } of program.segments) {
    if (count === 0) continue;
    const segment = Array.from({ length: count }, (_, i) => {
      const index = firstCommand + i;
      const command = decodeCommand(program.commands, index * COMMAND_BYTES);
      if (command === undefined) throw new Error(`command ${index} of a compiled program has no operation code`);
      return command;
    });
    cycles += predictProgram(params, segment, memory, { firstCommand: place + firstCommand }).cycles;
  }
  return cycles;
}

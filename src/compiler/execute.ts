import type { Params } from "../config/index.ts";
import { COMMAND_BYTES } from "../isa/index.ts";
import { Machine } from "../machine/index.ts";
import type { MachineOptions } from "../machine/index.ts";
import { runHostStep } from "./host-steps.ts";
import { requireConfig } from "./program-file.ts";
import type { Program } from "./program.ts";

/** Runs all segments of a program and the host steps between them on the functional machine, on `image` in place. */
export function executeProgram(
  params: Params,
  program: Program,
  image: Uint8Array,
  options: MachineOptions = {},
): void {
  requireConfig(program, params);
  const machine = new Machine(params, options);
  const dram = image.subarray(0, program.dataBytes);
  for (const { firstCommand, commands, hostSteps } of program.segments) {
    const first = firstCommand * COMMAND_BYTES;
    machine.run(program.commands.subarray(first, first + commands * COMMAND_BYTES), dram);
    for (const step of hostSteps) runHostStep(program, step, image);
  }
}

/** Programs of tests: commands with the semaphores that the compiler would give them. */
import type { Params } from "../../src/config/index.ts";
import { findDependencies } from "../../src/compiler/hazards.ts";
import { synchronise } from "../../src/compiler/synchronise.ts";
import { command, COMMAND_BYTES, encodeCommand, type Command } from "../../src/isa/index.ts";

/** A program and the DRAM it starts from, BASE at its first byte. */
export interface TestProgram {
  readonly commands: readonly Command[];
  readonly bytes: Uint8Array;
  readonly dram: Uint8Array;
}

/** Commands as bytes. */
export function assemble(commands: readonly Command[]): Uint8Array {
  const bytes = new Uint8Array(commands.length * COMMAND_BYTES);
  commands.forEach((c, i) => {
    encodeCommand(c, bytes, i * COMMAND_BYTES);
  });
  return bytes;
}

/** A command with some fields changed. */
export function altered({ engine, fields }: Command, changes: Readonly<Record<string, number>>): Command {
  const own = Object.entries(fields).filter(([name]) => name !== "opcode" && name !== "reserved");
  return command(engine, { ...Object.fromEntries(own), ...changes });
}

/** Gives commands, in an order that is right one by one, the semaphores that keep it right on four engines. */
export function withSemaphores(p: Params, commands: readonly Command[], dramBytes: number): Command[] {
  const { wait, post } = synchronise(p, commands, findDependencies(p, commands, { start: 0, end: dramBytes }));
  return commands.map((c, i) => altered(c, { wait: wait[i]!, post: post[i]! }));
}

/** A program as text: what it is, its memory map, and a line for every command. */
import { COMMAND_BYTES, COMMAND_LAYOUT, decodeCommand } from "../isa/index.ts";
import type { Command, Field } from "../isa/index.ts";
import { memoryMap } from "./memory-map.ts";
import { commandCount } from "./program.ts";
import type { Program, Region } from "./program.ts";

/** Fields that the listing shows in columns of their own. */
const COLUMNS = new Set(["opcode", "reserved", "wait", "post"]);

/** The whole listing. */
export function disassemble(program: Program): string {
  return [header(program), memoryMap(program), listing(program)].join("\n\n") + "\n";
}

function header(program: Program): string {
  const commands = commandCount(program);
  const fingerprint = `0x${program.fingerprint.toString(16).padStart(8, "0")}`;
  return [
    `program for ${program.config} (fingerprint ${fingerprint}): ${commands} commands in ${program.segments.length} segments`,
    ...program.semaphores.map((use, i) => `  semaphore ${i}: ${use}`),
  ].join("\n");
}

/** A line for every command, segment by segment, host steps between them. */
export function listing(program: Program): string {
  const lines: string[] = [];
  program.segments.forEach((segment, number) => {
    lines.push(`segment ${number}: commands ${segment.firstCommand} to ${segment.firstCommand + segment.commands - 1}`);
    let operation = -1;
    for (let i = segment.firstCommand; i < segment.firstCommand + segment.commands; i++) {
      if (program.commandOperations[i] !== operation) {
        operation = program.commandOperations[i]!;
        lines.push(`${" ".repeat(8)}; ${program.operations[operation]!.name}`);
      }
      lines.push(commandLine(program, i));
    }
    for (const step of segment.hostSteps) {
      lines.push(`    host  ${step.kind}: ${program.operations[step.operation]!.name}`);
    }
  });
  return lines.join("\n");
}

function commandLine(program: Program, index: number): string {
  const c = decodeCommand(program.commands, index * COMMAND_BYTES);
  const at = String(index).padStart(8);
  if (c === undefined) return `${at}  unknown operation code ${program.commands[index * COMMAND_BYTES]!}`;
  const { wait, post } = c.fields;
  return [
    `${at}  ${c.engine.padEnd(5)}`,
    `wait ${semaphores(wait)}`.padEnd(12),
    `post ${semaphores(post)}`.padEnd(12),
    fieldText(program, c),
  ]
    .join("  ")
    .trimEnd();
}

/** Numbers of the semaphores in a mask. */
function semaphores(mask: number): string {
  const numbers = Array.from({ length: 32 }, (_, i) => i).filter((i) => ((mask >>> i) & 1) === 1);
  return numbers.length === 0 ? "-" : numbers.join(",");
}

/** The remaining fields that are not zero, symbolic values by name, DRAM offsets with the region they lie in. */
function fieldText(program: Program, c: Command): string {
  const values = c.fields as Readonly<Record<string, number>>;
  const texts = COMMAND_LAYOUT[c.engine]
    .filter((field) => !COLUMNS.has(field.name))
    .flatMap((field) => {
      const value = values[field.name]!;
      const name = symbol(field, value);
      if (name !== undefined) return [`${field.name}=${name}`];
      if (field.name === "dramOffset") return [`dramOffset=${place(program.regions, value)}`];
      return value === 0 ? [] : [`${field.name}=${value}`];
    });
  return texts.join(" ");
}

const symbol = (field: Field, value: number): string | undefined =>
  Object.entries(field.values ?? {}).find(([, number]) => number === value)?.[0];

function place(regions: readonly Region[], offset: number): string {
  const region = regions.find((r) => r.offset <= offset && offset < r.offset + r.bytes);
  return region === undefined ? String(offset) : `${offset}[${region.name}+${offset - region.offset}]`;
}

/** Commands to bytes and back, driven by the layout alone. */
import { COMMAND_BYTES, COMMAND_LAYOUT, ENGINES, OPCODES } from "./commands.ts";
import type { Command, CommandFields, EngineName, Field } from "./commands.ts";

/** Fields a caller may leave out: they are encoded as 0. `opcode` and `reserved` are always supplied here. */
export type PartialFields<E extends EngineName> = Partial<Omit<CommandFields<E>, "opcode" | "reserved">>;

/** A command with the given fields and zero elsewhere. Throws a RangeError for a value that does not fit its field. */
export function command<E extends EngineName>(engine: E, fields: PartialFields<E>): Command {
  const given = fields as Readonly<Record<string, number | undefined>>;
  const all: Record<string, number> = {};
  for (const field of COMMAND_LAYOUT[engine]) {
    const value = field.name === "opcode" ? OPCODES[engine] : (given[field.name] ?? 0);
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** field.bits) {
      throw new RangeError(`${engine}.${field.name} = ${value} does not fit ${field.bits} unsigned bits`);
    }
    all[field.name] = value;
  }
  return { engine, fields: all } as unknown as Command;
}

/** Writes one command at byte `offset` of `bytes`. */
export function encodeCommand(c: Command, bytes: Uint8Array, offset: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, COMMAND_BYTES);
  const values = c.fields as Readonly<Record<string, number>>;
  for (let i = 0; i < COMMAND_BYTES; i += 4) view.setUint32(i, 0, true);
  for (const field of COMMAND_LAYOUT[c.engine]) {
    const at = Math.floor(field.lsb / 32) * 4;
    view.setUint32(at, (view.getUint32(at, true) | ((values[field.name]! << (field.lsb % 32)) >>> 0)) >>> 0, true);
  }
}

function readField(view: DataView, field: Field): number {
  const word = view.getUint32(Math.floor(field.lsb / 32) * 4, true) >>> (field.lsb % 32);
  return field.bits === 32 ? word : word & (2 ** field.bits - 1);
}

/** Reads one command, or undefined when the operation code is unknown. */
export function decodeCommand(bytes: Uint8Array, offset: number): Command | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, COMMAND_BYTES);
  const engine = ENGINES.find((e) => OPCODES[e] === view.getUint8(0));
  if (engine === undefined) return undefined;
  const fields: Record<string, number> = {};
  for (const field of COMMAND_LAYOUT[engine]) fields[field.name] = readField(view, field);
  return { engine, fields } as unknown as Command;
}

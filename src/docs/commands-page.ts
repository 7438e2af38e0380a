/** docs/commands.md: commands, registers and faults, from the layout data. */
import { COMMAND_BYTES, COMMAND_LAYOUT, ENGINES, FAULTS, OPCODES, REGISTERS, SEMAPHORE_BASE } from "../isa/index.ts";
import type { EngineName, Field } from "../isa/index.ts";
import { GENERATED, table } from "./markdown.ts";

const ABOUT: Readonly<Record<EngineName, string>> = {
  load: "Copies runs of bytes from DRAM into the scratchpad or the accumulator. Retires when the last word is written.",
  store:
    "Copies runs of bytes from the scratchpad, or from the stream of a NORM pass, to DRAM. Retires on the last write response.",
  gemm: "Walks `rows` x `kTiles` x `nTiles` by itself: for each N tile, for each K step, for each activation row. Retires on the last accumulator write.",
  norm: "One pass over `rows` x `slices` of the accumulator: for each slice, for each row. Retires when the last result is written.",
};

function fieldRow(field: Field): (string | number)[] {
  const values = Object.entries(field.values ?? {}).map(([name, value]) => `${value} \`${name}\``);
  const bits = field.bits === 1 ? `${field.lsb}` : `${field.lsb + field.bits - 1}:${field.lsb}`;
  return [`\`${field.name}\``, bits, field.bits, values.length > 0 ? `${field.doc}: ${values.join(", ")}` : field.doc];
}

/** The page's text. */
export function commandsPage(): string {
  const hex = (n: number): string => `0x${n.toString(16).padStart(3, "0")}`;
  const parts = [
    GENERATED,
    "# Commands and registers",
    `A program is a list of ${COMMAND_BYTES}-byte commands in DRAM, little endian. \`[msb:lsb]\` counts bits from bit 0 of byte 0. Commands are dispatched in order into one queue per engine; engines are ordered against each other only by the semaphores in \`wait\` and \`post\`. Program order must itself be a valid schedule: every wait is satisfied by posts of earlier commands.`,
  ];
  for (const engine of ENGINES) {
    parts.push(`## ${engine.toUpperCase()} (operation code ${OPCODES[engine]})`, ABOUT[engine]);
    parts.push(table(["field", "bits", "width", "meaning"], COMMAND_LAYOUT[engine].map(fieldRow)));
  }
  parts.push("## Registers", "AXI4-Lite, 32 bits each, byte addresses. A 64-bit value is read low half first.");
  parts.push(
    table(
      ["address", "register", "access", "meaning"],
      [
        ...REGISTERS.filter((r) => r.address < SEMAPHORE_BASE),
        {
          address: SEMAPHORE_BASE,
          name: "SEMAPHORE[s]",
          access: "read",
          doc: "count of semaphore s, at 4 s from here",
        },
        ...REGISTERS.filter((r) => r.address >= SEMAPHORE_BASE),
      ].map((r) => [hex(r.address), `\`${r.name}\``, r.access, r.doc]),
    ),
  );
  parts.push(
    "## Faults",
    "A fault stops the program: FAULT_CODE and FAULT_COMMAND are set, the interrupt is raised, and nothing is written to DRAM afterwards.",
  );
  parts.push(
    table(
      ["code", "name", "meaning"],
      Object.entries(FAULTS).map(([name, f]) => [f.code, `\`${name}\``, f.doc]),
    ),
  );
  return `${parts.join("\n\n")}\n`;
}

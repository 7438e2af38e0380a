/** The memory map as text: DRAM regions, and for each operation which buffers lie where in the local memories. */
import type { BufferRecord, Program } from "./program.ts";
import { middleCommands } from "./assemble.ts";

const WIDTH = 64;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const SPACES = {
  scratchpad: { title: "scratchpad", unit: "words" },
  accumulator: { title: "accumulator", unit: "rows" },
  rowSlots: { title: "row slots", unit: "slots" },
} as const;

/** Bytes as people read them. */
function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [value, unit] = bytes < 2 ** 20 ? [bytes / 1024, "KiB"] : [bytes / 2 ** 20, "MiB"];
  return `${Number(value.toFixed(1))} ${unit}`;
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, "0")}`;

/** The DRAM part: one line for each region, in address order. */
function dramMap(program: Program): string {
  const regions = [...program.regions].sort((a, b) => a.offset - b.offset);
  const name = Math.max(0, ...regions.map((r) => r.name.length));
  const lines = regions.map(
    (r) => `  ${hex(r.offset)}  ${r.kind.padEnd(11)}  ${r.name.padEnd(name)}  ${formatBytes(r.bytes).padStart(10)}`,
  );
  return [`DRAM, ${formatBytes(program.dataBytes)} from BASE`, ...lines].join("\n");
}

/** One local memory at one command: a bar, and what its letters mean. */
function bar(buffers: readonly BufferRecord[], space: keyof typeof SPACES, capacity: number): string[] {
  const { title, unit } = SPACES[space];
  const here = buffers.filter((b) => b.space === space).sort((a, b) => a.address - b.address);
  if (here.length === 0) return [];
  const cells = new Array<string>(WIDTH).fill(".");
  here.forEach((b, i) => {
    const from = Math.floor((b.address * WIDTH) / capacity);
    const to = Math.max(from + 1, Math.floor(((b.address + b.size) * WIDTH) / capacity));
    cells.fill(LETTERS[i % LETTERS.length]!, from, to);
  });
  const legend = here.map((b, i) => {
    const range = `${b.address}..${b.address + b.size - 1}`;
    return `    ${LETTERS[i % LETTERS.length]!}  ${range.padEnd(13)} ${b.name}`;
  });
  const used = here.reduce((sum, b) => sum + b.size, 0);
  return [`  ${title.padEnd(11)} |${cells.join("")}| ${used} of ${capacity} ${unit}`, ...legend];
}

/** The local memories in the middle of each operation. */
function localMap(program: Program): string {
  const { scratchpadWords, accumulatorRows, rowSlots } = program.memories;
  return middleCommands(program.commandOperations)
    .map((at) => {
      const live = program.buffers.filter((b) => b.firstCommand <= at && at <= b.lastCommand);
      const { name } = program.operations[program.commandOperations[at]!]!;
      return [
        `at command ${at}, ${name}`,
        ...bar(live, "scratchpad", scratchpadWords),
        ...bar(live, "accumulator", accumulatorRows),
        ...bar(live, "rowSlots", rowSlots),
      ].join("\n");
    })
    .join("\n\n");
}

/** DRAM and local memories. */
export const memoryMap = (program: Program): string => `${dramMap(program)}\n\n${localMap(program)}`;

/**
 * The AXI4-Lite register map and the fault codes, written once: the hardware's register file, the host runtime, the C
 * header, the manifest and the docs are derived from it. 32-bit registers at byte addresses; 64-bit values are a lo/hi pair.
 */
import { ENGINES } from "./commands.ts";

export interface Register {
  readonly name: string;
  /** Byte address. */
  readonly address: number;
  readonly access: "read" | "write" | "read-write";
  readonly doc: string;
}

/** `ID` reads as "SYST" in ASCII. */
export const ID_VALUE = 0x53595354;
/** Version of the register map and command layout together. */
export const ISA_VERSION = 2;

export const CONTROL_BITS = { start: 0, clear: 1 } as const;
export const STATUS_BITS = { busy: 0, done: 1, fault: 2 } as const;

/** What stopped a program. */
export const FAULTS = {
  none: { code: 0, doc: "no fault" },
  unknownCommand: { code: 1, doc: "operation code or function unknown, or not built into this configuration" },
  illegalField: { code: 2, doc: "a field has a value the command does not allow (a zero size, a misaligned address)" },
  scratchpadRange: { code: 3, doc: "scratchpad address beyond the capacity" },
  accumulatorRange: { code: 4, doc: "accumulator address beyond the capacity" },
  rowSlotRange: { code: 5, doc: "row slot beyond the row memory" },
  dramRange: { code: 6, doc: "DRAM address beyond the LIMIT register" },
  semaphoreOverflow: {
    code: 7,
    doc: "a post to a semaphore that is at its maximum, or a semaphore that does not exist",
  },
  readError: { code: 8, doc: "AXI error response to a read of LOAD" },
  writeError: { code: 9, doc: "AXI error response to a write of STORE" },
  fetchError: { code: 10, doc: "AXI error response to a command fetch" },
  deadlock: { code: 11, doc: "every engine with work waits for a semaphore that nothing can post any more" },
} as const;
export type FaultName = keyof typeof FAULTS;

/** Why an engine does nothing in this cycle; the STATE register of each engine. */
export const ENGINE_STATES = { idle: 0, busy: 1, waitingSemaphore: 2, waitingMemory: 3 } as const;

/** Register block of engine i starts at ENGINE_BASE + i x ENGINE_SPAN. */
const ENGINE_BASE = 0x100;
const ENGINE_SPAN = 0x40;
/** Semaphore s is read at SEMAPHORE_BASE + 4 s. */
export const SEMAPHORE_BASE = 0x080;

const CORE: readonly Register[] = [
  { name: "ID", address: 0x00, access: "read", doc: '"SYST"' },
  { name: "VERSION", address: 0x04, access: "read", doc: "version of registers and commands" },
  {
    name: "CONFIG",
    address: 0x08,
    access: "read",
    doc: "fingerprint of the configuration; a program carries the one it was compiled for",
  },
  { name: "CONTROL", address: 0x0c, access: "write", doc: "bit 0 start; bit 1 clear done, fault and interrupt" },
  { name: "STATUS", address: 0x10, access: "read", doc: "bit 0 busy, bit 1 done, bit 2 fault" },
  { name: "IRQ_ENABLE", address: 0x14, access: "read-write", doc: "bit 0: raise irq on done or fault" },
  {
    name: "PROGRAM_LO",
    address: 0x18,
    access: "read-write",
    doc: "byte address of the first command, 64-byte aligned",
  },
  { name: "PROGRAM_HI", address: 0x1c, access: "read-write", doc: "" },
  { name: "COMMANDS", address: 0x20, access: "read-write", doc: "number of commands" },
  {
    name: "BASE_LO",
    address: 0x24,
    access: "read-write",
    doc: "byte address that DRAM offsets are relative to, 4 KiB aligned",
  },
  { name: "BASE_HI", address: 0x28, access: "read-write", doc: "" },
  { name: "LIMIT", address: 0x2c, access: "read-write", doc: "bytes from BASE that the program may touch" },
  { name: "FAULT_CODE", address: 0x30, access: "read", doc: "what stopped the program" },
  { name: "FAULT_COMMAND", address: 0x34, access: "read", doc: "index of the offending command" },
  { name: "DISPATCHED", address: 0x38, access: "read", doc: "commands handed to an engine so far" },
  { name: "CYCLES_LO", address: 0x40, access: "read", doc: "cycles from start to done, fault or now" },
  { name: "CYCLES_HI", address: 0x44, access: "read", doc: "" },
  { name: "READ_BYTES_LO", address: 0x48, access: "read", doc: "bytes read over AXI, commands included" },
  { name: "READ_BYTES_HI", address: 0x4c, access: "read", doc: "" },
  { name: "WRITE_BYTES_LO", address: 0x50, access: "read", doc: "bytes written over AXI" },
  { name: "WRITE_BYTES_HI", address: 0x54, access: "read", doc: "" },
  {
    name: "ARRAY_CYCLES_LO",
    address: 0x58,
    access: "read",
    doc: "cycles in which an activation row entered the array",
  },
  { name: "ARRAY_CYCLES_HI", address: 0x5c, access: "read", doc: "" },
];

const ENGINE_REGISTERS: readonly (readonly [string, string])[] = [
  ["STATE", "0 idle, 1 busy, 2 waiting for a semaphore, 3 waiting for memory"],
  ["COMMAND", "index of the command at the head of the engine"],
  ["WAIT", "semaphores the head command waits for that are at zero"],
  ["QUEUED", "commands in the engine's queue"],
  ["BUSY_LO", "cycles with a command in execution and not waiting for memory"],
  ["BUSY_HI", ""],
  ["SEMAPHORE_WAIT_LO", "cycles waiting for a semaphore with nothing in execution"],
  ["SEMAPHORE_WAIT_HI", ""],
  ["MEMORY_WAIT_LO", "cycles in execution but held up by AXI or by a memory bank"],
  ["MEMORY_WAIT_HI", ""],
  ["RETIRED", "commands retired"],
];

/** The whole register map except the semaphore counts (see SEMAPHORE_BASE), in address order. */
export const REGISTERS: readonly Register[] = [
  ...CORE,
  ...ENGINES.flatMap((engine, i) =>
    ENGINE_REGISTERS.map(([name, doc], j): Register => ({
      name: `${engine.toUpperCase()}_${name}`,
      address: ENGINE_BASE + i * ENGINE_SPAN + 4 * j,
      access: "read",
      doc,
    })),
  ),
];

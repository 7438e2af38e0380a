/**
 * The ports by which the units of an accelerator meet, each seen from the engine (the client of a memory); a parent or
 * the other end uses `flip`. Wires here carry no registers: latencies are those the docs of each bundle state.
 */
import { bool, indexWidth, input, output, sink, sint, stream, times, uint } from "../../hdl/index.ts";
import type { SintShape, UintShape } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { COMMAND_LAYOUT } from "../../isa/index.ts";
import type { CommandFields, EngineName } from "../../isa/index.ts";

/** Bits of a command's index in the program, of a scratchpad or accumulator address, of a semaphore mask and of a fault code. */
export const INDEX_BITS = 24;
export const ADDRESS_BITS = 20;
export const MASK_BITS = 32;
export const FAULT_BITS = 5;

/** Fields an engine gets to see: dispatch uses up the operation code and the `wait` mask. */
export type EngineField<E extends EngineName> = Exclude<keyof CommandFields<E>, "opcode" | "reserved" | "wait">;
export type CommandShape<E extends EngineName> = {
  readonly [K in EngineField<E> | "index"]: UintShape;
};

const DISPATCH_FIELDS: ReadonlySet<string> = new Set(["opcode", "reserved", "wait"]);

/** A command as an engine gets it: every field of the layout by its name and width, `post` included, and its `index` in the program. */
export function commandShape<E extends EngineName>(engine: E): CommandShape<E> {
  const fields = COMMAND_LAYOUT[engine]
    .filter((field) => !DISPATCH_FIELDS.has(field.name))
    .map((field) => [field.name, uint(field.bits)]);
  return { ...Object.fromEntries(fields), index: uint(INDEX_BITS) } as CommandShape<E>;
}

/** `valid` for one cycle when a command's effects are visible; in order. */
export const retireShape = { valid: bool, post: uint(MASK_BITS), index: uint(INDEX_BITS) } as const;
/** `valid` for one cycle (or until `reset`) when the engine finds a fault; the engine starts nothing more by itself. `code` is a FAULTS code. */
export const faultShape = { valid: bool, code: uint(FAULT_BITS), index: uint(INDEX_BITS) } as const;

/**
 * What every engine has towards the control unit.
 *
 * - `command`: fires (valid and ready) when the engine starts the command; semaphores are already taken care of. Engines
 *   may take the next command while earlier ones are still in execution.
 * - `retire`, `fault`: see their shapes; drive them from registers.
 * - `halt`: something faulted, here or elsewhere: start nothing, write nothing more. Stays high until `reset`.
 * - There is no `clear`: the top raises the engines' own `reset` for a cycle when a program starts, so that a halted
 *   engine need not find its way back to idle. Whatever must be fresh at a program's start has a reset value.
 * - `busy`: a command is in execution (accepted and not retired).
 * - `idle`: nothing at all is left to do: not busy, and no background work (row jobs) either.
 * - `memoryWait`: in execution, but held up in this cycle by AXI, by a memory bank or by the norm stream.
 * - `stalled`: in execution, but nothing can move until another *engine* acts: STORE waits for a word of the norm stream
 *   and has nothing else outstanding, NORM waits for room in it. Constant 0 elsewhere. Lets deadlocks be told from patience.
 */
export const enginePorts = <E extends EngineName>(engine: E) => ({
  command: sink(stream(commandShape(engine))),
  retire: output(retireShape),
  fault: output(faultShape),
  halt: input(bool),
  busy: output(bool),
  idle: output(bool),
  memoryWait: output(bool),
  stalled: output(bool),
});

/** A scratchpad word: byte i is column i of its slice. */
export const wordShape = (p: Params): UintShape => uint(8 * p.wordBytes);
/** An accumulator row: element c is column c of its tile. */
export const accumulatorRow = (p: Params): readonly SintShape[] => times(p.cols, () => sint(p.accumulatorBits));
/** Write enables of a scratchpad word, one per norm slice of `lanes` bytes; bit j covers bytes j·lanes … */
export const wordMask = (p: Params): UintShape => uint(p.wordSlices);

/**
 * Client of a scratchpad read port: a request is taken in a cycle where `valid` and `ready` are high (`ready` depends on
 * the address; hold the request until then); its word is at `data` two cycles later, marked by `dataValid`. Addresses
 * must be below the capacity. The top-priority client (GEMM activations) finds `ready` constantly high.
 */
export const scratchpadRead = (p: Params) => ({
  valid: output(bool),
  address: output(uint(ADDRESS_BITS)),
  ready: input(bool),
  dataValid: input(bool),
  data: input(wordShape(p)),
});

/** Client of a scratchpad write port: the write is made in a cycle where `valid` and `ready` are high, and readable by a request of the next. */
export const scratchpadWrite = (p: Params) => ({
  valid: output(bool),
  address: output(uint(ADDRESS_BITS)),
  data: output(wordShape(p)),
  mask: output(wordMask(p)),
  ready: input(bool),
});

/** Client of an accumulator read port: as {@link scratchpadRead}, a whole row at a time. GEMM finds `ready` constantly high. */
export const accumulatorRead = (p: Params) => ({
  valid: output(bool),
  address: output(uint(ADDRESS_BITS)),
  ready: input(bool),
  dataValid: input(bool),
  data: input(accumulatorRow(p)),
});

/** Write enables of an accumulator row, one per norm slice of `lanes` elements; bit j covers elements j·lanes … */
export const accumulatorMask = (p: Params): UintShape => uint(p.tileSlices);

/**
 * Client of an accumulator write port: as {@link scratchpadWrite}. GEMM (which finds `ready` constantly high) and LOAD
 * write whole rows, all ones in `mask`; NORM writes one slice.
 */
export const accumulatorWrite = (p: Params) => ({
  valid: output(bool),
  address: output(uint(ADDRESS_BITS)),
  data: output(accumulatorRow(p)),
  mask: output(accumulatorMask(p)),
  ready: input(bool),
});

/** Bits of a row slot. */
export const slotBits = (p: Params): number => indexWidth(p.rowSlots);

/** Row maxima as GEMM finishes them; NORM keeps them by slot. Never refused. */
export const rowMaxShape = (p: Params) => ({ valid: bool, slot: uint(slotBits(p)), value: sint(p.accumulatorBits) });

/** Words that STORE asks for ahead, of the scratchpad or of the norm stream: the round trip of a read, and a few refused ones. */
export const STORE_WORDS = 8;

/** Words from NORM to STORE, in the order in which they go to DRAM. STORE takes what it has asked for as soon as it is offered. */
export const normStream = (p: Params) => stream({ data: wordShape(p) });

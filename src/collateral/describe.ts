/** The generated accelerator as data: parameters, registers, faults and command layout, for the manifest and the C header. */
import type { Params } from "../config/index.ts";
import {
  COMMAND_BYTES,
  COMMAND_LAYOUT,
  CONTROL_BITS,
  ENGINES,
  ENGINE_STATES,
  FAULTS,
  ID_VALUE,
  ISA_VERSION,
  OPCODES,
  REGISTERS,
  SEMAPHORE_BASE,
  STATUS_BITS,
} from "../isa/index.ts";

/** A derived size with its meaning; the C header turns `camelCase` into `UPPER_CASE`. */
interface Constant {
  readonly name: string;
  readonly value: number;
  readonly doc: string;
}

const constants = (p: Params): Constant[] => [
  { name: "arrayRows", value: p.rows, doc: "processing elements along K" },
  { name: "arrayCols", value: p.cols, doc: "processing elements along N" },
  { name: "lanes", value: p.lanes, doc: "columns the norm unit handles per cycle" },
  { name: "wordBytes", value: p.wordBytes, doc: "bytes of a scratchpad word" },
  { name: "scratchpadWords", value: p.scratchpadWords, doc: "scratchpad words" },
  { name: "accumulatorRows", value: p.accumulatorRows, doc: "accumulator rows of ARRAY_COLS int32" },
  { name: "rowSlots", value: p.rowSlots, doc: "row slots of maxima, sums and factors" },
  { name: "beatBytes", value: p.beatBytes, doc: "bytes of a DMA beat; DRAM offsets and runs are multiples of it" },
  { name: "semaphores", value: p.semaphores, doc: "counting semaphores" },
  { name: "semaphoreMax", value: p.semaphoreMax, doc: "largest count of a semaphore" },
  ...ENGINES.map((engine) => ({
    name: `${engine}QueueDepth`,
    value: p.queueDepths[engine],
    doc: `commands waiting for ${engine.toUpperCase()}`,
  })),
];

/** Everything software needs to drive the accelerator `p` with top module `top`; also the JSON manifest, as it stands. */
export function describeAccelerator(p: Params, top: string, files: readonly string[]) {
  return {
    top,
    name: p.name,
    fingerprint: p.fingerprint,
    isaVersion: ISA_VERSION,
    idValue: ID_VALUE,
    config: p.config,
    parameters: constants(p),
    files,
    registers: REGISTERS,
    semaphoreBase: SEMAPHORE_BASE,
    control: CONTROL_BITS,
    status: STATUS_BITS,
    engineStates: ENGINE_STATES,
    faults: Object.entries(FAULTS).map(([name, { code, doc }]) => ({ name, code, doc })),
    commandBytes: COMMAND_BYTES,
    commands: ENGINES.map((engine) => ({
      engine,
      opcode: OPCODES[engine],
      fields: COMMAND_LAYOUT[engine],
    })),
  };
}

export type AcceleratorDescription = ReturnType<typeof describeAccelerator>;

import { cat, uintLit } from "../../hdl/index.ts";
import type { Bool, Uint, UintShape, Value } from "../../hdl/index.ts";
import { COMMAND_BITS, COMMAND_LAYOUT, OPCODES } from "../../isa/index.ts";
import type { EngineName, Field } from "../../isa/index.ts";
import { commandShape } from "../common/index.ts";
import type { CommandShape } from "../common/index.ts";

/** A command as it waits for its engine: the semaphores it needs, and what the engine will get. */
export type QueuedShape<E extends EngineName> = { readonly wait: UintShape; readonly command: CommandShape<E> };

const bitsOf = (word: Uint, field: Field): Uint => word.bits(field.lsb + field.bits - 1, field.lsb);

function common(name: string): Field {
  const field = COMMAND_LAYOUT.load.find((f) => f.name === name);
  if (field === undefined) throw new Error(`command layout without ${name}`);
  return field;
}

/** Whether a command's operation code is that of `engine`. */
export const isFor = (engine: EngineName, word: Uint): Bool => bitsOf(word, common("opcode")).eq(OPCODES[engine]);
/** The semaphores a command waits for, and those it posts: the same bits for every engine. */
export const waitMask = (word: Uint): Uint => bitsOf(word, common("wait"));
export const postMask = (word: Uint): Uint => bitsOf(word, common("post"));

/** The fields of a command of `engine`, cut out of its 512 bits where the layout says. */
export function decode<E extends EngineName>(engine: E, word: Uint, index: Uint): Value<QueuedShape<E>> {
  if (word.width !== COMMAND_BITS) throw new Error(`a command has ${COMMAND_BITS} bits, not ${word.width}`);
  const fields = COMMAND_LAYOUT[engine].map((field) => [field.name, bitsOf(word, field)] as const);
  const names = new Set(Object.keys(commandShape(engine)));
  const command = { ...Object.fromEntries(fields.filter(([name]) => names.has(name))), index };
  return { wait: waitMask(word), command } as unknown as Value<QueuedShape<E>>;
}

/** Neighbouring bits. */
export interface BitRun {
  readonly lsb: number;
  readonly bits: number;
}

/** Runs of bits of a command that a field of some engine lies in, lowest first. */
const USED_RUNS: readonly BitRun[] = usedRuns();

function usedRuns(): BitRun[] {
  const fields = Object.values(COMMAND_LAYOUT).flatMap((layout): readonly Field[] => layout);
  const used = fields.filter(({ name }) => name !== "reserved").sort((a, b) => a.lsb - b.lsb);
  const runs: { lsb: number; bits: number }[] = [];
  for (const { lsb, bits } of used) {
    const run = runs.at(-1);
    if (run !== undefined && lsb <= run.lsb + run.bits) run.bits = Math.max(run.bits, lsb + bits - run.lsb);
    else runs.push({ lsb, bits });
  }
  return runs;
}

/** The runs of bits of beat `beat` of a command that a field of some engine lies in, counted from the beat's lowest bit. */
export function usedBits(beat: number, beatBits: number): BitRun[] {
  const from = beat * beatBits;
  return USED_RUNS.map(({ lsb, bits }) => {
    const first = Math.max(lsb, from);
    return { lsb: first - from, bits: Math.min(lsb + bits, from + beatBits) - first };
  }).filter(({ bits }) => bits > 0);
}

/** Some runs of bits of a beat, without what lies between them. */
export const packBits = (beat: Uint, runs: readonly BitRun[]): Uint =>
  cat(...runs.map(({ lsb, bits }) => beat.bits(lsb + bits - 1, lsb)).reverse());

/** A beat of `width` bits with its runs of bits where they belong and 0 between them. */
export function unpackBits(packed: Uint, runs: readonly BitRun[], width: number): Uint {
  const parts: Uint[] = [];
  let [lsb, from] = [0, 0];
  for (const run of runs) {
    if (run.lsb > lsb) parts.push(uintLit(0, run.lsb - lsb));
    parts.push(packed.bits(from + run.bits - 1, from));
    from += run.bits;
    lsb = run.lsb + run.bits;
  }
  if (lsb < width) parts.push(uintLit(0, width - lsb));
  return cat(...parts.reverse());
}

/** Beats in order of arrival as one command. */
export const joinBeats = (beats: readonly Uint[]): Uint => cat(...[...beats].reverse());

import {
  bool,
  cat,
  module,
  mux,
  output,
  pipe,
  reg,
  select,
  sink,
  source,
  stream,
  times,
  uint,
} from "../../hdl/index.ts";
import type { Uint } from "../../hdl/index.ts";
import { indexBits } from "../../config/index.ts";
import type { Params } from "../../config/index.ts";
import { fifo, scratchpadRead } from "../common/index.ts";
import { operandRequest, operandRow } from "./requests.ts";

/** Cycles from a granted read to its word. */
const READ_LATENCY = 2;
/** Words asked for and not yet taken: two keep one word a cycle flowing, the others make good denied requests. */
export const OPERAND_BUFFER_WORDS = 4;

export interface OperandReaderParams {
  readonly name: string;
  readonly params: Params;
  /** Bytes of a word that are kept, from the lowest on. */
  readonly bytes: number;
  /** Sub-slices from which the lowest bytes are chosen, 1 for none. */
  readonly subs: number;
}

/**
 * Operand reader: fetches requested scratchpad words ahead of their use and keeps them, in order, until the array takes
 * them. A request is only made when its word has a place.
 *
 * ```
 *   cycle t       request, granted by the scratchpad
 *   cycle t + 2   the word; its sub-slice moves to the lowest bytes; at the output if no older one waits
 *   cycle t + 3   in the buffer, if it was not taken
 * ```
 *
 * Throughput one word a cycle.
 */
export const OperandReader = module(
  ({ name }: OperandReaderParams) => name,
  ({ params, bytes }: OperandReaderParams) => ({
    request: sink(stream(operandRequest(params))),
    memory: scratchpadRead(params),
    row: source(stream(operandRow(bytes))),
    /** At least two words are there: the array would not notice if a request waited a cycle. */
    spare: output(bool),
  }),
  (io, { bytes, subs }) => {
    const taken = io.row.valid.and(io.row.ready);

    // Places: words asked for and not yet taken. One that is taken in this cycle is free in this cycle.
    const asked = reg(uint(indexBits(OPERAND_BUFFER_WORDS + 1)));
    const hasPlace = asked.ne(OPERAND_BUFFER_WORDS).or(taken);
    const granted = io.request.valid.and(io.request.ready);
    asked.next = asked.add(granted).sub(taken).wrap(asked.width);
    io.memory.valid.set(io.request.valid.and(hasPlace));
    io.memory.address.set(io.request.payload.address);
    io.request.ready.set(io.memory.ready.and(hasPlace));

    // What the word is for waits beside it.
    const { sub, first, last, mode } = io.request.payload;
    const arriving = pipe({ sub, first, last, mode }, READ_LATENCY);
    const word = keptBytes(io.memory.data, arriving.sub, subs, bytes);

    const words = fifo("words", operandRow(bytes), OPERAND_BUFFER_WORDS);
    const comes = { word, first: arriving.first, last: arriving.last, mode: arriving.mode };
    const passes = words.valid.not().and(io.row.ready);
    words.push(io.memory.dataValid.and(passes.not()), comes);
    words.take(io.row.ready);
    io.row.valid.set(words.valid.or(io.memory.dataValid));
    io.row.payload.set(mux(words.valid, words.head, comes));

    const held = reg(uint(asked.width));
    held.next = held.add(io.memory.dataValid).sub(taken).wrap(asked.width);
    io.spare.set(held.ge(2));
  },
);

/** The `bytes` lowest bytes of `word`, after sub-slice number `sub` of `subs` has replaced the first one. */
function keptBytes(word: Uint, sub: Uint, subs: number, bytes: number): Uint {
  const bits = word.width / subs;
  const slices = times(subs, (i) => word.bits((i + 1) * bits - 1, i * bits));
  const chosen = subs === 1 ? word : select(sub, slices);
  return 8 * bytes > bits ? cat(word.bits(8 * bytes - 1, bits), chosen) : chosen.bits(8 * bytes - 1, 0);
}

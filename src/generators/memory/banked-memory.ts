import {
  assert,
  bool,
  boolLit,
  input,
  memory,
  module,
  mux,
  output,
  reg,
  select,
  times,
  uint,
  when,
} from "../../hdl/index.ts";
import type { Bool, Uint } from "../../hdl/index.ts";
import { indexBits } from "../../config/index.ts";
import { ADDRESS_BITS } from "../common/index.ts";

export interface BankedMemoryParams {
  readonly name: string;
  /** Words in all; a multiple of `banks`. */
  readonly words: number;
  /** Power of two, at least 2. */
  readonly banks: number;
  readonly wordBits: number;
  /** Parts of a word that can be written on their own; divides `wordBits`. A word of one part is always written whole. */
  readonly maskBits: number;
  /** Ports in order of priority, the first is never denied. */
  readonly readers: number;
  readonly writers: number;
}

const readPort = (wordBits: number) => ({
  valid: input(bool),
  address: input(uint(ADDRESS_BITS)),
  ready: output(bool),
  dataValid: output(bool),
  data: output(uint(wordBits)),
});

const writePort = (wordBits: number, maskBits: number) => ({
  valid: input(bool),
  address: input(uint(ADDRESS_BITS)),
  data: input(uint(wordBits)),
  mask: input(uint(maskBits)),
  ready: output(bool),
});

/** What an arbiter looks at. */
interface Request {
  readonly valid: Bool;
  readonly address: Uint;
}

interface Write extends Request {
  readonly data: Uint;
  readonly mask: Uint;
}

/**
 * A memory of several clients: banks of one read and one write port each, interleaved by the low address bits, and a
 * fixed-priority arbiter per bank and direction. The first writer has a way of its own to every bank, the others share one.
 *
 * ```
 *   read   t      request and `ready`; the winner's address reaches its bank
 *          t + 1  the bank's word; each client selects the bank it asked
 *          t + 2  `data` and `dataValid`, from a register per client
 *   write  t      request and `ready`; the bank stores the winner's word at the end of the cycle
 * ```
 *
 * Throughput: one word per bank and cycle read, two words a cycle written. Interleaving makes two sequential streams collide at most once:
 * the loser then runs one bank behind the winner. Addresses must be below `words`. A word must not be read in the
 * very cycle in which it is written: the commands' semaphores, and the distance of GEMM's own reads and writes, see to it.
 */
export const BankedMemory = module(
  (p: BankedMemoryParams) => p.name,
  (p: BankedMemoryParams) => ({
    read: times(p.readers, () => readPort(p.wordBits)),
    write: times(p.writers, () => writePort(p.wordBits, p.maskBits)),
  }),
  (io, p) => {
    const bankBits = indexBits(p.banks);
    const rowBits = indexBits(p.words / p.banks);
    const bankOf = ({ address }: Request): Uint => address.bits(bankBits - 1, 0);
    const rowOf = ({ address }: Request): Uint => address.bits(bankBits + rowBits - 1, bankBits);
    const opposes = (other: Request, request: Request): Bool => other.valid.and(bankOf(other).eq(bankOf(request)));

    const [own, ...others] = io.write;
    const waysIn = others.length === 0 ? [own!] : [own!, sharedWay(others)];
    const words = times(p.banks, (b) => {
      const asks = (request: Request): Bool => request.valid.and(bankOf(request).eq(b));
      const reads = io.read.map(asks);
      const writes = waysIn.map(asks);
      const readRow = firstOf(reads, io.read.map(rowOf));
      const writeRow = firstOf(writes, waysIn.map(rowOf));
      const collides = anyOf(reads).and(anyOf(writes)).and(readRow.eq(writeRow));
      assert(collides.not(), "a word is read in the cycle in which it is written");
      const mask = firstOf(
        writes,
        waysIn.map(({ mask }) => mask),
      );
      const bank = memory({
        shape: uint(p.wordBits),
        depth: p.words / p.banks,
        readUnderWrite: "undefined",
        ...(p.maskBits > 1 && { maskBits: p.wordBits / p.maskBits }),
      });
      bank.write({
        address: writeRow,
        enable: anyOf(writes),
        data: firstOf(
          writes,
          waysIn.map(({ data }) => data),
        ),
        ...(p.maskBits > 1 && { mask }),
      });
      return bank.read({ address: readRow, enable: anyOf(reads) });
    });

    io.read.forEach((port, client) => {
      const ready = noneOf(io.read.slice(0, client).map((other) => opposes(other, port)));
      const granted = port.valid.and(ready);
      const arriving = reg(bool);
      const bank = reg(uint(bankBits), { reset: false });
      const dataValid = reg(bool);
      const data = reg(uint(p.wordBits), { reset: false });
      arriving.next = granted;
      when(granted, () => {
        bank.next = bankOf(port);
      });
      dataValid.next = arriving;
      when(arriving, () => {
        data.next = select(bank, words);
      });
      port.ready.set(ready);
      port.dataValid.set(dataValid);
      port.data.set(data);
    });
    own!.ready.set(true);
    others.forEach((port, client) => {
      port.ready.set(noneOf([opposes(own!, port), ...others.slice(0, client).map(({ valid }) => valid)]));
    });
  },
);

/** The request of the first of several writers that has one: their data are chosen once, not before every bank. */
function sharedWay(writers: readonly Write[]): Write {
  const asks = writers.map(({ valid }) => valid);
  const first = (part: (write: Write) => Uint): Uint => firstOf(asks, writers.map(part));
  return {
    valid: anyOf(asks),
    address: first(({ address }) => address),
    data: first(({ data }) => data),
    mask: first(({ mask }) => mask),
  };
}

const anyOf = (conditions: readonly Bool[]): Bool => conditions.reduce((any, condition) => any.or(condition));
const noneOf = (conditions: readonly Bool[]): Bool =>
  conditions.length === 0 ? boolLit(true) : anyOf(conditions).not();

/** The value of the first condition that holds; the last value when none of the others does. */
const firstOf = (conditions: readonly Bool[], values: readonly Uint[]): Uint =>
  values.reduceRight((rest, value, index) => mux(conditions[index]!, value, rest));

import type { Expr, Memory, MemoryPort } from "../../hdl/ir.ts";
import type { Term, TermBuilder } from "../terms/index.ts";

/** A memory as an array, and its ports as reads of and stores to it. */
export class MemoryTerms {
  readonly memory: Memory;
  /** The words now. */
  readonly array: Term;
  readonly #terms: TermBuilder;
  readonly #termOf: (expr: Expr) => Term;

  constructor(terms: TermBuilder, name: string, memory: Memory, termOf: (expr: Expr) => Term) {
    this.memory = memory;
    this.#terms = terms;
    this.#termOf = termOf;
    this.array = terms.variable(name, memory.width, addressBits(memory));
  }

  /** The word at an address, 0 beyond the depth. */
  word(address: Term): Term {
    const word = this.#terms.select(this.array, this.#index(address));
    return this.#terms.ite(this.#inRange(address), word, this.#terms.constant(0n, this.memory.width));
  }

  /** The word at a port's address. */
  wordAt(port: MemoryPort): Term {
    return this.word(this.#termOf(port.address));
  }

  /** Whether a port's clocked read takes place at the next edge. */
  reads(port: MemoryPort): Term {
    return this.#terms.and(this.#enabled(port), this.#terms.not(this.#writes(port)));
  }

  /** The words after the next clock edge. */
  next(): Term {
    const terms = this.#terms;
    return this.memory.ports.reduce((array, port) => {
      if (port.kind === "read") return array;
      const address = this.#termOf(port.address);
      const index = this.#index(address);
      const value = this.#termOf(port.value!);
      const word = port.mask === undefined ? value : this.#masked(port.mask, value, terms.select(array, index));
      const stores = terms.and(this.#enabled(port), this.#writes(port), this.#inRange(address));
      return terms.ite(stores, terms.store(array, index, word), array);
    }, this.array);
  }

  /** The contents at power-on, or undefined when the memory has none. */
  initial(): Term | undefined {
    const { init, width, depth } = this.memory;
    if (init === undefined) return undefined;
    const terms = this.#terms;
    const bits = addressBits(this.memory);
    return init
      .slice(0, depth)
      .reduce<Term>(
        (array, word, address) => terms.store(array, terms.constant(address, bits), terms.constant(word, width)),
        terms.uniform(0n, width, bits),
      );
  }

  #enabled({ enable }: MemoryPort): Term {
    return enable === undefined ? this.#terms.constant(1n, 1) : this.#termOf(enable);
  }

  #writes({ kind, write }: MemoryPort): Term {
    return kind === "readWrite" ? this.#termOf(write!) : this.#terms.constant(kind === "write" ? 1n : 0n, 1);
  }

  #inRange(address: Term): Term {
    const { depth } = this.memory;
    const terms = this.#terms;
    if (BigInt(depth) >= 1n << BigInt(address.width)) return terms.constant(1n, 1);
    return terms.relation("bvult", address, terms.constant(depth, address.width));
  }

  #index(address: Term): Term {
    return this.#terms.resize(address, addressBits(this.memory), false);
  }

  /** `value` in the lanes whose bit of the mask is set, `old` in the others. */
  #masked(mask: Expr, value: Term, old: Term): Term {
    const terms = this.#terms;
    const { width, maskBits = width } = this.memory;
    const lanes = this.#termOf(mask);
    const parts: Term[] = [];
    for (let low = 0; low < width; low += maskBits) {
      const high = Math.min(width, low + maskBits) - 1;
      const lane = terms.extract(lanes, low / maskBits, low / maskBits);
      parts.unshift(terms.ite(lane, terms.extract(value, high, low), terms.extract(old, high, low)));
    }
    return terms.concat(parts);
  }
}

/** Bits of the array's addresses. */
export function addressBits({ depth }: Memory): number {
  return Math.max(1, Math.ceil(Math.log2(depth)));
}

/** Allocation inside a local memory, in the order in which commands are written down. */

/** Where an allocation looks first: short-lived blocks from the bottom, long-lived ones from the top. */
export type Placement = "low" | "high";

/** First-fit allocation of `capacity` units. */
export class Pool {
  readonly capacity: number;
  /** Sorted by address, never overlapping. */
  #live: { readonly address: number; readonly size: number }[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** The address of a free stretch of `size` units, now taken; undefined when there is none. */
  allocate(size: number, placement: Placement): number | undefined {
    const gaps = this.#gaps().filter(([from, to]) => to - from >= size);
    const gap = placement === "low" ? gaps[0] : gaps.at(-1);
    if (gap === undefined) return undefined;
    const address = placement === "low" ? gap[0] : gap[1] - size;
    const at = this.#live.findIndex((block) => block.address > address);
    this.#live.splice(at === -1 ? this.#live.length : at, 0, { address, size });
    return address;
  }

  /** Gives back what `allocate` returned. */
  free(address: number): void {
    const at = this.#live.findIndex((block) => block.address === address);
    if (at === -1) throw new Error(`nothing is allocated at ${address}`);
    this.#live.splice(at, 1);
  }

  /** Units in use. */
  get used(): number {
    return this.#live.reduce((sum, block) => sum + block.size, 0);
  }

  #gaps(): (readonly [from: number, to: number])[] {
    const gaps: [number, number][] = [];
    let from = 0;
    for (const block of this.#live) {
      if (block.address > from) gaps.push([from, block.address]);
      from = block.address + block.size;
    }
    if (from < this.capacity) gaps.push([from, this.capacity]);
    return gaps;
  }
}

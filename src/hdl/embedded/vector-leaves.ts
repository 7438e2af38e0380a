import { vectorKey, type Frame } from "./frame.ts";
import { bytesOf } from "./layout.ts";
import { isUniform, sameLeaf, type Leaf } from "./network.ts";

const constants = new Map<number, Map<bigint, Uint8Array>>([1, 2, 4, 8].map((bytes) => [bytes, new Map()]));

/** A vector with the same value in every lane; not to be changed. */
export function constantVector(value: bigint, bytes: number): Uint8Array {
  const known = constants.get(bytes)!;
  let vector = known.get(value);
  if (vector === undefined) {
    vector = new Uint8Array(16);
    for (let i = 0; i < 16; i++) vector[i] = Number((value >> BigInt(8 * (i % bytes))) & 0xffn);
    known.set(value, vector);
  }
  return vector;
}

const names = new WeakMap<readonly Leaf[], string>();

function nameOf(leaves: readonly Leaf[]): string {
  let name = names.get(leaves);
  if (name === undefined) {
    name = leaves
      .map((leaf) => (leaf.kind === "const" ? `=${leaf.value}` : `${leaf.signal.index}.${leaf.lane}`))
      .join();
    names.set(leaves, name);
  }
  return name;
}

/** Brings what the lanes of a pack find under a net into vectors: neighbours' values by loads beside the own place. */
export class VectorLeaves {
  readonly #frame: Frame;

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  /** Pushes a chunk of the values of the lanes. */
  push(leaves: readonly Leaf[], width: number, signed: boolean, chunk: number): void {
    const { body } = this.#frame;
    const bytes = bytesOf(width);
    const shared = isUniform(leaves);
    const first = leaves[0]!;
    if (shared && first.kind === "const") {
      body.v128(constantVector(first.value, bytes));
      return;
    }
    const own = ownSignal(leaves);
    const key = own === undefined ? `${shared ? "" : chunk} of ${nameOf(leaves)}` : vectorKey(own, chunk);
    const known = this.#frame.find(key);
    if (known !== undefined) {
      body.get(known);
      return;
    }
    if (own !== undefined) this.#load(this.#frame.layout.signal(own) + 16 * chunk);
    else if (shared) this.#splat(first, width, signed);
    else this.#gather(leaves, width, signed, chunk);
    body.tee(this.#frame.make(key, "v128"));
  }

  #load(address: number): void {
    this.#frame.body.i32(0);
    this.#frame.body.vectorAccess("load", address);
  }

  #splat(leaf: Leaf, width: number, signed: boolean): void {
    this.#frame.pushValue(leaf, width, signed);
    const shapes = { 1: "i8x16.splat", 2: "i16x8.splat", 4: "i32x4.splat", 8: "i64x2.splat" } as const;
    this.#frame.body.simd(shapes[bytesOf(width) as 1 | 2 | 4 | 8]);
  }

  /** Lanes side by side in a signal by one load, the others one by one. */
  #gather(leaves: readonly Leaf[], width: number, signed: boolean, chunk: number): void {
    const { body, layout } = this.#frame;
    const bytes = bytesOf(width) as 1 | 2 | 4 | 8;
    const perChunk = 16 / bytes;
    const wanted = leaves.slice(chunk * perChunk, (chunk + 1) * perChunk);
    const run = this.#longestRun(wanted);
    let isThere: (leaf: Leaf, index: number) => boolean;
    if (run === undefined) {
      this.#splat(wanted[0]!, width, signed);
      isThere = (leaf) => sameLeaf(leaf, wanted[0]!);
    } else {
      const { leaf, shift } = run;
      this.#load(layout.signal(leaf.signal) + shift * bytes);
      isThere = (other, index) => sameLeaf(other, { ...leaf, lane: index + shift });
    }
    const names = {
      1: "i8x16.replace_lane",
      2: "i16x8.replace_lane",
      4: "i32x4.replace_lane",
      8: "i64x2.replace_lane",
    } as const;
    wanted.forEach((leaf, index) => {
      if (isThere(leaf, index)) return;
      this.#frame.pushValue(leaf, width, signed);
      body.lane(names[bytes], index);
    });
  }

  /** The longest run of lanes that lie side by side in memory, at least two; `shift` is the lane that the first has or would have. */
  #longestRun(wanted: readonly Leaf[]): { leaf: Leaf & { kind: "signal" }; shift: number } | undefined {
    let best: { leaf: Leaf & { kind: "signal" }; shift: number; count: number } | undefined;
    wanted.forEach((leaf, index) => {
      if (leaf.kind === "const" || leaf.signal.lanes === 1 || !this.#frame.isInMemory(leaf.signal)) return;
      const shift = leaf.lane - index;
      const count = wanted.filter((other, place) => sameLeaf(other, { ...leaf, lane: place + shift })).length;
      if (count >= 2 && count > (best?.count ?? 0)) best = { leaf, shift, count };
    });
    return best;
  }
}

/** The signal of which every lane finds its own lane. */
function ownSignal(leaves: readonly Leaf[]): (Leaf & { kind: "signal" })["signal"] | undefined {
  const first = leaves[0]!;
  if (first.kind === "const" || first.signal.lanes < leaves.length || leaves.length === 1) return undefined;
  return leaves.every((leaf, lane) => sameLeaf(leaf, { ...first, lane })) ? first.signal : undefined;
}

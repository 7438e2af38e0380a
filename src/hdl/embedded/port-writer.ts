import type { Module, Net } from "../ir.ts";
import { FunctionBody } from "../wasm/index.ts";
import { Frame, typeOf } from "./frame.ts";
import { limbsOf, type Layout } from "./layout.ts";
import type { Leaf, Network } from "./network.ts";
import { allOnes } from "./scalar.ts";
import { WORD_BITS } from "./trees.ts";

/** Writes the functions that move values between the words of the ports and the signals. */
export class PortWriter {
  readonly #top: Module;
  readonly #network: Network;
  readonly #layout: Layout;
  readonly #reset: Net | undefined;

  constructor(top: Module, network: Network, layout: Layout, reset: Net | undefined) {
    this.#top = top;
    this.#network = network;
    this.#layout = layout;
    this.#reset = reset;
  }

  /** The inputs as they are now become what the edge sees. */
  remember(): FunctionBody {
    const body = new FunctionBody();
    const frame = new Frame(body, this.#layout);
    const { now, sampled, ports } = this.#layout;
    for (const { direction, offset, words } of ports.slots) {
      if (direction !== "input") continue;
      // Word by word, as they were written: a wider load would wait until the words have reached memory.
      for (let word = offset; word < offset + words; word++) {
        body.i32(0);
        body.i32(0);
        frame.load(now + 4 * word, 32, false);
        frame.store(sampled + 4 * word, 32);
      }
    }
    return body;
  }

  /** Takes the inputs as they are now. */
  latch(): FunctionBody {
    const body = new FunctionBody();
    const { now, ports } = this.#layout;
    for (const slot of ports.slots) {
      if (slot.direction !== "input" || slot.name === "clock") continue;
      const net = this.#inputOf(slot.name);
      const leaf = this.#network.leaf(this.#network.top, net, 0);
      if (leaf.kind === "signal") this.#latchOne(body, leaf, net, now + 4 * slot.offset);
    }
    return body;
  }

  #inputOf(name: string): Net {
    return this.#top.ports.find((port) => port.name === name) ?? this.#reset!;
  }

  #latchOne(body: FunctionBody, { signal }: Leaf & { readonly kind: "signal" }, net: Net, from: number): void {
    const frame = new Frame(body, this.#layout);
    const { width, signed } = net;
    const type = width > WORD_BITS ? "i64" : typeOf(width);
    const bits = type === "i32" ? 32 : WORD_BITS;
    for (let limb = 0; limb < limbsOf(width); limb++) {
      body.i32(0);
      body.i32(0);
      body.access(`${type}.load`, from + 8 * limb);
      const own = Math.min(WORD_BITS, width - WORD_BITS * limb);
      if (own < bits && signed && width <= WORD_BITS) {
        for (const op of ["shl", "shr_s"] as const) {
          frame.pushConstant(BigInt(bits - own), type);
          body.op(`${type}.${op}`);
        }
      } else if (own < bits) {
        frame.pushConstant(allOnes(own), type);
        body.op(`${type}.and`);
      }
      frame.store(this.#layout.signal(signal) + 8 * limb, Math.min(width, WORD_BITS));
    }
  }

  /** Copies the outputs, as `settle` has left them, to the words that begin at `to`. */
  publish(to: number): FunctionBody {
    const body = new FunctionBody();
    const frame = new Frame(body, this.#layout);
    for (const { direction, name } of this.#layout.ports.slots) {
      if (direction !== "output") continue;
      const net = this.#top.ports.find((port) => port.name === name)!;
      publishPort(frame, this.#network.leaf(this.#network.top, net, 0), net, to);
    }
    return body;
  }
}

/** Copies the value of an output port to its words, of those that begin at `to`. */
export function publishPort(frame: Frame, leaf: Leaf, net: Net, to: number): void {
  const { body, layout } = frame;
  const { offset, words } = layout.ports.slots.find(({ name }) => name === net.name)!;
  for (let word = 0; word < words; word++) {
    body.i32(0);
    if (net.width <= WORD_BITS) pushWord(frame, leaf, net, word);
    else {
      frame.pushLimb(leaf, word >> 1);
      if (word % 2 === 1) shiftDown(body);
      body.op("i32.wrap_i64");
    }
    body.access("i32.store", to + 4 * (offset + word));
  }
}

function pushWord(frame: Frame, leaf: Leaf, { width, signed }: Net, word: number): void {
  const { body } = frame;
  frame.pushValue(leaf, width, signed);
  if (word === 1) shiftDown(body);
  if (width > 32) body.op("i32.wrap_i64");
  const own = width - 32 * word;
  if (!signed || own >= 32) return;
  body.i32(Number(BigInt.asIntN(32, allOnes(own))));
  body.op("i32.and");
}

function shiftDown(body: FunctionBody): void {
  body.i64(32n);
  body.op("i64.shr_u");
}

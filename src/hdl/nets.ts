import { drive } from "./drive.ts";
import type { Net } from "./ir.ts";
import { Bool, Sint, Uint, type BoolLike, type SintLike, type UintLike } from "./signal.ts";

/** Signals that stand for a net: wires and outputs are driven by `.set`, registers by `.next =`, inputs by neither. */

function ref(net: Net): { readonly kind: "ref"; readonly net: Net; readonly width: number; readonly signed: boolean } {
  return { kind: "ref", net, width: net.width, signed: net.signed };
}

/** An unsigned wire or output. */
export class UintWire extends Uint {
  readonly #net: Net;
  constructor(net: Net) {
    super(ref(net));
    this.#net = net;
  }
  /** Drives it; the last assignment that applies wins. */
  set(value: UintLike): void {
    drive(this.#net, value);
  }
}

/** A signed wire or output. */
export class SintWire extends Sint {
  readonly #net: Net;
  constructor(net: Net) {
    super(ref(net));
    this.#net = net;
  }
  /** Drives it; the last assignment that applies wins. */
  set(value: SintLike): void {
    drive(this.#net, value);
  }
}

/** A truth value that can be driven. */
export class BoolWire extends Bool {
  readonly #net: Net;
  constructor(net: Net) {
    super(ref(net));
    this.#net = net;
  }
  /** Drives it; the last assignment that applies wins. */
  set(value: BoolLike): void {
    drive(this.#net, value);
  }
}

/** An unsigned register. */
export class UintReg extends Uint {
  readonly #net: Net;
  constructor(net: Net) {
    super(ref(net));
    this.#net = net;
  }
  /** The value after the next clock edge; unassigned, it keeps the present one. */
  set next(value: UintLike) {
    drive(this.#net, value);
  }
}

/** A signed register. */
export class SintReg extends Sint {
  readonly #net: Net;
  constructor(net: Net) {
    super(ref(net));
    this.#net = net;
  }
  /** The value after the next clock edge; unassigned, it keeps the present one. */
  set next(value: SintLike) {
    drive(this.#net, value);
  }
}

/** A truth value with memory. */
export class BoolReg extends Bool {
  readonly #net: Net;
  constructor(net: Net) {
    super(ref(net));
    this.#net = net;
  }
  /** The value after the next clock edge; unassigned, it keeps the present one. */
  set next(value: BoolLike) {
    drive(this.#net, value);
  }
}

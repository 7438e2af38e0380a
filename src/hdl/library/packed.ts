import type { Data } from "../data.ts";
import { instance, type Module } from "../module.ts";
import type { BoolWire } from "../nets.ts";
import type { SinkPorts, SourcePorts } from "../ports.ts";
import type { UintShape } from "../shapes.ts";
import type { Bool, Uint } from "../signal.ts";
import { inEveryCycle, type PartOptions } from "./part.ts";
import type { StreamOut } from "./stream.ts";

/** The ports of a module between two streams of plain bits. */
type Between = { readonly enq: SinkPorts<UintShape>; readonly deq: SourcePorts<UintShape> };

/** The far end of a {@link through}. */
interface FarEnd {
  readonly valid: Bool;
  readonly ready: BoolWire;
  /** The payload's bits. */
  readonly deq: Uint;
}

/** Places a module between two streams of plain bits behind `from`, whose payload is `bits`. */
export function through<P>(
  module: Module<P, Between>,
  params: P,
  bits: Uint,
  from: StreamOut<Data>,
  options: PartOptions,
): FarEnd {
  const { enq, deq } = instance(...([module, params, options] as unknown as Parameters<typeof instance<P, Between>>));
  inEveryCycle(() => {
    enq.valid.set(from.valid);
    enq.payload.set(bits);
    from.ready.set(enq.ready);
  });
  return { valid: deq.valid, ready: deq.ready, deq: deq.payload };
}

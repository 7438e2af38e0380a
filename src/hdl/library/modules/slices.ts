import { when } from "../../control.ts";
import { reg } from "../../declare.ts";
import { module } from "../../module.ts";
import { sink, source } from "../../ports.ts";
import { bool, stream, uint } from "../../shapes.ts";
import { fire } from "../stream.ts";
import { mux } from "../../values.ts";

/** Bits of the payload of a register slice. */
export interface SliceParams {
  readonly width: number;
}

const ports = ({ width }: SliceParams) => ({ enq: sink(stream(uint(width))), deq: source(stream(uint(width))) });

/** Registers `valid` and the payload, one cycle later at full throughput; `ready` passes back within the cycle. */
export const ForwardSlice = module(
  ({ width }: SliceParams) => `forward_slice_${width}`,
  ports,
  (io, { width }) => {
    const full = reg(bool);
    const kept = reg(uint(width), { reset: false });
    const ready = full.not().or(io.deq.ready);
    io.enq.ready.set(ready);
    io.deq.valid.set(full);
    io.deq.payload.set(kept);
    when(ready, () => {
      full.next = io.enq.valid;
    });
    when(fire(io.enq), () => {
      kept.next = io.enq.payload;
    });
  },
);

/** Registers `ready`: a skid buffer, which takes the payload that is on its way when the consumer stops. `valid` and the payload pass within the cycle. */
export const BackwardSlice = module(
  ({ width }: SliceParams) => `backward_slice_${width}`,
  ports,
  (io, { width }) => {
    const full = reg(bool);
    const kept = reg(uint(width), { reset: false });
    io.enq.ready.set(full.not());
    io.deq.valid.set(full.or(io.enq.valid));
    io.deq.payload.set(mux(full, kept, io.enq.payload));
    full.next = io.deq.ready.not().and(full.or(io.enq.valid));
    when(full.not(), () => {
      kept.next = io.enq.payload;
    });
  },
);

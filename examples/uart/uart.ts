/** A serial port: eight data bits, no parity, one stop bit (8N1), least significant bit first. */
import {
  bool,
  boolLit,
  cat,
  fsm,
  indexWidth,
  input,
  instance,
  module,
  output,
  pipe,
  reg,
  sink,
  stream,
  uint,
  when,
} from "systole/hdl";

/** Rates in Hz; the clock must run at 16 times the baud rate or faster. */
export interface UartParams {
  readonly clockHz: number;
  readonly baud: number;
}

/** Ticks a bit: the receiver looks at the line this often. */
export const TICKS_PER_BIT = 16;

const PHASE_BITS = 16;

/**
 * Ticks at 16 times the baud rate, from a phase that wraps: the distance of two ticks changes by one cycle so that their
 * average is right, whatever the ratio of the two rates.
 */
export const BaudGenerator = module(
  "baud_generator",
  () => ({ tick: output(bool) }),
  (io, { clockHz, baud }: UartParams) => {
    const step = Math.round((baud * TICKS_PER_BIT * 2 ** PHASE_BITS) / clockHz);
    if (step > 2 ** PHASE_BITS) throw new RangeError(`a clock of ${clockHz} Hz is too slow for ${baud} baud`);
    const phase = reg(uint(PHASE_BITS));
    const sum = phase.add(step);
    phase.next = sum.wrap(PHASE_BITS);
    io.tick.set(sum.bit(PHASE_BITS));
  },
);

/** Sends bytes: `line` rests high; a start bit (low), eight data bits and a stop bit (high) take 160 ticks. */
export const Transmitter = module(
  "uart_transmitter",
  () => ({ tick: input(bool), bytes: sink(stream(uint(8))), line: output(bool) }),
  (io) => {
    const state = fsm("idle", "send");
    const ticks = reg(uint(indexWidth(TICKS_PER_BIT)));
    const left = reg(uint(4));
    // Data and stop bit; ones come in from the left, so that the line rests high.
    const frame = reg(uint(10), { reset: 0x3ff });
    io.line.set(frame.bit(0));
    io.bytes.ready.set(state.is("idle"));
    state.states({
      idle: () => {
        when(io.bytes.valid, () => {
          frame.next = cat(boolLit(true), io.bytes.payload, boolLit(false));
          ticks.next = 0;
          left.next = 9;
          state.goto("send");
        });
      },
      send: () => {
        when(io.tick, () => {
          ticks.next = ticks.add(1).wrap(ticks.width);
          when(ticks.eq(TICKS_PER_BIT - 1), () => {
            frame.next = cat(boolLit(true), frame.bits(9, 1));
            left.next = left.sub(1).wrap(left.width);
            when(left.eq(0), () => {
              state.goto("idle");
            });
          });
        });
      },
    });
  },
);

/**
 * Receives bytes: each bit is the majority of three looks at its middle, and a start bit that is gone by then was noise.
 * `valid` is high for one cycle with a byte, `framingError` for one cycle when the stop bit was low.
 */
export const Receiver = module(
  "uart_receiver",
  () => ({
    tick: input(bool),
    line: input(bool),
    byte: { valid: output(bool), payload: output(uint(8)) },
    framingError: output(bool),
  }),
  (io) => {
    const middle = TICKS_PER_BIT / 2;
    const state = fsm("idle", "start", "data", "stop", "breaking");
    // Two registers against metastability: the line belongs to another clock.
    const line = pipe(io.line, 2);
    const before = reg(bool, { reset: true });
    const earlier = reg(bool, { reset: true });
    const majority = line.and(before).or(line.and(earlier)).or(before.and(earlier));
    const ticks = reg(uint(indexWidth(TICKS_PER_BIT)));
    const count = reg(uint(3));
    const byte = reg(uint(8), { reset: false });

    io.byte.valid.set(false);
    io.byte.payload.set(byte);
    io.framingError.set(false);
    when(io.tick, () => {
      before.next = line;
      earlier.next = before;
      ticks.next = ticks.add(1).wrap(ticks.width);
      const isMiddle = ticks.eq(middle);
      state.states({
        idle: () => {
          count.next = 0;
          ticks.next = 0;
          when(line.not(), () => {
            state.goto("start");
          });
        },
        start: () => {
          when(isMiddle, () => {
            when(majority, () => {
              state.goto("idle");
            }).otherwise(() => {
              state.goto("data");
            });
          });
        },
        data: () => {
          when(isMiddle, () => {
            byte.next = cat(majority, byte.bits(7, 1));
            count.next = count.add(1).wrap(count.width);
            when(count.eq(7), () => {
              state.goto("stop");
            });
          });
        },
        stop: () => {
          when(isMiddle, () => {
            io.byte.valid.set(majority);
            io.framingError.set(majority.not());
            when(majority, () => {
              state.goto("idle");
            }).otherwise(() => {
              state.goto("breaking");
            });
          });
        },
        // After a framing error the line must rest high before the next start bit.
        breaking: () => {
          when(majority, () => {
            state.goto("idle");
          });
        },
      });
    });
  },
);

/** Transmitter, receiver and the generator they share. */
export const Uart = module(
  "uart",
  () => ({
    send: sink(stream(uint(8))),
    received: { valid: output(bool), payload: output(uint(8)) },
    framingError: output(bool),
    rx: input(bool),
    tx: output(bool),
  }),
  (io, params: UartParams) => {
    const { tick } = instance(BaudGenerator, params, { name: "baud" });
    const transmitter = instance(Transmitter);
    const receiver = instance(Receiver);
    transmitter.tick.set(tick);
    transmitter.bytes.valid.set(io.send.valid);
    transmitter.bytes.payload.set(io.send.payload);
    io.send.ready.set(transmitter.bytes.ready);
    io.tx.set(transmitter.line);
    receiver.tick.set(tick);
    receiver.line.set(io.rx);
    io.received.valid.set(receiver.byte.valid);
    io.received.payload.set(receiver.byte.payload);
    io.framingError.set(receiver.framingError);
  },
);

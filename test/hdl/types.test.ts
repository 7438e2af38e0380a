import { expect, expectTypeOf, test } from "vitest";
import {
  arbiter,
  assert,
  bool,
  cat,
  elaborate,
  flip,
  fsm,
  input,
  instance,
  match,
  memory,
  module,
  mux,
  output,
  pipe,
  queue,
  reg,
  sink,
  sint,
  source,
  stream,
  uint,
  when,
  wire,
  type Bool,
  type BoolWire,
  type Inside,
  type Outside,
  type Reg,
  type Sint,
  type SintReg,
  type Uint,
  type UintReg,
  type UintShape,
  type UintWire,
  type Wire,
} from "../../src/hdl/index.ts";

/** Bodies that only the type checker sees: they are never run. */
const unrun = (body: () => void): void => {
  expect(body).toBeTypeOf("function");
};

const ports = (p: { width: number }) => ({
  a: input(uint(p.width)),
  s: input(sint(8)),
  lane: input({ act: sint(8), load: bool }),
  y: output(uint(p.width)),
  lanes: [output({ act: sint(8) })],
});

declare const io: Inside<ReturnType<typeof ports>>;
declare const out: Outside<ReturnType<typeof ports>>;

test("operators keep the kinds apart", () => {
  unrun(() => {
    expectTypeOf(io.a.add(1)).toEqualTypeOf<Uint>();
    expectTypeOf(io.s.mul(-3n)).toEqualTypeOf<Sint>();
    expectTypeOf(io.a.lt(3)).toEqualTypeOf<Bool>();
    expectTypeOf(io.lane.load.and(true)).toEqualTypeOf<Bool>();
    expectTypeOf(io.lane.load.not()).toEqualTypeOf<Bool>();
    expectTypeOf(io.a.toSint()).toEqualTypeOf<Sint>();
    // @ts-expect-error signed and unsigned do not mix
    io.a.add(io.s);
    // @ts-expect-error signed and unsigned do not mix
    io.s.lt(io.a);
    // @ts-expect-error a string is no signal
    io.a.add("1");
    expectTypeOf(mux(io.lane.load, io.a, 3)).toEqualTypeOf<Uint>();
    expectTypeOf(mux(io.lane.load, false, io.lane.load)).toEqualTypeOf<Bool>();
    expectTypeOf(mux(io.lane.load, io.lane, io.lane).act).toEqualTypeOf<Sint>();
  });
});

test("conditions are Bool", () => {
  unrun(() => {
    when(io.lane.load, () => undefined);
    // A number of one bit is no condition (ask .asBool() or compare), nor is a JavaScript boolean.
    expectTypeOf(when).parameter(0).toEqualTypeOf<Bool>();
    expectTypeOf<Uint>().not.toExtend<Bool>();
    expectTypeOf<boolean>().not.toExtend<Bool>();
  });
});

test("inputs are read, outputs driven, registers have a next value", () => {
  unrun(() => {
    expectTypeOf(io.y).toEqualTypeOf<Wire<UintShape>>();
    expectTypeOf(io.y).toExtend<UintWire>();
    expectTypeOf<UintWire>().toExtend<typeof io.y>();
    expectTypeOf(out.a).toEqualTypeOf<Wire<UintShape>>();
    expectTypeOf(out.y).toEqualTypeOf<Uint>();
    // An input cannot be driven inside, an output not outside.
    expectTypeOf(io.a).not.toHaveProperty("set");
    expectTypeOf(io.lane).not.toHaveProperty("set");
    expectTypeOf(out.y).not.toHaveProperty("set");
    // @ts-expect-error a wire has no next value
    io.y.next = 1;
    const count = reg(uint(8));
    expectTypeOf(count).toEqualTypeOf<Reg<UintShape>>();
    expectTypeOf(count).toExtend<UintReg>();
    expectTypeOf<UintReg>().toExtend<typeof count>();
    count.next = count.add(1);
    // A register is assigned by next.
    expectTypeOf(count).not.toHaveProperty("set");
    // @ts-expect-error the wrong kind
    count.next = io.s;
    const lane = reg({ act: sint(8), load: bool }, { reset: { act: -1, load: true } });
    expectTypeOf(lane.act).toExtend<SintReg>();
    lane.next = io.lane;
    // @ts-expect-error a field is missing
    lane.next = { act: 1 };
    const flag = wire(bool);
    flag.set(true);
    flag.set(1);
    // @ts-expect-error 2 is no truth value
    flag.set(2);
  });
});

test("ports flip, parameters are demanded, states are known", () => {
  unrun(() => {
    expectTypeOf(flip(ports({ width: 1 })).a.direction).toEqualTypeOf<"output">();
    const part = module("part", ports, (inside, p) => {
      expectTypeOf(p).toEqualTypeOf<{ width: number }>();
      expectTypeOf(inside.lanes[0]!.act.asUint()).toEqualTypeOf<Uint>();
    });
    instance(part, { width: 3 }, { name: "first" });
    // @ts-expect-error a parameter is missing
    instance(part, {});
    // @ts-expect-error parameters are missing
    instance(part);
    // @ts-expect-error parameters are missing
    elaborate(part);
    instance(
      module(
        "plain",
        () => ({ a: input(bool) }),
        () => undefined,
      ),
    ).a.set(true);
    const machine = fsm("idle", "run");
    machine.goto("run");
    // @ts-expect-error no such state
    machine.goto("walk");
    // @ts-expect-error every state is listed
    machine.states({ idle: () => undefined });
    fsm({
      idle: (m) => {
        m.goto("run");
      },
      run: (m) => {
        // @ts-expect-error no such state
        m.goto("stop");
      },
    });
  });
});

test("slips that the type checker catches", () => {
  unrun(() => {
    // @ts-expect-error JavaScript's operators compare objects: a boolean is no Bool
    when(io.a === io.y, () => undefined);
    // @ts-expect-error the same of !
    when(!io.lane.load, () => undefined);
    // @ts-expect-error there is no minus of signals
    expectTypeOf(io.a - io.a).toBeNumber();
    // A number of eight bits is no condition, here or for assertions.
    expectTypeOf<Sint>().not.toExtend<Bool>();
    expectTypeOf<typeof mux>().parameter(0).toEqualTypeOf<Bool>();
    expectTypeOf(assert).parameter(0).toEqualTypeOf<Bool>();
    // A body is a function, not the result of a call.
    expectTypeOf(when).parameter(1).toEqualTypeOf<() => void>();
    // @ts-expect-error a port is not replaced
    io.y = io.a;
    // @ts-expect-error an input is not driven
    expectTypeOf(io.a.set).toBeFunction();
    // @ts-expect-error nor is a bundle of inputs
    expectTypeOf(io.lane.set).toBeFunction();
    // @ts-expect-error a register has no set
    expectTypeOf(reg(uint(8)).set).toBeFunction();
    // @ts-expect-error a wire has no next
    wire(uint(8)).next = 1;
    // @ts-expect-error no such port
    expectTypeOf(io.why).toBeAny();
    // @ts-expect-error no such method
    expectTypeOf(io.a.plus).toBeFunction();
    // @ts-expect-error a width is not a shape
    wire(8);
    module(
      "bare",
      // @ts-expect-error a shape is not a port
      () => ({ y: uint(8) }),
      () => undefined,
    );
    // @ts-expect-error no such option
    reg(uint(8), { rest: 3 });
    // @ts-expect-error a reset value of the wrong fields
    reg({ a: uint(8) }, { reset: { b: 1 } });
    // @ts-expect-error a signed reset value for a truth value
    reg(bool, { reset: -1 });
    // @ts-expect-error an amount is unsigned
    io.a.shr(io.s);
    expectTypeOf<Parameters<Uint["bit"]>[0]>().toEqualTypeOf<number | Uint>();
    expectTypeOf(match).parameter(0).toEqualTypeOf<Uint>();
    // @ts-expect-error values of match are numbers
    match(io.a, { idle: () => undefined });
    // @ts-expect-error an address is unsigned
    memory({ shape: uint(8), depth: 4 }).read({ address: io.s });
    // @ts-expect-error a write port has an enable
    memory({ shape: uint(8), depth: 4 }).write({ address: 0, data: 0 });
    // @ts-expect-error the data of the word's sign
    memory({ shape: uint(8), depth: 4 }).write({ address: 0, data: io.s, enable: true });
    // @ts-expect-error parts of cat are signals
    cat(io.a, 1);
    // @ts-expect-error a state machine has states
    fsm();
  });
});

test("streams keep the type of their payload", () => {
  unrun(() => {
    const shape = stream({ data: uint(8), last: bool });
    const relay = module(
      "relay",
      () => ({ enq: sink(shape), deq: source(shape) }),
      (inside) => {
        expectTypeOf(inside.enq.ready).toExtend<BoolWire>();
        expectTypeOf(inside.deq.ready).toEqualTypeOf<Bool>();
        const late = queue(inside.enq, 2);
        expectTypeOf(late.payload.data).toEqualTypeOf<Uint>();
        expectTypeOf(arbiter([inside.enq, late], "fixed").payload.last).toEqualTypeOf<Bool>();
        expectTypeOf(pipe(inside.enq.payload, 2).last).toEqualTypeOf<Bool>();
        // The consumer does not drive valid.
        expectTypeOf(inside.enq.valid).not.toHaveProperty("set");
      },
    );
    expectTypeOf(instance(relay).deq.payload.data).toEqualTypeOf<Uint>();
  });
});

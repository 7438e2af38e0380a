import { expect, test } from "vitest";
import {
  assert,
  bool,
  elaborate,
  emitVerilog,
  input,
  instance,
  memory,
  module,
  mux,
  output,
  reg,
  sint,
  times,
  uint,
  wire,
  type EmittedDesign,
  type Sint,
  type Uint,
} from "../../src/hdl/index.ts";

const textOf = (design: EmittedDesign, name = design.top): string =>
  design.files.find((file) => file.name === `${name}.sv`)!.text;

/** The right side that an output of 8 bits gets. */
const unsigned = (make: (a: Uint, b: Uint) => Uint): string => {
  const top = module(
    "top",
    () => ({ a: input(uint(8)), b: input(uint(8)), y: output(uint(8)) }),
    (io) => {
      io.y.set(make(io.a, io.b).wrap(8));
    },
  );
  return /assign y = (.*);/.exec(textOf(emitVerilog(elaborate(top))))![1]!;
};

const signed = (make: (a: Sint, b: Sint) => Sint): string => {
  const top = module(
    "top",
    () => ({ a: input(sint(8)), b: input(sint(8)), y: output(sint(20)) }),
    (io) => {
      io.y.set(make(io.a, io.b));
    },
  );
  return /assign y = (.*);/.exec(textOf(emitVerilog(elaborate(top))))![1]!;
};

test("fold: what is cut off is not computed, what has no effect is dropped", () => {
  expect(unsigned((a, b) => a.add(b))).toBe("a + b");
  expect(unsigned((a) => a.add(3).add(0).sub(a))).toBe("(a + 8'd3) - a");
  expect(unsigned((a, b) => a.mul(b))).toBe("a * b");
  expect(unsigned((a) => a.mul(1))).toBe("a");
  expect(unsigned((a) => a.and(255).or(0).xor(0))).toBe("a");
  expect(unsigned((a) => a.not().not())).toBe("a");
  expect(unsigned((a) => a.shl(3).shr(3))).toBe("a");
  expect(unsigned((a, b) => mux(a.lt(256), a, b))).toBe("a");
  expect(unsigned((a) => mux(a.ge(0), a, 7))).toBe("a");
  expect(unsigned((a) => mux(a.eq(3).not(), a, 7))).toBe("(a != 8'd3) ? a : 8'd7");
  expect(unsigned((a) => mux(a.lt(255), a, 7))).toBe("(a != 8'd255) ? a : 8'd7");
  expect(unsigned((a) => a.bits(6, 1).bits(4, 2).extend(8))).toBe("8'(a[5:3])");
});

test("fold: sums and products that cannot overflow are taken at the width of their use", () => {
  expect(signed((a, b) => a.add(b).add(a))).toBe("20'(a) + 20'(b) + 20'(a)");
  expect(signed((a, b) => a.mul(b).sub(b))).toBe("(20'(a) * 20'(b)) - 20'(b)");
  expect(signed((a) => a.add(-3))).toBe("20'(a) + (-20'sd3)");
});

test("dead code goes, with the instances and memories that fed it; assertions stay", () => {
  const Child = module(
    "child",
    () => ({ d: input(bool), q: output(bool) }),
    (io) => {
      const q = reg(bool);
      q.next = io.d;
      io.q.set(q);
    },
  );
  const Watcher = module(
    "watcher",
    () => ({ d: input(bool) }),
    (io) => {
      assert(io.d, "always");
    },
  );
  const top = module(
    "top",
    () => ({ a: input(bool), y: output(bool) }),
    (io) => {
      const idle = reg(uint(8));
      idle.next = idle.add(1).wrap(8);
      instance(Child).d.set(idle.bit(0));
      const words = memory({ shape: uint(8), depth: 4 });
      words.write({ address: 0, data: idle, enable: true });
      words.read({ address: 1 });
      instance(Watcher).d.set(io.a);
      io.y.set(io.a.not());
    },
  );
  expect(textOf(emitVerilog(elaborate(top)))).toMatchInlineSnapshot(`
    "// top, test/hdl/passes.test.ts:87
    \`default_nettype none

    module top (
        input  logic clock,
        input  logic reset,
        input  logic a,
        output logic y
    );

        watcher watcher (
            .clock(clock),
            .reset(reset),
            .d(a)
        );

        assign y = !a;
    endmodule

    \`default_nettype wire
    "
  `);
});

const Stage = module(
  "stage",
  (p: { width: number; note: string }) => ({ d: input(uint(p.width)), q: output(uint(p.width)) }),
  (io, p) => {
    const q = reg(uint(p.width));
    q.next = io.d;
    io.q.set(q);
  },
);

const stages = (params: readonly { width: number; note: string }[]) =>
  module(
    "top",
    () => ({ d: input(uint(4)), q: times(params.length, () => output(uint(4))) }),
    (io) => {
      params.forEach((p, index) => {
        const stage = instance(Stage, p);
        stage.d.set(io.d.wrap(p.width));
        io.q[index]!.set(stage.q);
      });
    },
  );

test("modules of equal structure are one, others are told apart by what differs", () => {
  const names = (design: EmittedDesign): string[] => design.files.map((file) => file.name);
  const equal = emitVerilog(
    elaborate(
      stages([
        { width: 4, note: "a" },
        { width: 4, note: "b" },
        { width: 4, note: "a" },
      ]),
    ),
  );
  expect(names(equal)).toEqual(["stage.sv", "top.sv"]);
  const different = emitVerilog(
    elaborate(
      stages([
        { width: 4, note: "a" },
        { width: 3, note: "a" },
      ]),
    ),
  );
  expect(names(different)).toEqual(["stage.sv", "stage_width3.sv", "top.sv"]);
});

test("a module is built once for equal parameters", () => {
  let built = 0;
  const Once = module(
    "once",
    (p: { shape: ReturnType<typeof uint>; list: readonly number[] }) => ({ y: output(p.shape) }),
    (io) => {
      built++;
      io.y.set(0);
    },
  );
  const top = module(
    "top",
    () => ({ y: times(3, () => output(uint(2))) }),
    (io) => {
      io.y.forEach((y, i) => {
        y.set(instance(Once, { shape: uint(2), list: [i % 2] }).y);
      });
    },
  );
  elaborate(top);
  expect(built).toBe(2);
});

test("a net that feeds other bits of another net is no loop", () => {
  const top = module(
    "top",
    () => ({ a: input(bool), y: output(bool) }),
    (io) => {
      const first = wire(bool);
      const second = wire(bool);
      second.set(first.not());
      first.set(io.a);
      io.y.set(second);
    },
  );
  expect(textOf(emitVerilog(elaborate(top)))).toContain("assign second = !first;");
});

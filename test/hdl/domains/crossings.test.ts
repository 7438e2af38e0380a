import { expect, test } from "vitest";
import {
  assert,
  bool,
  clock,
  clocked,
  counter,
  elaborate,
  HdlError,
  inDomain,
  input,
  instance,
  memory,
  module,
  output,
  reg,
  reset,
  synchronise,
  uint,
  when,
  wire,
  type Bool,
  type Module,
  type Ports,
} from "../../../src/hdl/index.ts";

/** The mistakes of a module without the places. */
function mistakes<Io extends Ports>(top: Module<unknown, Io>): string[] {
  try {
    elaborate(...([top] as unknown as Parameters<typeof elaborate<unknown, Io>>));
  } catch (error) {
    if (!(error instanceof HdlError)) throw error;
    return error.problems.map(({ message, notes = [], help }) => {
      const texts = notes.map(({ text }) => `\n  note: ${text}`).join("");
      return `${message}${texts}\n  help: ${help ?? ""}`;
    });
  }
  return [];
}

test("a register that takes one of another domain is a mistake", () => {
  const Crossing = module(
    "crossing",
    () => ({ flag: input(bool), seen: output(bool) }),
    (io) => {
      const flag = reg(bool);
      flag.next = io.flag;
      inDomain(clock("bus"), () => {
        const seen = reg(bool);
        seen.next = flag;
        io.seen.set(seen);
      });
    },
  );
  expect(mistakes(Crossing)).toEqual([
    'register "seen" is in clock domain "bus", but takes "flag" of "clock"' +
      '\n  note: "flag" is declared here' +
      "\n  help: synchronise it: synchronise(flag, { stages: 2 })",
  ]);
});

test("the path of a crossing goes through wires and instances, and a condition crosses as a value does", () => {
  const Logic = module(
    "inverter",
    () => ({ a: input(uint(4)), b: output(uint(4)) }),
    (io) => {
      io.b.set(io.a.not());
    },
  );
  const Crossing = module(
    "crossing",
    () => ({ n: output(uint(4)) }),
    (io) => {
      const count = counter(16).value;
      const doubled = wire(uint(4));
      doubled.set(count.shl(1).wrap(4));
      const logic = instance(Logic);
      logic.a.set(doubled);
      inDomain(clock("bus"), () => {
        const taken = reg(uint(4));
        when(logic.b.eq(3), () => {
          taken.next = 1;
        });
        io.n.set(taken);
      });
    },
  );
  expect(mistakes(Crossing)).toEqual([
    'register "taken" is in clock domain "bus", but takes "count" of "clock"' +
      "\n  note: path: count -> doubled -> logic.a -> logic.b -> taken" +
      '\n  note: "count" is declared here' +
      "\n  help: pass it through asyncQueue, or, if it is a Gray code, synchroniseGray(count, { stages: 2 })",
  ]);
});

const Both = module(
  "both",
  () => ({ data: input(uint(4)), fast: output(uint(4)), slow: output(uint(4)) }),
  (io) => {
    const fast = reg(uint(4));
    fast.next = io.data;
    io.fast.set(fast);
    inDomain(clock("slow"), () => {
      const slow = reg(uint(4));
      slow.next = io.data;
      io.slow.set(slow);
    });
  },
);

test("an input belongs to one domain, which follows from its use", () => {
  expect(mistakes(Both)).toEqual([
    'register "slow" is in clock domain "slow", but takes "data" of "clock"' +
      '\n  note: "data" is in "clock" through register "fast"' +
      '\n  note: "data" is declared here' +
      "\n  help: pass it through asyncQueue, or, if it is a Gray code, synchroniseGray(data, { stages: 2 })",
  ]);
});

test("ports say their domain, or it is known from inside the instance", () => {
  const Inner = module(
    "inner",
    () => ({ ...clocked("slow", { d: input(bool) }), q: output(bool) }),
    (io) => {
      inDomain(clock("slow"), () => {
        const q = reg(bool);
        q.next = io.d;
        io.q.set(q);
      });
    },
  );
  const outer = (from: "own" | "slow", to: "own" | "slow") =>
    module(
      "outer",
      () => ({ x: output(bool), y: input(bool) }),
      (io) => {
        const domains = { own: clock(), slow: clock("slow") };
        const inner = instance(Inner);
        const first = inDomain(domains[from], () => reg(bool, { name: "first" }));
        const last = inDomain(domains[to], () => reg(bool, { name: "last" }));
        first.next = io.y;
        inner.d.set(first);
        last.next = inner.q;
        io.x.set(last);
      },
    );
  expect(mistakes(outer("slow", "slow"))).toEqual([]);
  expect(mistakes(outer("own", "slow"))).toEqual([
    'input "d" of instance "inner" is in clock domain "slow", but takes "first" of "clock"' +
      '\n  note: "first" is declared here' +
      "\n  help: synchronise it: synchronise(first, { stages: 2 })",
  ]);
  expect(mistakes(outer("slow", "own"))[0]).toContain(
    'register "last" is in clock domain "clock", but takes "inner.q" of "slow"',
  );
});

test("memories, properties, outputs and resets do not mix domains either", () => {
  const Mixed = module(
    "mixed",
    () => ({ address: input(uint(2)), word: output(uint(4)), sum: output(uint(5)), q: output(bool) }),
    (io) => {
      const bus = clock("bus");
      const own = counter(4).value;
      const other = inDomain(bus, () => counter(4, { name: "other" }).value);
      const ram = memory({ shape: uint(4), depth: 4 });
      ram.write({ address: own, data: 1, enable: true });
      io.word.set(ram.read({ address: other }));
      inDomain(bus, () => {
        ram.write({ address: other, data: 2, enable: true });
        assert(own.ne(3), "never three");
      });
      io.sum.set(own.add(other));
      const Flag = module(
        "flag",
        () => ({ q: output(bool) }),
        (inner) => {
          const q = reg(bool);
          q.next = q.not();
          inner.q.set(q);
        },
      );
      const busReset = inDomain(bus, () => reset());
      io.q.set(instance(Flag, undefined, { name: "flag", reset: busReset }).q);
    },
  );
  expect(mistakes(Mixed).map((text) => text.split("\n")[0])).toEqual([
    'memory "ram" is written in the clock domains "clock" and "bus"',
    'the address of memory "ram" is in clock domain "clock", but takes "other" of "bus"',
    'assert "never three" is in clock domain "bus", but takes "own" of "clock"',
    'the reset of instance "flag" is in clock domain "clock", but takes "bus_reset" of "bus"',
    'output "sum" is in clock domain "clock", but takes "other" of "bus"',
  ]);
});

test("a synchroniser takes one domain", () => {
  const Mixed = module(
    "mixed",
    () => ({ q: output(bool) }),
    (io) => {
      const a = counter(2, { name: "a" }).value.bit(0);
      const b = inDomain(clock("b"), () => counter(2, { name: "b" }).value.bit(0));
      inDomain(clock("c"), () => {
        io.q.set(synchronise(a.and(b)));
      });
    },
  );
  expect(mistakes(Mixed)[0]).toContain('synchronise of a signal that mixes the clock domains "clock" and "b"');
});

test("a synchroniser takes no logic, whose glitches the other clock may see", () => {
  const help = "\n  help: put a register of the domain it comes from in between";
  const taking = (make: (io: { readonly a: Bool; readonly b: Bool }) => Bool) =>
    module(
      "taking",
      () => ({ a: input(bool), b: input(bool), q: output(bool) }),
      (io) => {
        io.q.set(synchronise(make(io)));
      },
    );
  const glitch = "synchronise takes the result of logic: the other clock may see its glitches";
  expect(mistakes(taking(({ a, b }) => a.and(b)))).toEqual([`${glitch}\n  note: the logic is here${help}`]);
  const throughWire = taking(({ a, b }) => {
    const either = wire(bool);
    either.set(a);
    when(b, () => {
      either.set(false);
    });
    return either.not();
  });
  expect(mistakes(throughWire)).toEqual([`${glitch}\n  note: the logic is here${help}`]);
  const read = taking(({ a }) => {
    const words = memory({ shape: uint(1), depth: 2, init: [0n, 1n] });
    return words.read({ address: a, sync: false }).asBool();
  });
  expect(mistakes(read)).toEqual([`${glitch}\n  note: the logic is here${help}`]);
  // What comes from outside or from a register, inverted or by a detour, is no logic; what is assigned later wins.
  const straight = [
    taking(({ a }) => a.not()),
    taking(({ a, b }) => {
      const both = reg(bool);
      both.next = a.and(b);
      return both;
    }),
    taking(({ a, b }) => {
      const last = wire(bool);
      when(b, () => {
        last.set(b);
      });
      last.set(a);
      return last;
    }),
  ];
  for (const good of straight) expect(mistakes(good)).toEqual([]);
});

test("a synchroniser in an instance takes no logic from outside, and none that another instance gives", () => {
  const Watch = module(
    "watch",
    () => ({ x: input(bool), q: output(bool) }),
    (io) => {
      io.q.set(synchronise(io.x));
    },
  );
  const Gate = module(
    "gate",
    () => ({ a: input(bool), b: input(bool), both: output(bool), first: output(bool) }),
    (io) => {
      io.both.set(io.a.and(io.b));
      io.first.set(io.a);
    },
  );
  const outer = (choose: (gate: { readonly both: Bool; readonly first: Bool }) => Bool) =>
    module(
      "outer",
      () => ({ a: input(bool), b: input(bool), q: output(bool) }),
      (io) => {
        const gate = instance(Gate);
        gate.a.set(io.a);
        gate.b.set(io.b);
        const watch = instance(Watch);
        watch.x.set(choose(gate));
        io.q.set(watch.q);
      },
    );
  expect(mistakes(outer(({ both }) => both))).toEqual([
    'input "x" of instance "watch" is synchronised inside, but takes the result of logic: the other clock may see its glitches' +
      "\n  note: the logic is here\n  help: put a register of the domain it comes from in between",
  ]);
  expect(mistakes(outer(({ first }) => first))).toEqual([]);
});

test("domains have names, and instances get them by these names", () => {
  const Inner = module(
    "inner",
    () => ({ q: output(bool) }),
    (io) => {
      inDomain(clock("slow"), () => {
        const q = reg(bool);
        q.next = q.not();
        io.q.set(q);
      });
    },
  );
  const outer = (place: () => { readonly q: Parameters<typeof synchronise>[0] }) =>
    module(
      "outer",
      () => ({ q: output(bool) }),
      (io) => {
        io.q.set(place().q);
      },
    );
  expect(mistakes(outer(() => instance(Inner)))).toEqual([
    'nothing drives clock domain "slow" of instance "inner" (inner)\n  help: say which domain does: { clocks: { slow: clock("…") } }',
  ]);
  expect(mistakes(outer(() => instance(Inner, undefined, { clocks: { slow: clock(), sloww: clock() } })))).toEqual([
    'instance "inner" (inner) has no clock domain "sloww"\n  help: did you mean "slow"?',
  ]);
  expect(mistakes(outer(() => instance(Inner, undefined, { clocks: { slow: clock("other") } })))).toEqual([]);
  expect(
    mistakes(
      outer(() => inDomain(clock("Bad__name"), () => instance(Inner, undefined, { clocks: { slow: clock() } }))),
    )[0],
  ).toBe(
    '"Bad__name" cannot be the name of a clock domain\n' +
      "  help: letters, digits and single underscores, a small letter first; its ports are <name>_clock and <name>_reset",
  );
  const Clash = module(
    "clash",
    () => ({ bus_clock: input(bool), q: output(bool) }),
    (io) => {
      inDomain(clock("bus"), () => {
        io.q.set(synchronise(io.bus_clock));
      });
    },
  );
  expect(mistakes(Clash)).toEqual([
    'port "bus_clock" of clash has the name of a clock domain\'s port' +
      "\n  help: the clocks and resets of domains are there without being declared",
  ]);
});

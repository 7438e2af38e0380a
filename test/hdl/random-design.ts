import {
  bool,
  cat,
  input,
  instance,
  lit,
  match,
  module,
  mux,
  output,
  reg,
  reset,
  select,
  sint,
  times,
  uint,
  when,
  wire,
  type Bool,
  type Module,
  type Ports,
  type Sint,
  type Uint,
} from "../../src/hdl/index.ts";
import { Random } from "../../src/harness/index.ts";

/**
 * A module of random operators, branches and registers over random inputs, no value wider than `widest`; the same for the
 * same seed.
 */
export function randomModule(seed: number, operators: number, widest = 80): Module<unknown, Ports> {
  return randomCell(seed, operators, widest);
}

/** `lanes` instances of a random module side by side; every third input and every third lane is driven as lane 0's. */
export function randomLanes(seed: number, operators: number, widest: number, lanes: number): Module<unknown, Ports> {
  const cell = randomCell(seed, operators, widest);
  return module(
    "random_lanes",
    () => ({ lane: times(lanes, () => cell.ports(undefined)) }),
    (io) => {
      io.lane.forEach((own, lane) => {
        const made = instance(cell, undefined, { name: `cell_${lane}` });
        const from = (input: number): typeof own => (lane % 3 === 1 || input % 3 === 1 ? io.lane[0]! : own);
        made.u.forEach((port, i) => {
          port.set(from(i).u[i]!);
        });
        made.s.forEach((port, i) => {
          port.set(from(i).s[i]!);
        });
        made.b.forEach((port, i) => {
          port.set(from(i).b[i]!);
        });
        own.uOut.forEach((port, i) => {
          port.set(made.uOut[i]!);
        });
        own.sOut.forEach((port, i) => {
          port.set(made.sOut[i]!);
        });
        own.bOut.forEach((port, i) => {
          port.set(made.bOut[i]!);
        });
      });
    },
  );
}

function randomCell(seed: number, operators: number, widest: number) {
  const random = new Random(seed);
  const widths = [1, 2, 3, 7, 8, 13, 31, 32, 33, 64, 65, 100, 128, 150, 200].filter((width) => width <= widest);
  const inputWidths = Array.from({ length: 6 }, () => random.pick(widths));
  const outputs = 8;
  const outWidth = 24;
  return module(
    "random_design",
    () => ({
      u: inputWidths.map((width) => input(uint(width))),
      s: inputWidths.map((width) => input(sint(width))),
      b: [input(bool), input(bool)],
      uOut: Array.from({ length: outputs }, () => output(uint(outWidth))),
      sOut: Array.from({ length: outputs }, () => output(sint(outWidth))),
      bOut: Array.from({ length: outputs }, () => output(bool)),
    }),
    (io) => {
      const random = new Random(seed + 1);
      const pools: Pools = { widest, u: [...io.u], s: [...io.s], b: [...io.b] };
      for (let i = 0; i < operators; i++) addOperator(random, pools);
      addState(random, pools);
      for (let i = 0; i < operators; i++) addOperator(random, pools);
      const newest = <T>(pool: readonly T[], index: number): T =>
        pool[(pool.length - 1 - index + outputs * pool.length) % pool.length]!;
      io.uOut.forEach((port, index) => {
        const value = newest(pools.u, index);
        port.set(random.chance(0.5) ? value.wrap(outWidth) : value.saturate(outWidth));
      });
      io.sOut.forEach((port, index) => {
        const value = newest(pools.s, index);
        port.set(random.chance(0.5) ? value.wrap(outWidth) : value.saturate(outWidth));
      });
      io.bOut.forEach((port, index) => {
        port.set(newest(pools.b, index));
      });
    },
  );
}

interface Pools {
  readonly widest: number;
  readonly u: Uint[];
  readonly s: Sint[];
  readonly b: Bool[];
}

function fitUint(value: Uint, widest: number): Uint {
  return value.width > widest ? value.wrap(widest) : value;
}

function fitSint(value: Sint, widest: number): Sint {
  return value.width > widest ? value.wrap(widest) : value;
}

function addOperator(random: Random, pools: Pools): void {
  const roll = random.integer(0, 2);
  if (roll === 0) pools.u.push(fitUint(randomUint(random, pools), pools.widest));
  else if (roll === 1) pools.s.push(fitSint(randomSint(random, pools), pools.widest));
  else pools.b.push(randomBool(random, pools));
}

function randomUint(random: Random, pools: Pools): Uint {
  const a = random.pick(pools.u);
  const b = random.pick(pools.u);
  const s = random.pick(pools.s);
  const c = random.pick(pools.b);
  const literal = random.bits(random.integer(1, a.width));
  const width = random.integer(1, pools.widest);
  const high = random.integer(0, a.width - 1);
  const amount = b.wrap(random.integer(1, 4));
  return random.pick<() => Uint>([
    () => a.add(b),
    () => a.add(literal),
    () => a.sub(b),
    () => a.sub(literal),
    () => a.mul(b),
    () => a.mul(literal),
    () => a.and(b),
    () => a.and(literal),
    () => a.or(b),
    () => a.or(literal),
    () => a.xor(b),
    () => a.xor(literal),
    () => a.not(),
    () => a.shl(random.integer(0, 9)),
    () => a.shr(random.integer(0, 9)),
    () => a.shl(amount),
    () => a.shr(amount),
    () => a.bits(high, random.integer(0, high)),
    () => s.bits(s.width - 1, random.integer(0, s.width - 1)),
    () => a.wrap(width),
    () => a.add(b).wrap(width),
    () => a.sub(b).wrap(width),
    () => a.mul(b).wrap(width),
    () => a.saturate(width),
    () => cat(a, c, s).wrap(width),
    () => cat(a.bits(high, high), a.bits(high, 0)),
    () => s.asUint(),
    () => s.abs(),
    () => mux(c, a, b),
    () => mux(c.not(), a, literal),
    () => select(b.wrap(2), [a, b, a.not()]),
    () => select(c, [a, b]),
  ])();
}

function randomSint(random: Random, pools: Pools): Sint {
  const a = random.pick(pools.s);
  const b = random.pick(pools.s);
  const u = random.pick(pools.u);
  const c = random.pick(pools.b);
  const literal = BigInt.asIntN(a.width, random.bits(64));
  const width = random.integer(1, pools.widest);
  const amount = u.wrap(random.integer(1, 4));
  return random.pick<() => Sint>([
    () => a.add(b),
    () => a.add(b).add(random.pick(pools.s)).add(literal),
    () => a.add(literal),
    () => a.sub(b),
    () => a.sub(b).sub(random.pick(pools.s)),
    () => a.mul(b),
    () => a.mul(b).add(a),
    () => a.and(b),
    () => a.and(literal),
    () => a.or(b),
    () => a.or(literal),
    () => a.xor(b),
    () => a.not(),
    () => a.neg(),
    () => u.neg(),
    () => a.shl(random.integer(0, 9)),
    () => a.shr(random.integer(0, 9)),
    () => a.shl(amount),
    () => a.shr(amount),
    () => a.wrap(width),
    () => a.shr(random.integer(0, 9)).wrap(width),
    () => a.mul(b).wrap(width),
    () => a.saturate(width),
    () => u.asSint(),
    () => u.toSint(),
    () => u.sub(1).asSint(),
    () => mux(c, a, b),
    () => mux(c, a, literal),
    () => select(u.wrap(3), [a, b, a.neg(), b, a]),
  ])();
}

function randomBool(random: Random, pools: Pools): Bool {
  const a = random.pick(pools.u);
  const b = random.pick(pools.u);
  const s = random.pick(pools.s);
  const t = random.pick(pools.s);
  const c = random.pick(pools.b);
  const d = random.pick(pools.b);
  const literal = random.bits(random.integer(1, a.width));
  const signed = BigInt.asIntN(s.width, random.bits(64));
  return random.pick<() => Bool>([
    () => a.eq(b),
    () => a.ne(literal),
    () => a.lt(b),
    () => a.lt(literal),
    () => a.le(literal),
    () => a.ge(b),
    () => a.gt(literal),
    () => a.extend(a.width + 3).lt(b.extend(b.width + 2)),
    () => a.extend(a.width + 3).ge(literal * 5n),
    () => s.eq(t),
    () => s.lt(t),
    () => s.lt(signed),
    () => s.ge(signed * 3n),
    () => s.extend(s.width + 4).gt(t),
    () => a.bit(random.integer(0, a.width - 1)),
    () => a.bit(b),
    () => s.bit(a),
    () => a.reduceOr(),
    () => s.reduceAnd(),
    () => a.reduceXor(),
    () => c.and(d),
    () => c.or(d.not()),
    () => c.xor(d),
    () => c.not(),
    () => c.and(d).not(),
    () => mux(c, d, true),
    () => mux(c, false, d),
  ])();
}

/** Wires and registers under nested branches; their values join the pools. */
function addState(random: Random, pools: Pools): void {
  const total = wire(uint(20));
  const level = wire(sint(9));
  const count = reg(uint(12), { reset: 5 });
  const held = reg(sint(17), { reset: false });
  const flags = reg({ odd: bool, mode: uint(3) });
  const u = (): Uint => random.pick(pools.u).wrap(12);
  const s = (): Sint => random.pick(pools.s).wrap(9);
  const conditions = [...pools.b];
  const c = (): Bool => random.pick(conditions);
  total.set(u());
  level.set(s());
  when(c(), () => {
    total.set(u());
    count.next = u();
  })
    .elsewhen(c(), () => {
      level.set(s());
      held.next = s();
      when(c(), () => {
        flags.odd.next = c();
      }).otherwise(() => {
        count.next = count.add(1).wrap(12);
        total.set(lit(uint(12), 77));
      });
    })
    .otherwise(() => {
      held.next = held.add(1).wrap(17);
    });
  match(
    flags.mode,
    {
      0: () => {
        flags.mode.next = 3;
        level.set(-7);
      },
      3: () => {
        flags.next = { odd: true, mode: u().wrap(3) };
      },
      6: () => {
        total.set(u());
      },
    },
    () => {
      when(c(), () => {
        flags.mode.next = 0;
      });
    },
  );
  when(c(), () => {
    held.next = s();
  });
  when(reset(), () => {
    held.next = -3;
  });
  pools.u.push(total, count, flags.mode);
  pools.s.push(level, held);
  pools.b.push(flags.odd);
}

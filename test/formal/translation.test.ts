import { afterAll, expect, test } from "vitest";
import { openSolver, translateDesign, type TransitionSystem } from "../../src/formal/index.ts";
import { Query } from "../../src/formal/solver/index.ts";
import { TermEvaluation, wordAt, type ArrayValue, type Term, type TermValue } from "../../src/formal/terms/index.ts";
import { withSeed, type Random } from "../../src/harness/index.ts";
import { elaborate, type Design } from "../../src/hdl/index.ts";
import { Evaluator, readMemory, readWords, writeWords, type StateContents } from "../../src/hdl/simulate/index.ts";
import { Counter, Lanes, Memories, MultiplyAdd, Streams } from "../hdl/fixtures/samples.ts";
import { randomModule } from "../hdl/random-design.ts";

const solver = openSolver();
afterAll(() => {
  solver.close();
});

/** A cycle of a design from any state: what it starts with and what the evaluator makes of it, as bit patterns. */
interface Cycle {
  readonly before: ReadonlyMap<Term, TermValue>;
  readonly outputs: ReadonlyMap<Term, bigint>;
  readonly next: ReadonlyMap<Term, TermValue>;
}

/** Mostly any number, sometimes 0 or all ones. */
function randomBits(random: Random, width: number): bigint {
  return random.chance(0.3) ? BigInt.asUintN(width, random.pick([0n, -1n])) : random.bits(width);
}

function randomCycle(design: Design, system: TransitionSystem, random: Random): Cycle {
  const before = new Map<Term, TermValue>();
  const state: Record<string, StateContents> = {};
  for (const { name, term, memory } of system.states) {
    if (memory === undefined) {
      const bits = randomBits(random, term.width);
      before.set(term, bits);
      state[name] = bits;
      continue;
    }
    const words = Array.from({ length: memory.depth }, (_, word) => [word, randomBits(random, term.width)] as const);
    before.set(term, { words: new Map(words.map(([word, bits]) => [BigInt(word), bits])), otherwise: 0n });
    state[name] = Object.fromEntries(words);
  }
  const evaluator = new Evaluator(design);
  evaluator.load(state);
  const slots = new Map(evaluator.layout.slots.map((slot) => [slot.name, slot]));
  for (const { port, term } of system.inputs) {
    const bits = randomBits(random, port.width);
    before.set(term, bits);
    writeWords(evaluator.now, slots.get(port.name)!.offset, port.width, bits);
  }
  evaluator.step(1);
  const outputs = new Map(
    system.outputs.map(({ port, term }) => {
      return [term, readWords(evaluator.sampled, slots.get(port.name)!.offset, port.width)];
    }),
  );
  const { signals, memories, memory: bytes } = evaluator.inspect();
  const pathOf = ({ path, name }: { path: string; name: string }): string => (path === "" ? name : `${path}.${name}`);
  const next = new Map<Term, TermValue>();
  const values = new Map(signals.map((signal) => [pathOf(signal), signal]));
  const words = new Map(memories.map((memory) => [pathOf(memory), memory]));
  for (const { name, next: term, memory } of system.states) {
    if (memory === undefined) {
      const { address, width } = values.get(name)!;
      next.set(term, readWords(new Uint32Array(bytes), address! / 4, width));
      continue;
    }
    const contents = words.get(name)!;
    const known = Array.from(
      { length: memory.depth },
      (_, word) => [BigInt(word), readMemory(contents, word)] as const,
    );
    next.set(term, { words: new Map(known), otherwise: 0n });
  }
  return { before, outputs, next };
}

/** The terms as TypeScript computes them. */
function expectTerms({ before, outputs, next }: Cycle): void {
  const evaluation = new TermEvaluation((variable) => before.get(variable)!);
  for (const [term, bits] of outputs) expect(evaluation.bits(term)).toBe(bits);
  for (const [term, value] of next) {
    const own = evaluation.value(term);
    if (typeof value === "bigint") expect(own).toBe(value);
    else for (const [address, word] of value.words) expect(wordAt(own as ArrayValue, address)).toBe(word);
  }
}

/** The terms as the solver reads them: with the same start, no other end is possible. */
async function expectSolver({ terms }: TransitionSystem, { before, outputs, next }: Cycle): Promise<void> {
  const same = (term: Term, value: TermValue): Term[] => {
    if (typeof value === "bigint") return [terms.equal(term, terms.constant(value, term.width))];
    return [...value.words].map(([address, word]) => {
      return terms.equal(terms.select(term, terms.constant(address, term.index!)), terms.constant(word, term.width));
    });
  };
  const start = [...before].flatMap(([term, value]) => same(term, value));
  const end = [...outputs, ...next].flatMap(([term, value]) => same(term, value));
  expect(await new Query(solver).solve([...start, terms.not(terms.and(...end))])).toBeUndefined();
}

async function expectTranslation(design: Design, random: Random, cycles: number): Promise<void> {
  const system = translateDesign(design);
  for (let i = 0; i < cycles; i++) {
    const cycle = randomCycle(design, system, random);
    expectTerms(cycle);
    if (i === 0) await expectSolver(system, cycle);
  }
}

test("60 random designs: the terms mean what the evaluator does, to TypeScript and to the solver", async () => {
  await withSeed(async (random) => {
    for (let i = 0; i < 60; i++) {
      const widest = random.pick([8, 33, 80, 200]);
      await expectTranslation(elaborate(randomModule(random.word(), 12, widest)), random, 4);
    }
  });
});

test("memories, streams and hierarchies mean what the evaluator does", async () => {
  await withSeed(async (random) => {
    await expectTranslation(elaborate(Memories), random, 30);
    await expectTranslation(elaborate(Streams), random, 30);
    await expectTranslation(elaborate(Counter, { width: 5 }), random, 10);
    await expectTranslation(elaborate(Lanes, { lanes: 3 }), random, 10);
    await expectTranslation(elaborate(MultiplyAdd), random, 10);
  });
});

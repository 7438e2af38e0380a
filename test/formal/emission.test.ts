import { afterAll, expect, test } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import { checkEmission, openSolver, type ModuleEquivalence } from "../../src/formal/index.ts";
import { Pe } from "../../src/generators/array/index.ts";
import { Accelerator } from "../../src/generators/index.ts";
import { Random } from "../../src/harness/index.ts";
import {
  AsyncQueue,
  BackwardSlice,
  bool,
  clock,
  clocked,
  Divider,
  elaborate,
  emitVerilog,
  ForwardSlice,
  Gearbox,
  inDomain,
  input,
  memory,
  module,
  output,
  Queue,
  SquareRoot,
  uint,
  type Design,
} from "../../src/hdl/index.ts";
import { Counter, Lanes, Memories, MultiplyAdd, Streams, Turnstile } from "../hdl/fixtures/samples.ts";
import { randomModule } from "../hdl/random-design.ts";
import { asyncQueueHarness } from "./async-queue-harness.ts";

const solver = openSolver();
afterAll(() => {
  solver.close();
});

const differing = (results: readonly ModuleEquivalence[]): string[] =>
  results.flatMap(({ module, differences }) => differences.map((what) => `${module}: ${what}`));

async function expectEqual(design: Design): Promise<readonly ModuleEquivalence[]> {
  const results = await checkEmission(design, { solver });
  expect(differing(results)).toEqual([]);
  return results;
}

const asyncQueue = (): Design => elaborate(asyncQueueHarness(AsyncQueue), { width: 4, depth: 4, stages: 2 });

/** A memory that is written by one clock and read by another. */
const TwoClocks = module(
  "two_clocks",
  () => ({
    address: clocked("write", input(uint(3))),
    data: clocked("write", input(uint(6))),
    write: clocked("write", input(bool)),
    other: clocked("read", input(uint(3))),
    word: clocked("read", output(uint(6))),
  }),
  (io) => {
    const words = memory({ shape: uint(6), depth: 8 });
    inDomain(clock("write"), () => {
      words.write({ address: io.address, data: io.data, enable: io.write });
    });
    inDomain(clock("read"), () => {
      io.word.set(words.read({ address: io.other }));
    });
  },
);

const parts: readonly (readonly [name: string, elaborated: () => Design])[] = [
  ["a counter", () => elaborate(Counter, { width: 5 })],
  ["a hierarchy", () => elaborate(Lanes, { lanes: 3 })],
  ["memories of every kind", () => elaborate(Memories)],
  ["multiply and add", () => elaborate(MultiplyAdd)],
  ["streams", () => elaborate(Streams)],
  ["a turnstile", () => elaborate(Turnstile)],
  ["the queue", () => elaborate(Queue, { width: 8, depth: 5 })],
  ["the forward slice", () => elaborate(ForwardSlice, { width: 8 })],
  ["the backward slice", () => elaborate(BackwardSlice, { width: 8 })],
  ["the gearbox", () => elaborate(Gearbox, { from: 6, to: 10 })],
  ["the divider", () => elaborate(Divider, { width: 16, signed: true })],
  ["a processing element", () => elaborate(Pe, { operandBits: 8, sumBits: 20 })],
  ["the square root", () => elaborate(SquareRoot, { width: 16 })],
  ["an asynchronous queue and what uses it", asyncQueue],
  ["a memory of two clocks", () => elaborate(TwoClocks)],
];

test.each(parts)("the Verilog of %s is what the intermediate form says", async (_name, design) => {
  await expectEqual(design());
});

test("so is that of 10 random designs", async () => {
  // The same every time: of products in several guises a solver may take any time.
  const random = new Random(Number(process.env["SYSTOLE_SEED"] ?? 1));
  for (let i = 0; i < 10; i++) {
    await expectEqual(elaborate(randomModule(random.word(), 15, random.pick([8, 33, 80]))));
  }
}, 300_000);

test("so is that of every module of an accelerator", async () => {
  const results = await expectEqual(elaborate(Accelerator, loadConfig("edge")));
  const names = results.map(({ module }) => module);
  expect(names).toEqual(expect.arrayContaining(["pe", "norm_lane", "norm_multiplier_27x24", "burst_splitter"]));
  expect(names.length).toBeGreaterThan(60);
}, 400_000);

/** Slips of an emitter, as edits of the text, each with what they make different. */
const slips: readonly (readonly [
  slip: string,
  design: () => Design,
  from: string | RegExp,
  to: string,
  what: string,
])[] = [
  ["a sign is lost", () => elaborate(MultiplyAdd), "signed [7:0]  a", "[7:0]  a", "multiply_add: next value of total"],
  [
    "a reset value",
    () => elaborate(Counter, { width: 5 }),
    "count <= 5'd0",
    "count <= 5'd1",
    "counter: next value of count",
  ],
  [
    "an adder that subtracts",
    () => elaborate(Counter, { width: 5 }),
    "+ 5'd1",
    "- 5'd1",
    "counter: next value of count",
  ],
  [
    "branches in the wrong order",
    () => elaborate(Counter, { width: 5 }),
    "if (clear)",
    "if (enable)",
    "counter: next value of count",
  ],
  [
    "another child's pin",
    () => elaborate(Lanes, { lanes: 3 }),
    /\.enable\((\w+)\)/,
    ".enable(1'b1)",
    "lanes: enable of ",
  ],
  [
    "a comparison that includes",
    () => elaborate(Queue, { width: 8, depth: 5 }),
    "< 3'd5",
    "<= 3'd5",
    "queue_5x8: output enq_ready",
  ],
  [
    "a memory's write without its enable",
    () => elaborate(Queue, { width: 8, depth: 5 }),
    "if (write_enable)",
    "if (1'b1)",
    "memory_1a1w_5x8: next words",
  ],
  [
    "a memory's word at power-on",
    () => elaborate(Memories),
    /memory\[3\] = 5'h\w+/,
    "memory[3] = 5'h1f",
    "memory_1a_16x5_9112a6: words at power-on",
  ],
  [
    "an assertion turned round",
    () => elaborate(Turnstile),
    /assert \((.*)\);/,
    "assert (!($1));",
    "turnstile: assert ",
  ],
  [
    "a falling edge",
    () => elaborate(Counter, { width: 5 }),
    "posedge clock",
    "negedge clock",
    "counter: next value of count",
  ],
  [
    "another clock of registers",
    asyncQueue,
    "@(posedge read_clock)",
    "@(posedge write_clock)",
    "async_queue_4x4: next value of head",
  ],
  ["another clock's reset", asyncQueue, "if (write_reset)", "if (read_reset)", "async_queue_4x4: next value of tail"],
  [
    "another clock of a memory",
    asyncQueue,
    ".clock(write_clock)",
    ".clock(read_clock)",
    "async_queue_4x4: clock of entries",
  ],
  [
    "another clock of a memory's port",
    () => elaborate(TwoClocks),
    "posedge read_clock",
    "posedge write_clock",
    "memory_1r1w_8x6_clocks: next value of read_data",
  ],
  [
    "a falling edge of a memory's port",
    () => elaborate(TwoClocks),
    "posedge write_clock",
    "negedge write_clock",
    "memory_1r1w_8x6_clocks: next words",
  ],
  [
    "another reset of a child",
    asyncQueue,
    ".read_reset(read_reset)",
    ".read_reset(write_reset)",
    "async_queue_harness: read_reset of queue",
  ],
  [
    "another clock of an assertion",
    asyncQueue,
    /always @\(posedge read_clock\)(?=[^]*?assert)/,
    "always @(posedge write_clock)",
    'async_queue_harness: assert "',
  ],
];

test.each(slips)("%s is found", async (_slip, design, from, to, what) => {
  const made = design();
  const { files, top } = emitVerilog(made);
  let edits = 0;
  const edited = files.map(({ name, text }) => {
    const changed = edits === 0 ? text.replace(from, to) : text;
    if (changed !== text) edits++;
    return { name, text: changed };
  });
  expect(edits, files.map(({ text }) => text).join("\n")).toBe(1);
  const differences = differing(await checkEmission(made, { solver, verilog: { files: edited, top } }));
  expect(
    differences.filter((difference) => difference.startsWith(what)),
    differences.join("\n"),
  ).not.toEqual([]);
});

import { expect, test } from "vitest";
import { elaborate, HdlError, type Module, type Ports } from "../../src/hdl/index.ts";
import * as slips from "./fixtures/slips.ts";

/** What elaboration says, word for word, about what the type checker would have refused and about slips beside it. */
const expected: Readonly<Record<keyof typeof slips, string>> = {
  less: `
test/hdl/fixtures/slips.ts:79:25: JavaScript's operator < does not work on signals
  79 |   when(as(loose(io.alpha) < loose(io.beta)), () => {
     |                         ^
  help: write a.lt(b)`,
  product: `
test/hdl/fixtures/slips.ts:84:14: JavaScript's operator * does not work on signals
  84 |   io.sum.set(Number(io.alpha) * 2);
     |              ^
  help: write a.mul(b)`,
  shifted: `
test/hdl/fixtures/slips.ts:87:28: JavaScript's operators do not work on signals
  87 |   io.sum.set(as(as(io.alpha) << 2));
     |                            ^
  help: use methods: a.add(b), a.lt(b), a.eq(b), a.and(b), a.not(), mux(c, a, b), when(c, …)`,
  negated: `
test/hdl/fixtures/slips.ts:90:3: when takes a Bool, but got the JavaScript value false
  90 |   when(as(!io.flag), () => undefined);
     |   ^
  help: on signals ===, ! and && are methods: a.eq(b), a.not(), a.and(b); a choice made at elaboration is a plain if`,
  identical: `
test/hdl/fixtures/slips.ts:93:3: when takes a Bool, but got the JavaScript value false
  93 |   when(as(io.alpha === io.beta), () => undefined);
     |   ^
  help: on signals ===, ! and && are methods: a.eq(b), a.not(), a.and(b); a choice made at elaboration is a plain if`,
  text: `
test/hdl/fixtures/slips.ts:96:14: a signal stands in a text or as the index of an array
  96 |   io.sum.set(String(loose(io.alpha)).length);
     |              ^
  help: its value is not known while hardware is described; select(index, items) chooses by a signal`,
  indexed: `
test/hdl/fixtures/slips.ts:99:32: a signal stands in a text or as the index of an array
  99 |   io.sum.set([io.alpha, io.beta][as(io.flag)]!);
     |                                ^
  help: its value is not known while hardware is described; select(index, items) chooses by a signal`,
  json: `
test/hdl/fixtures/slips.ts:102:8: a signal has no value that JSON could hold
  102 |   JSON.stringify({ sum: io.sum });
      |        ^
  help: its value is not known while hardware is described; testbenches peek at values`,
  string: `
test/hdl/fixtures/slips.ts:106:23: the string "1" stands where a signal or a number is needed
  106 |   io.sum.set(io.alpha.add(as("1")).wrap(8));
      |                       ^
  help: take the quotes away: numbers are written as numbers`,
  uncalled: `
test/hdl/fixtures/slips.ts:109:10: a function stands where a signal or a number is needed
  109 |   io.sum.set(as(Reflect.get(io.alpha, "not")));
      |          ^
  help: a method is called with (), a function with its arguments`,
  nothing: `
test/hdl/fixtures/slips.ts:112:10: null stands where a signal or a number is needed
  112 |   io.sum.set(as(null));
      |          ^
  help: give a signal or a number`,
  bundleForSignal: `
test/hdl/fixtures/slips.ts:115:10: a record stands where a signal or a number is needed
  115 |   io.sum.set(as({ value: io.alpha }));
      |          ^
  help: take one of its fields`,
  signedAmount: `
test/hdl/fixtures/slips.ts:118:23: a shift by a signed amount
  118 |   io.sum.set(io.alpha.shr(as(io.delta)));
      |                       ^
  help: an amount is a Uint: .asUint()`,
  signedIndex: `
test/hdl/fixtures/slips.ts:121:24: bit(…) of a signed index
  121 |   io.done.set(io.alpha.bit(as(io.delta)));
      |                        ^
  help: an index is a Uint: .asUint()`,
  numberInCat: `
test/hdl/fixtures/slips.ts:124:3: cat takes signals, but got the number 1
  124 |   cat(io.alpha, as(1));
      |   ^
  help: a number needs a width: uintLit(1, 4)`,
  numberPacked: `
test/hdl/fixtures/slips.ts:127:3: the number 1 stands where a signal or a bundle is needed
  127 |   pack(as(1));
      |   ^
  help: a number needs a width: uintLit(1, 4)`,
  muxOfNumbers: `
test/hdl/fixtures/slips.ts:130:14: mux of the number 1 and the number 2
  130 |   io.sum.set(mux(io.flag, as(1), as(2)));
      |              ^
  help: one of them must be a signal: uintLit(1, 4), sintLit(1, 4), boolLit(true)`,
  muxOnNumber: `
test/hdl/fixtures/slips.ts:133:14: mux takes a Bool, but got an unsigned signal of 8 bits
  133 |   io.sum.set(mux(as(io.alpha), io.alpha, io.beta));
      |              ^
  help: compare it, for example .ne(0), or take a bit: .bit(0)`,
  selectOfSigns: `
test/hdl/fixtures/slips.ts:136:3: signed and unsigned operands are mixed
  136 |   select(io.alpha, [io.alpha, as(io.delta)]);
      |   ^
  help: convert one of them: .toSint() keeps the value, .asSint() and .asUint() the bits`,
  equalBundles: `
test/hdl/fixtures/slips.ts:139:3: equal of bundles of 1 and 2 fields
  139 |   equal<object>({ a: io.alpha }, { a: io.alpha, b: io.beta });
      |   ^
  help: both must have the same fields`,
  wrapZero: `
test/hdl/fixtures/slips.ts:143:23: wrap(0): a width is a whole number from 1 to 65536
  143 |   io.sum.set(io.alpha.wrap(0));
      |                       ^
  help: indexWidth(n) gives at least one bit for an index below n`,
  saturateNegative: `
test/hdl/fixtures/slips.ts:146:23: saturate(-2): a width is a whole number from 1 to 65536
  146 |   io.sum.set(io.alpha.saturate(-2));
      |                       ^`,
  extendFraction: `
test/hdl/fixtures/slips.ts:149:23: extend(8.5): a width is a whole number from 1 to 65536
  149 |   io.sum.set(io.alpha.extend(8.5));
      |                       ^`,
  shapeNumber: `
test/hdl/fixtures/slips.ts:152:3: the shape of "wire" is the number 8
  152 |   wire(as(8));
      |   ^
  help: write uint(8) or sint(8)`,
  shapeFunction: `
test/hdl/fixtures/slips.ts:155:3: the shape of "reg" is a function
  155 |   reg(as(uint));
      |   ^
  help: call it with a width: uint(8)`,
  shapeSignal: `
test/hdl/fixtures/slips.ts:158:3: the shape of "wire" is an unsigned signal of 8 bits
  158 |   wire(as(io.alpha));
      |   ^
  help: shapeOf(signal) is the shape of a signal`,
  shapeMissing: `
test/hdl/fixtures/slips.ts:161:3: the shape of "wire_second" is undefined
  161 |   wire({ first: uint(8), second: as(undefined) });
      |   ^
  help: shapes are uint(8), sint(8), bool, and records and arrays of them`,
  whenNumber: `
test/hdl/fixtures/slips.ts:165:3: when takes a Bool, but got an unsigned signal of 8 bits
  165 |   when(as(io.alpha), () => {
      |   ^
  help: compare it, for example .ne(0), or take a bit: .bit(0)`,
  whenMissing: `
test/hdl/fixtures/slips.ts:170:3: when takes a Bool, but got undefined
  170 |   when(as(loose(io).flg), () => undefined);
      |   ^
  help: a port, a field or an array element of this name is missing`,
  whenConstant: `
test/hdl/fixtures/slips.ts:173:3: when takes a Bool, but got the number 1
  173 |   when(as(1), () => undefined);
      |   ^
  help: a constant condition is boolLit(true)`,
  whenOneBit: `
test/hdl/fixtures/slips.ts:176:3: when takes a Bool, but got an unsigned signal of 1 bit
  176 |   when(as(io.alpha.bits(3, 3)), () => undefined);
      |   ^
  help: convert it: .asBool()`,
  whenCalled: `
test/hdl/fixtures/slips.ts:179:3: the body of when is undefined, not a function
  179 |   when(io.flag, as(undefined));
      |   ^
  help: hardware inside it is written in a function: () => { … }`,
  whenLater: `
test/hdl/fixtures/slips.ts:182:3: the body of when is asynchronous
  182 |   when(
      |   ^
  help: hardware is described at once: take async and await out`,
  otherwiseTwice: `
test/hdl/fixtures/slips.ts:190:9: otherwise after the end of its when
  190 |   chain.otherwise(() => undefined);
      |         ^
  help: a chain is when, elsewhen as often as needed, and otherwise once, each on the result of the one before`,
  assertNumber: `
test/hdl/fixtures/slips.ts:193:3: assert takes a Bool, but got an unsigned signal of 8 bits
  193 |   assert(as(io.alpha), "never zero");
      |   ^
  help: compare it, for example .ne(0), or take a bit: .bit(0)`,
  matchName: `
test/hdl/fixtures/slips.ts:196:3: "idle" is not a value of match
  196 |   match(io.alpha, as({ idle: () => undefined }));
      |   ^
  help: a branch is listed under a number; states of an fsm are told apart by its states(…)`,
  matchSigned: `
test/hdl/fixtures/slips.ts:199:3: match takes a Uint, but got a signed signal of 8 bits
  199 |   match(as(io.delta), { 1: () => undefined });
      |   ^
  help: match on the bits: .asUint()`,
  matchTwice: `
test/hdl/fixtures/slips.ts:202:3: match lists a value twice
  202 |   match(io.alpha, as({ 1: () => undefined, "1.0": () => undefined }));
      |   ^`,
  matchAll: `
test/hdl/fixtures/slips.ts:205:3: the last branch of match is never taken: all 2 values are listed
  205 |   match(io.alpha.bits(1, 1), { 0: () => undefined, 1: () => undefined }, () => {
      |   ^
  help: leave it out`,
  noStates: `
test/hdl/fixtures/slips.ts:211:12: fsm of no states
  211 |   loose(fsm)();
      |            ^
  help: list them: fsm("idle", "run")`,
  unreachedState: `
test/hdl/fixtures/slips.ts:214:19: state "done" of "machine" is never reached
  214 |   const machine = fsm("idle", "run", "done");
      |                   ^
  help: go there with goto("done"), or leave the state out`,
  missingState: `
test/hdl/fixtures/slips.ts:228:22: state "run" of "state" has no body
  228 |   fsm("idle", "run").states(as({ idle: () => undefined, rum: () => undefined }));
      |                      ^
  help: "rum" is none: did you mean "run"?`,
  driveInput: `
test/hdl/fixtures/slips.ts:232:19: "alpha" is an input: it is read, not driven
  232 |   loose(io.alpha).set!(3);
      |                   ^
  note: "alpha" is declared here (test/hdl/fixtures/slips.ts:52:3)`,
  driveResult: `
test/hdl/fixtures/slips.ts:235:26: the result of an operator cannot be assigned
  235 |   loose(io.alpha.add(1)).set!(3);
      |                          ^
  help: only wires, outputs and registers take values`,
  driveInstanceOutput: `
test/hdl/fixtures/slips.ts:241:22: "result" of an instance is an output: it is read, not driven
  241 |   loose(leaf.result).set!(1);
      |                      ^
  note: "leaf_result" is declared here (test/hdl/fixtures/slips.ts:238:16)`,
  nextOfWire: `
test/hdl/fixtures/slips.ts:245:16: "total" is a wire: it takes .set(…), not .next = …
  245 |   loose(total).next = loose(3);
      |                ^
  note: "total" is declared here (test/hdl/fixtures/slips.ts:244:17)`,
  setOfRegister: `
test/hdl/fixtures/slips.ts:249:16: "total" is a register: it takes .next = …, not .set(…)
  249 |   loose(total).set!(3);
      |                ^
  note: "total" is declared here (test/hdl/fixtures/slips.ts:248:17)`,
  setOfInputs: `
test/hdl/fixtures/slips.ts:255:20: loose(...).set is not a function
  255 |     loose(io.pair).set!({ a: true, b: false });
      |                    ^
  help: only wires, outputs and the inputs of instances are driven by .set(…)`,
  replacePort: `
test/hdl/fixtures/slips.ts:259:13: Cannot assign to read only property 'sum' of object '#<Object>'
  259 |   loose(io).sum = loose(io.alpha);
      |             ^
  help: wires and outputs are driven by .set(…), registers by .next = …`,
  replaceField: `
test/hdl/fixtures/slips.ts:263:15: Cannot assign to read only property 'a' of object '#<Object>'
  263 |   loose(pair).a = loose(io.alpha);
      |               ^
  help: wires and outputs are driven by .set(…), registers by .next = …`,
  numberToBundle: `
test/hdl/fixtures/slips.ts:267:33: the number 3 is assigned to a bundle
  267 |   wire({ a: uint(8), b: bool }).set(as(3));
      |                                 ^
  help: its fields are a, b`,
  longerArray: `
test/hdl/fixtures/slips.ts:271:9: an array of 3 is assigned to one of 2
  271 |   lanes.set([io.alpha, io.beta, io.alpha]);
      |         ^
  help: take the elements that are meant with slice`,
  resetField: `
test/hdl/fixtures/slips.ts:274:3: register "reg" has no field "cuont" to reset
  274 |   reg({ count: uint(4), busy: bool }, { reset: as({ cuont: 1 }) });
      |   ^
  help: did you mean "count"?`,
  longInit: `
test/hdl/fixtures/slips.ts:278:3: memory "memory" of 2 words has initial contents of 3
  278 |   memory({ shape: uint(8), depth: 2, init: [1, 2, 3] });
      |   ^`,
  addressPastEnd: `
test/hdl/fixtures/slips.ts:281:54: memory "memory" has no word 3
  281 |   memory({ shape: uint(8), depth: 3, init: [1, 2] }).read({ address: 3 });
      |                                                      ^
  help: addresses go from 0 to 2`,
  emptyRead: `
test/hdl/fixtures/slips.ts:284:17: memory "table" is read, but nothing is ever in it
  284 |   const table = memory({ shape: uint(8), depth: 4 });
      |                 ^
  help: give it a write port, or its contents with init`,
  fractionalDepth: `
test/hdl/fixtures/slips.ts:288:3: memory "memory" has depth 2.5
  288 |   memory({ shape: uint(8), depth: 2.5 });
      |   ^
  help: a depth is 1 or more words`,
  keywordName: `
test/hdl/fixtures/slips.ts:292:3: the name "always" is a Verilog keyword
  292 |   wire(bool, { name: "always" });
      |   ^
  help: choose another name, such as "always_value"`,
  spacedName: `
test/hdl/fixtures/slips.ts:295:3: the name "my wire" is not a plain identifier
  295 |   wire(bool, { name: "my wire" });
      |   ^
  help: use letters, digits and single underscores, a letter first`,
  keywordModule: `
test/hdl/fixtures/slips.ts:297:30: the module name "module" is a Verilog keyword
  297 | export const keywordModule = module(
      |                              ^
  help: choose another name, such as "module_unit"`,
  spacedModule: `
test/hdl/fixtures/slips.ts:302:29: the module name "my module" is not a plain identifier
  302 | export const spacedModule = module(
      |                             ^
  help: use letters, digits and single underscores, a letter first`,
  keywordVendorPort: `
test/hdl/fixtures/slips.ts:308:18: port "config" of vendor has the name of a Verilog keyword
  308 |   const Vendor = extern("vendor", () => ({ config: input(bool) }));
      |                  ^
  help: choose another name, such as "config_value"`,
  shapeAsPort: `
test/hdl/fixtures/slips.ts:68:40: port "sum" is a shape without a direction
  68 | const ports = (make: () => unknown) => module("slip", make as () => Ports, () => undefined);
     |                                        ^
  help: ports are input(shape), output(shape), source(stream), sink(stream), and records and arrays of them`,
  missingPort: `
test/hdl/fixtures/slips.ts:68:40: port "bus_sum" is undefined
  68 | const ports = (make: () => unknown) => module("slip", make as () => Ports, () => undefined);
     |                                        ^
  help: ports are input(shape), output(shape), source(stream), sink(stream), and records and arrays of them`,
  missingParameter: `
test/hdl/fixtures/slips.ts:316:51: Cannot read properties of undefined (reading 'width')
  316 |   (p: { width: number }) => ({ sum: output(uint(p.width)) }),
      |                                                   ^
  help: a parameter, a port, a field or an array element of this name is missing`,
  misspeltPort: `
test/hdl/fixtures/slips.ts:322:13: Cannot read properties of undefined (reading 'add')
  322 |   loose(io).alhpa!.add!(1);
      |             ^
  help: did you mean "alpha"?`,
  misspeltMethod: `
test/hdl/fixtures/slips.ts:325:19: loose(...).tosint is not a function
  325 |   loose(io.alpha).tosint!();
      |                   ^
  help: did you mean "toSint"?`,
  asynchronous: `
test/hdl/fixtures/slips.ts:327:29: the body of module slip is asynchronous
  327 | export const asynchronous = module(
      |                             ^
  help: hardware is described at once: take async and await out`,
  instanceOfRecord: `
test/hdl/fixtures/slips.ts:336:3: instance takes a module, but got a record
  336 |   instance(as({ data: 1 }));
      |   ^
  help: a module is made by module(name, ports, body) or extern(name, ports)`,
  unconnected: `
test/hdl/fixtures/slips.ts:339:14: instance "leaf" (leaf) is not connected: none of its 2 inputs is driven
  339 |   io.sum.set(instance(Leaf).result);
      |              ^
  help: drive them with .set(…): data, enable`,
  foreignAddress: `
test/hdl/fixtures/slips.ts:353:62: "x" belongs to module inner, but is read in slip
  353 |   io.sum.set(memory({ shape: uint(8), depth: 4, init: [1] }).read({ address: leaked! }));
      |                                                              ^
  note: "x" is declared here (test/hdl/fixtures/slips.ts:342:15)
  help: modules talk through ports`,
  foreignReset: `
test/hdl/fixtures/slips.ts:359:16: "x" belongs to module inner, but is read in slip
  359 |   const leaf = instance(Leaf, undefined, { reset: leaked!.bit(0) });
      |                ^
  note: "x" is declared here (test/hdl/fixtures/slips.ts:342:15)
  help: modules talk through ports`,
  countingWire: `
test/hdl/fixtures/slips.ts:365:17: combinational loop: count -> count
  365 |   const count = wire(uint(8));
      |                 ^
  note: "count" follows "count" (test/hdl/fixtures/slips.ts:366:9)
  help: a wire has no memory: what counts or keeps a value is a register, const n = reg(shape)`,
  collected: `
test/hdl/fixtures/slips.ts:374:10: 2 does not fit "y", which has 1 bit
  374 |     io.y.set(as(2));
      |          ^
  help: unsigned values of 1 bit go from 0 to 1

test/hdl/fixtures/slips.ts:385:23: bit(9) of a signal of 8 bits
  385 |   io.sum.set(io.alpha.bit(9));
      |                       ^
  help: bits are numbered 0 to 7

test/hdl/fixtures/slips.ts:387:21: loose(...).ad is not a function
  387 |     loose(io.alpha).ad!(1);
      |                     ^

test/hdl/fixtures/slips.ts:377:18: output "y" of undriven is never driven
  377 | const Undriven = module(
      |                  ^
  help: drive it with .set(…)`,
  many: `
test/hdl/fixtures/slips.ts:391:53: bit(8) of a signal of 8 bits
  391 |   for (let i = 0; i < 30; i++) io.done.set(io.alpha.bit(8 + i));
      |                                                     ^
  help: bits are numbered 0 to 7

test/hdl/fixtures/slips.ts:391:53: bit(9) of a signal of 8 bits
  391 |   for (let i = 0; i < 30; i++) io.done.set(io.alpha.bit(8 + i));
      |                                                     ^
  help: bits are numbered 0 to 7

test/hdl/fixtures/slips.ts:391:53: bit(10) of a signal of 8 bits
  391 |   for (let i = 0; i < 30; i++) io.done.set(io.alpha.bit(8 + i));
      |                                                     ^
  help: bits are numbered 0 to 7

… and 27 more of this kind at this place`,
  repeated: `
test/hdl/fixtures/slips.ts:394:53: bit(8) of a signal of 8 bits
  394 |   for (let i = 0; i < 30; i++) io.done.set(io.alpha.bit(8));
      |                                                     ^
  help: bits are numbered 0 to 7`,
};

test.each(Object.keys(expected) as (keyof typeof slips)[])("%s", (name) => {
  let message = "no error";
  try {
    elaborate(slips[name] as unknown as Module<unknown, Ports>);
  } catch (error) {
    expect(error).toBeInstanceOf(HdlError);
    message = (error as HdlError).message;
  }
  expect(`\n${message}`).toBe(expected[name]);
});

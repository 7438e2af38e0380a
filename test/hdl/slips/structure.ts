/** What elaboration says, word for word, of slips in assignments, memories, names, ports and instances. */
export const structureSlips = {
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
} as const;

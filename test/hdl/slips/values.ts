/** What elaboration says, word for word, of slips in values: operators, widths, shapes. */
export const valuesSlips = {
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
} as const;

import { expect, test } from "vitest";
import { elaborate, HdlError, type Module, type Ports } from "../../src/hdl/index.ts";
import * as mistakes from "./fixtures/mistakes.ts";

/** What elaboration says about each of the fixtures, word for word. */
const expected: Readonly<Record<keyof typeof mistakes, string>> = {
  tooWide: `
test/hdl/fixtures/mistakes.ts:51:8: cannot assign 9 bits to "y", which has 8 bits
  51 |   io.y.set(io.a.add(1));
     |        ^
  note: "y" is declared here (test/hdl/fixtures/mistakes.ts:39:3)
  help: narrow the value: .wrap(8), .saturate(8) or .bits(7, 0)`,
  literalTooWide: `
test/hdl/fixtures/mistakes.ts:54:8: 300 does not fit "y", which has 8 bits
  54 |   io.y.set(300);
     |        ^
  help: unsigned values of 8 bits go from 0 to 255`,
  negativeLiteral: `
test/hdl/fixtures/mistakes.ts:57:17: -1 is negative, but the other operand is unsigned
  57 |   io.y.set(io.a.add(-1).wrap(8));
     |                 ^
  help: use a signed signal: .toSint() keeps the value, .asSint() the bits`,
  fraction: `
test/hdl/fixtures/mistakes.ts:60:8: 0.5 is not a whole number that a double holds exactly
  60 |   io.y.set(0.5);
     |        ^`,
  equalOutOfRange: `
test/hdl/fixtures/mistakes.ts:63:13: 256 does not fit the other operand, which has 8 bits
  63 |   when(io.a.eq(256), () => {
     |             ^
  help: unsigned values of 8 bits go from 0 to 255`,
  extendNarrower: `
test/hdl/fixtures/mistakes.ts:68:17: extend(4) of a signal of 8 bits
  68 |   io.y.set(io.a.extend(4));
     |                 ^
  help: to narrow it, say how: .wrap(4), .saturate(4) or .bits(3, 0)`,
  bitsBackwards: `
test/hdl/fixtures/mistakes.ts:71:17: bits(0, 7) of a signal of 8 bits
  71 |   io.y.set(io.a.bits(0, 7));
     |                 ^
  help: the first argument is the high bit: bits(high, low) with 7 >= high >= low >= 0`,
  bitOutOfRange: `
test/hdl/fixtures/mistakes.ts:74:17: bit(8) of a signal of 8 bits
  74 |   io.y.set(io.a.bit(8));
     |                 ^
  help: bits are numbered 0 to 7`,
  asBool: `
test/hdl/fixtures/mistakes.ts:77:13: asBool() of a signal of 8 bits
  77 |   when(io.a.asBool(), () => undefined);
     |             ^
  help: say which bit with .bit(i), or compare: .ne(0)`,
  hugeShift: `
test/hdl/fixtures/mistakes.ts:80:23: a shift by 16 bits grows 1 bit to 65536
  80 |   io.y.set(uintLit(1).shl(cat(io.a, io.a)).wrap(8));
     |                       ^
  help: shorten the amount, for example .wrap(5); the limit is 4096 bits`,
  negativeShift: `
test/hdl/fixtures/mistakes.ts:83:17: a shift by -1
  83 |   io.y.set(io.a.shr(-1));
     |                 ^
  help: amounts go from 0 to 4096`,
  zeroWidth: `
test/hdl/fixtures/mistakes.ts:86:8: uint(0): a width is a whole number from 1 to 65536
  86 |   wire(uint(0));
     |        ^
  help: indexWidth(n) gives at least one bit for an index below n`,
  javascriptOperator: `
test/hdl/fixtures/mistakes.ts:89:12: JavaScript's operator + does not work on signals
  89 |   io.y.set(Number(io.a) + 1);
     |            ^
  help: write a.add(b)`,
  undefinedSignal: `
test/hdl/fixtures/mistakes.ts:93:8: undefined stands where a signal or a number is needed
  93 |   io.y.set(lanes[2]!);
     |        ^
  help: an array may have been read past its end`,
  missingField: `
test/hdl/fixtures/mistakes.ts:97:8: field "second" is missing from the value assigned to a bundle
  97 |   pair.set({ first: true, secnd: false } as unknown as { first: boolean; second: boolean });
     |        ^
  help: did you mean "secnd"?`,
  reservedField: `
test/hdl/fixtures/mistakes.ts:100:3: a field cannot be called "next", which is the verb that assigns the whole bundle
  100 |   wire({ next: bool });
      |   ^
  help: choose another name`,
  resetNotConstant: `
test/hdl/fixtures/mistakes.ts:103:3: the reset value of register "reg" is not a constant
  103 |   reg(uint(8), { reset: io.a });
      |   ^`,
  negativeTimes: `
test/hdl/fixtures/mistakes.ts:106:3: times(-1): a count is a whole number, 0 or more
  106 |   times(-1, () => 0);
      |   ^`,
  matchTooWide: `
test/hdl/fixtures/mistakes.ts:109:3: 256 does not fit the selector of match, which has 8 bits
  109 |   match(io.a, { 256: () => undefined });
      |   ^
  help: unsigned values of 8 bits go from 0 to 255`,
  fsmTwice: `
test/hdl/fixtures/mistakes.ts:112:3: fsm lists a state twice
  112 |   fsm("idle", "run", "idle" as "run");
      |   ^`,
  unknownState: `
test/hdl/fixtures/mistakes.ts:115:22: "rnu" is not a state of "state"
  115 |   fsm("idle", "run").goto("rnu" as "run");
      |                      ^
  help: did you mean "run"?`,
  emptyMemory: `
test/hdl/fixtures/mistakes.ts:118:3: memory "memory" has depth 0
  118 |   memory({ shape: uint(8), depth: 0 });
      |   ^
  help: a depth is 1 or more words`,
  maskLanes: `
test/hdl/fixtures/mistakes.ts:121:3: mask lanes of 3 bits do not divide the 8 bits of memory "memory"
  121 |   memory({ shape: uint(8), depth: 4, maskBits: 3 });
      |   ^`,
  maskWithoutLanes: `
test/hdl/fixtures/mistakes.ts:124:40: memory "memory" has no mask
  124 |   memory({ shape: uint(8), depth: 4 }).write({ address: 0, data: io.a, enable: true, mask: 1 });
      |                                        ^
  help: declare it with maskBits`,
  addressTooWide: `
test/hdl/fixtures/mistakes.ts:127:40: the address of memory "memory" has 8 bits, but takes 2 bits
  127 |   memory({ shape: uint(8), depth: 4 }).read({ address: io.a });
      |                                        ^
  help: narrow it: .wrap(2) or .bits(1, 0)`,
  initialSignal: `
test/hdl/fixtures/mistakes.ts:130:3: the initial contents of memory "memory" are not constants
  130 |   memory({ shape: uint(8), depth: 4, init: [io.a] });
      |   ^`,
  selectNothing: `
test/hdl/fixtures/mistakes.ts:133:3: select of no items
  133 |   select(uintLit(0), []);
      |   ^`,
  catNothing: `
test/hdl/fixtures/mistakes.ts:136:3: cat of no parts
  136 |   cat();
      |   ^`,
  pipeFraction: `
test/hdl/fixtures/mistakes.ts:139:3: pipe by 1.5 cycles: a count is a whole number, 0 or more
  139 |   pipe(io.a, 1.5);
      |   ^`,
  unpackMismatch: `
test/hdl/fixtures/mistakes.ts:142:3: unpack of 8 bits into a shape of 9 bits
  142 |   unpack({ a: uint(4), b: uint(5) }, io.a);
      |   ^
  help: both must have the same number of bits`,
  literalRecord: `
test/hdl/fixtures/mistakes.ts:145:3: 4 does not fit the literal, which has 2 bits
  145 |   lit({ a: uint(2) }, { a: 4 });
      |   ^
  help: unsigned values of 2 bits go from 0 to 3`,
  emptyQueue: `
test/hdl/fixtures/mistakes.ts:151:17: queue of depth 0
  151 |     const out = queue(io.enq, 0);
      |                 ^
  help: a depth is 1 or more entries`,
  recursion: `
test/hdl/fixtures/mistakes.ts:167:3: module mistake contains itself
  167 |   instance(recursion);
      |   ^`,
  undrivenOutput: `
test/hdl/fixtures/mistakes.ts:48:38: output "y" of mistake is never driven
  48 | const ports = (make: () => Ports) => module("mistake", make, () => undefined);
     |                                      ^
  help: drive it with .set(…)`,
  undrivenInput: `
test/hdl/fixtures/mistakes.ts:171:12: input "d" of instance "leaf" (leaf) is never driven
  171 |   io.y.set(instance(Leaf).q);
      |            ^
  help: drive it with .set(…)`,
  undrivenWire: `
test/hdl/fixtures/mistakes.ts:174:17: wire "loose" is read but never driven
  174 |   const loose = wire(uint(8));
      |                 ^
  help: drive it with .set(…)`,
  unassignedRegister: `
test/hdl/fixtures/mistakes.ts:178:17: register "stuck" is read but never assigned
  178 |   const stuck = reg(uint(8));
      |                 ^
  help: assign it: .next = …`,
  latch: `
test/hdl/fixtures/mistakes.ts:183:3: "held" is not driven on every path
  183 |   when(io.a.ne(0), () => {
      |   ^
  note: "held" is declared here (test/hdl/fixtures/mistakes.ts:182:16)
  help: give it a default before the branch: .set(…)`,
  loop: `
test/hdl/fixtures/mistakes.ts:189:16: combinational loop: ping -> pong -> leaf_q -> leaf_d -> ping
  189 |   const ping = wire(bool);
      |                ^
  note: "ping" follows "pong" (test/hdl/fixtures/mistakes.ts:191:8)
  note: "pong" follows "leaf_q" (test/hdl/fixtures/mistakes.ts:194:8)
  note: "leaf_q" follows "leaf_d" (test/hdl/fixtures/mistakes.ts:192:16)
  note: "leaf_d" follows "ping" (test/hdl/fixtures/mistakes.ts:193:10)
  help: break the loop with a register`,
  vectorLoop: `
test/hdl/fixtures/mistakes.ts:198:18: bits of "ripple" follow other bits of it: ripple -> ripple
  198 |   const ripple = wire(uint(3));
      |                  ^
  note: "ripple" follows "ripple" (test/hdl/fixtures/mistakes.ts:199:10)
  help: give the parts wires of their own and join them with cat`,
  foreignRead: `
test/hdl/fixtures/mistakes.ts:214:8: "x" belongs to module inner, but is read in mistake
  214 |   io.y.set(leaked!);
      |        ^
  note: "x" is declared here (test/hdl/fixtures/mistakes.ts:204:15)
  help: modules talk through ports`,
  foreignAssign: `
test/hdl/fixtures/mistakes.ts:218:15: "leakedWire" belongs to module inner, but is assigned in mistake
  218 |   leakedWire!.set(1);
      |               ^
  note: "leakedWire" is declared here (test/hdl/fixtures/mistakes.ts:209:18)
  help: modules talk through ports`,
  keywordPort: `
test/hdl/fixtures/mistakes.ts:48:38: port "config" of mistake has the name of a Verilog keyword
  48 | const ports = (make: () => Ports) => module("mistake", make, () => undefined);
     |                                      ^
  help: choose another name, such as "config_value"`,
  clockPort: `
test/hdl/fixtures/mistakes.ts:48:38: port "clock" of mistake has the name of the implicit port
  48 | const ports = (make: () => Ports) => module("mistake", make, () => undefined);
     |                                      ^
  help: clock and reset are there without being declared`,
  doublePort: `
test/hdl/fixtures/mistakes.ts:48:38: port "a_b" of mistake is there twice
  48 | const ports = (make: () => Ports) => module("mistake", make, () => undefined);
     |                                      ^
  help: nested names are joined by underscores: choose others`,
  badPort: `
test/hdl/fixtures/mistakes.ts:48:38: port "a__b" of mistake is not a plain identifier
  48 | const ports = (make: () => Ports) => module("mistake", make, () => undefined);
     |                                      ^
  help: use letters, digits and single underscores, a letter first`,
  twoMistakes: `
test/hdl/fixtures/mistakes.ts:225:17: bit(9) of a signal of 8 bits
  225 |   io.y.set(io.a.bit(9));
      |                 ^
  help: bits are numbered 0 to 7

test/hdl/fixtures/mistakes.ts:226:8: cannot assign 10 bits to "y", which has 8 bits
  226 |   io.y.set(io.a.mul(3));
      |        ^
  note: "y" is declared here (test/hdl/fixtures/mistakes.ts:39:3)
  help: narrow the value: .wrap(8), .saturate(8) or .bits(7, 0)`,
  mixedSigns: `
test/hdl/fixtures/mistakes.ts:232:19: signed and unsigned operands are mixed
  232 |     io.y.set(io.a.add(io.s as unknown as Uint));
      |                   ^
  help: convert one of them: .toSint() keeps the value, .asSint() and .asUint() the bits`,
};

test.each(Object.keys(expected) as (keyof typeof mistakes)[])("%s", (name) => {
  let message = "no error";
  try {
    elaborate(mistakes[name] as Module<unknown, Ports>);
  } catch (error) {
    expect(error).toBeInstanceOf(HdlError);
    message = (error as HdlError).message;
  }
  expect(`\n${message}`).toBe(expected[name]);
});

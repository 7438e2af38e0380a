/** What elaboration says, word for word, of slips in branches, properties and state machines. */
export const controlSlips = {
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
} as const;

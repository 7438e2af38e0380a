import { FunctionBody } from "../wasm/index.ts";
import type { Segment } from "./blocks.ts";
import type { Frame } from "./frame.ts";
import type { Range } from "./layout.ts";
import type { RestPlan } from "./rest.ts";

/** Writes what lets blocks rest: the tests before their code, and the looks for blocks that may rest. */
export class RestWriter {
  readonly #plan: RestPlan;

  constructor(plan: RestPlan) {
    this.#plan = plan;
  }

  /** Writes a segment's code, to be done unless its block rests and goes on resting. */
  segment(frame: Frame, { block }: Segment, inputs: readonly Range[], write: () => void): void {
    if (block === undefined) {
      write();
      return;
    }
    const { body } = frame;
    const flag = this.#plan.resting + block.index;
    body.block();
    body.i32(0);
    body.access("i32.load8_u", flag);
    if (inputs.length === 0) body.branchIf(0);
    else {
      body.if();
      pushChanged(body, inputs, this.#plan.shadow);
      body.op("i32.eqz");
      body.branchIf(1);
      body.i32(0);
      body.i32(0);
      body.access("i32.store8", flag);
      body.op("end");
    }
    frame.scope(write);
    body.op("end");
  }

  /** Every block is awake, and none may rest because of what was before. */
  wake(): FunctionBody {
    const { resting, active, blocks } = this.#plan;
    const body = new FunctionBody();
    fill(body, resting, blocks.length, 0);
    fill(body, active, blocks.length, 0xff);
    return body;
  }

  /** Before a cycle after which blocks may rest: the registers are kept aside. */
  before(): FunctionBody {
    const { resting, rested, active, blocks, allRegisters, before } = this.#plan;
    const body = new FunctionBody();
    copy(body, resting, rested, { from: 0, bytes: 16 * Math.ceil(blocks.length / 16) });
    fill(body, active, blocks.length, 0);
    copy(body, 0, before, allRegisters);
    return body;
  }

  /**
   * After it: blocks that were awake, were not active and have the registers that they had rest from now on, and what they saw
   * is what they look for. Blocks that rested on have seen nothing else.
   */
  after(): FunctionBody {
    const { resting, rested, active, registers, allRegisters, allOthers, shadow, before } = this.#plan;
    const body = new FunctionBody();
    const some = body.local("i32");
    registers.forEach((ranges, index) => {
      body.block();
      for (const flag of [rested, active]) {
        body.i32(0);
        body.access("i32.load8_u", flag + index);
        body.branchIf(0);
      }
      for (const range of ranges) this.#leaveIfChanged(body, range);
      body.i32(0);
      body.i32(1);
      body.tee(some);
      body.access("i32.store8", resting + index);
      body.op("end");
    });
    body.get(some);
    body.if();
    copy(body, before, shadow, allRegisters);
    copy(body, 0, shadow, allOthers);
    body.op("end");
    return body;
  }

  /** Leaves the block around it where a range is not as it was before the cycle. */
  #leaveIfChanged(body: FunctionBody, { from, bytes }: Range): void {
    const { before } = this.#plan;
    if (bytes === 0) return;
    if (bytes < 16) {
      pushChanged(body, [{ from, bytes }], before);
      body.branchIf(0);
      return;
    }
    each(body, from, bytes, (address) => {
      for (const at of [0, before]) {
        body.get(address);
        body.vectorAccess("load", at);
      }
      body.simd("v128.xor");
      body.simd("v128.any_true");
      body.branchIf(1);
    });
  }
}

/** Writes a loop over the vectors of a range; `write` finds the address in a local. */
function each(body: FunctionBody, from: number, bytes: number, write: (address: number) => void): void {
  if (bytes === 0) return;
  const address = body.local("i32");
  body.i32(from);
  body.set(address);
  body.loop();
  write(address);
  body.get(address);
  body.i32(16);
  body.op("i32.add");
  body.tee(address);
  body.i32(from + bytes);
  body.op("i32.lt_u");
  body.branchIf(0);
  body.op("end");
  body.release(address);
}

/** Copies a range of whole vectors from `source` on to `target` on. */
function copy(body: FunctionBody, source: number, target: number, { from, bytes }: Range): void {
  each(body, from, bytes, (address) => {
    body.get(address);
    body.get(address);
    body.vectorAccess("load", source);
    body.vectorAccess("store", target);
  });
}

/** Sets some bytes, and what follows up to a whole word. */
function fill(body: FunctionBody, from: number, bytes: number, value: 0 | 0xff): void {
  for (let offset = 0; offset < bytes; offset += 8) {
    body.i32(0);
    body.i64(value === 0 ? 0n : -1n);
    body.access("i64.store", from + offset);
  }
}

/** Pushes an i32 that is not 0 where one of the ranges differs from what lies `distance` bytes behind it. */
function pushChanged(body: FunctionBody, inputs: readonly Range[], distance: number): void {
  const units = inputs.flatMap(({ from, bytes }) =>
    bytes <= 8
      ? [{ from, bytes }]
      : Array.from({ length: Math.ceil(bytes / 16) }, (_, index) => ({ from: from + 16 * index, bytes: 16 })),
  );
  let pushed = 0;
  for (const size of [16, 8, 4, 2, 1]) {
    const same = units.filter(({ bytes }) => bytes === size);
    same.forEach(({ from }, index) => {
      for (const at of [from, from + distance]) {
        body.i32(0);
        if (size === 16) body.vectorAccess("load", at);
        else if (size === 8) body.access("i64.load", at);
        else body.access(size === 4 ? "i32.load" : size === 2 ? "i32.load16_u" : "i32.load8_u", at);
      }
      if (size === 16) body.simd("v128.xor");
      else body.op(size === 8 ? "i64.xor" : "i32.xor");
      if (index === 0) return;
      if (size === 16) body.simd("v128.or");
      else body.op(size === 8 ? "i64.or" : "i32.or");
    });
    if (same.length === 0) continue;
    if (size === 16) body.simd("v128.any_true");
    else if (size === 8) {
      body.i64(0n);
      body.op("i64.ne");
    }
    if (pushed++ > 0) body.op("i32.or");
  }
}

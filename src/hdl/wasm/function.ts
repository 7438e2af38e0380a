import { Bytes } from "./bytes.ts";
import {
  ACCESS,
  LANE_OP,
  OP,
  SIMD,
  VALUE_TYPES,
  type Access,
  type LaneOp,
  type Op,
  type Simd,
  type ValueType,
} from "./opcodes.ts";

/** Writes the body of a function without parameters or results: instructions in stack order, locals as needed. */
export class FunctionBody {
  readonly #code = new Bytes();
  readonly #locals: ValueType[] = [];
  readonly #free = new Map<ValueType, number[]>();

  /** Bytes of instructions so far. */
  get size(): number {
    return this.#code.length;
  }

  /** A local that is not in use; `release` gives it back. */
  local(type: ValueType): number {
    const free = this.#free.get(type)?.pop();
    if (free !== undefined) return free;
    this.#locals.push(type);
    return this.#locals.length - 1;
  }

  release(local: number): void {
    const type = this.#locals[local]!;
    const free = this.#free.get(type);
    if (free === undefined) this.#free.set(type, [local]);
    else free.push(local);
  }

  op(name: Op): void {
    this.#code.byte(OP[name]);
  }

  simd(name: Simd): void {
    this.#code.byte(0xfd);
    this.#code.unsigned(SIMD[name]);
  }

  lane(name: LaneOp, lane: number): void {
    this.#code.byte(0xfd);
    this.#code.unsigned(LANE_OP[name]);
    this.#code.byte(lane);
  }

  i32(value: number): void {
    this.#code.byte(0x41);
    this.#code.signed(value);
  }

  i64(value: bigint): void {
    this.#code.byte(0x42);
    this.#code.signed64(value);
  }

  /** A vector constant of 16 bytes. */
  v128(bytes: Uint8Array): void {
    this.#code.byte(0xfd);
    this.#code.unsigned(0x0c);
    this.#code.bytes(bytes);
  }

  /** Picks 16 of the 32 bytes of two vectors. */
  shuffle(lanes: readonly number[]): void {
    this.#code.byte(0xfd);
    this.#code.unsigned(0x0d);
    for (const lane of lanes) this.#code.byte(lane);
  }

  get(local: number): void {
    this.#code.byte(0x20);
    this.#code.unsigned(local);
  }

  set(local: number): void {
    this.#code.byte(0x21);
    this.#code.unsigned(local);
  }

  tee(local: number): void {
    this.#code.byte(0x22);
    this.#code.unsigned(local);
  }

  /** A load from (or store to) the address on the stack plus `offset`. */
  access(name: Access, offset: number): void {
    const [opcode] = ACCESS[name];
    this.#code.byte(opcode);
    this.#code.unsigned(0);
    this.#code.unsigned(offset);
  }

  /** A vector load or store at the address on the stack plus `offset`. */
  vectorAccess(kind: "load" | "store", offset: number): void {
    this.#code.byte(0xfd);
    this.#code.unsigned(kind === "load" ? 0 : 11);
    this.#code.unsigned(0);
    this.#code.unsigned(offset);
  }

  call(index: number): void {
    this.#code.byte(0x10);
    this.#code.unsigned(index);
  }

  /** Takes the condition from the stack; closed by `end`, with `else` between if wanted. */
  if(): void {
    this.#code.byte(0x04);
    this.#code.byte(0x40);
  }

  block(): void {
    this.#code.byte(0x02);
    this.#code.byte(0x40);
  }

  loop(): void {
    this.#code.byte(0x03);
    this.#code.byte(0x40);
  }

  branchIf(depth: number): void {
    this.#code.byte(0x0d);
    this.#code.unsigned(depth);
  }

  /** The encoded body: locals, instructions, end; `first` locals are parameters. */
  encode(parameters = 0): Bytes {
    const body = new Bytes();
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals.slice(parameters)) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    body.unsigned(runs.length);
    for (const { type, count } of runs) {
      body.unsigned(count);
      body.byte(VALUE_TYPES[type]);
    }
    body.bytes(this.#code.view());
    body.byte(OP.end);
    return body;
  }
}

import { reg } from "../../../declare.ts";
import { assert } from "../../../properties.ts";
import { bool, indexWidth, uint } from "../../../shapes.ts";
import type { Bool, Uint } from "../../../signal.ts";
import { cat, mux, uintLit } from "../../../values.ts";
import { memory } from "../../../memory.ts";
import { when } from "../../../control.ts";
import { counter, saturatingCounter, type UpDownCounter } from "../../counter.ts";
import { AXI_BOUNDARY_BYTES, AXI_BURST, AXI_RESPONSE } from "../../axi/bundles.ts";

/** Rules that the monitors of several interfaces share. Messages begin with the channel. */

/** `a` holds wherever `condition` does. */
export function demand(condition: Bool, a: Bool, message: string): void {
  assert(condition.not().or(a), message);
}

/** Once valid, a channel stays so with the same payload until it is ready. */
export function demandStable(channel: string, valid: Bool, ready: Bool, payload: readonly Uint[]): void {
  const name = channel.toLowerCase();
  const bits = cat(...payload);
  const waits = reg(bool, { name: `${name}_waits` });
  const offered = reg(uint(bits.width), { name: `${name}_offered`, reset: false });
  waits.next = valid.and(ready.not());
  offered.next = bits;
  demand(waits, valid, `${channel}: valid stays high until ready`);
  demand(waits.and(valid), bits.eq(offered), `${channel}: the payload keeps its value until ready`);
}

/** The address of a burst and its shape. */
export interface BurstAddress {
  readonly address: Uint;
  readonly length: Uint;
  readonly size: Uint;
  readonly burst: Uint;
}

/** A burst is one that the protocol knows, and does not cross a boundary of 4 KiB. */
export function demandBurst(channel: string, valid: Bool, at: BurstAddress, dataBits: number): void {
  const { address, length, size, burst } = at;
  const widest = Math.log2(dataBits / 8);
  demand(valid, burst.ne(3), `${channel}: a burst is FIXED, INCR or WRAP`);
  demand(valid, size.le(widest), `${channel}: a beat is no wider than the data bus`);
  demand(valid.and(burst.eq(AXI_BURST.fixed)), length.le(15), `${channel}: a FIXED burst has 16 beats at most`);
  const wraps = valid.and(burst.eq(AXI_BURST.wrap));
  const lengths = [1, 3, 7, 15].map((beats) => length.eq(beats)).reduce((any, one) => any.or(one));
  demand(wraps, lengths, `${channel}: a WRAP burst has 2, 4, 8 or 16 beats`);
  const offset = address.wrap(12);
  const aligned = offset.shr(size).shl(size).wrap(12);
  demand(wraps, aligned.eq(offset), `${channel}: a WRAP burst starts at a multiple of its beats' size`);
  const bytes = length.add(1).shl(size);
  const end = aligned.add(bytes);
  const rises = valid.and(burst.eq(AXI_BURST.incr));
  demand(rises, end.le(AXI_BOUNDARY_BYTES), `${channel}: an INCR burst does not cross a boundary of 4 KiB`);
}

/** Nobody asks for exclusive accesses, so that nobody is told that one was done. */
export function demandResponse(channel: string, valid: Bool, response: Uint): void {
  demand(valid, response.ne(AXI_RESPONSE.exokay), `${channel}: EXOKAY answers an exclusive access only`);
}

/** Counts what is under way, 0 to `most`; one more breaks an assertion that says to watch more. */
export function underWay(name: string, most: number, begins: Bool, ends: Bool): UpDownCounter {
  const count = saturatingCounter(most, { up: begins, down: ends, name });
  demand(
    count.last,
    begins.not().or(ends),
    `monitor: no more than ${most} transactions at a time are watched (${name})`,
  );
  return count;
}

/** Values in order of arrival. */
export interface Kept {
  readonly any: Bool;
  /** The first one. */
  readonly first: Uint;
}

/** Keeps up to `most` values until they leave in order; a further one breaks an assertion. */
export function keepInOrder(name: string, most: number, enters: Bool, value: Uint, leaves: Bool): Kept {
  const depth = 2 ** indexWidth(most);
  const values = memory({ shape: uint(value.width), depth, name });
  const count = underWay(`${name}_count`, most, enters, leaves);
  const head = counter(depth, { enable: leaves, name: `${name}_head` });
  const tail = counter(depth, { enable: enters, name: `${name}_tail` });
  values.write({ address: tail.value, data: value, enable: enters });
  return { any: count.first.not(), first: values.read({ address: head.value, sync: false }) };
}

/** The number of the beat within its burst, from 0. */
export function beatCounter(name: string, beat: Bool, last: Bool): Uint {
  const count = reg(uint(8), { name });
  when(beat, () => {
    count.next = mux(last, uintLit(0), count.add(1).wrap(8));
  });
  return count;
}

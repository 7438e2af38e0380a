/** Drivers and receivers for ready/valid streams, as processes of a testbench. */
import { poke, sampled, type PeekValue, type PokeValue, type Port, type PortTree } from "./port.ts";
import type { Random } from "./random.ts";
import type { Process } from "./testbench.ts";

/** The ports of one stream of the design, either end. */
export interface StreamPorts<P extends PortTree = PortTree> {
  readonly valid: Port;
  readonly ready: Port;
  readonly payload: P;
}

/** Random pauses: before each item the process idles in each cycle with this probability. */
export interface PauseOptions {
  /** 0 to below 1. Default: 0. */
  readonly pause?: number;
  /** Needed when `pause` is not 0. */
  readonly random?: Random;
}

/** Offers one item until the design has taken it; ends after the edge that took it, so that items can follow each other without a gap. */
export function* send<P extends PortTree>(stream: StreamPorts<P>, value: PokeValue<P>): Process {
  poke(stream.payload, value);
  stream.valid.poke(1);
  do yield `${stream.ready.name} (offering ${format(value)})`;
  while (stream.ready.sampled() === 0);
  stream.valid.poke(0);
}

/** Takes one item; ends after the edge that gave it. */
export function* recv<P extends PortTree>(stream: StreamPorts<P>): Process<PeekValue<P>> {
  stream.ready.poke(1);
  do yield stream.valid.name;
  while (stream.valid.sampled() === 0);
  stream.ready.poke(0);
  return sampled(stream.payload);
}

/** Sends all items in order. */
export function* sendAll<P extends PortTree>(
  stream: StreamPorts<P>,
  values: Iterable<PokeValue<P>>,
  options: PauseOptions = {},
): Process {
  for (const value of values) {
    yield* pauses(options);
    yield* send(stream, value);
  }
}

/** Takes `count` items. */
export function* recvAll<P extends PortTree>(
  stream: StreamPorts<P>,
  count: number,
  options: PauseOptions = {},
): Process<PeekValue<P>[]> {
  const values: PeekValue<P>[] = [];
  while (values.length < count) {
    yield* pauses(options);
    values.push(yield* recv(stream));
  }
  return values;
}

/** Waits some clock cycles. */
export function* idle(cycles: number): Process {
  for (let i = 0; i < cycles; i++) yield `the end of ${cycles} idle cycles`;
}

/** Waits until a port is not 0 at a clock edge; ends after that edge. */
export function* until(port: Port): Process {
  do yield port.name;
  while (port.sampled() === 0);
}

function* pauses({ pause = 0, random }: PauseOptions): Process {
  if (pause === 0) return;
  if (random === undefined) throw new RangeError("pauses need a source of random numbers");
  while (random.chance(pause)) yield "the end of a random pause";
}

function format(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
}

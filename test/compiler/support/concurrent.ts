/**
 * The four engines running at once, in every order that the semaphores allow: commands start in order on their engine, when
 * their semaphores are there; their effects happen at any time until they retire, in one stroke; posts come at the
 * retirement. Whatever the order, DRAM must end up the same, or a dependency is missing.
 */
import { streamedBytes } from "../../../src/compiler/accesses.ts";
import type { Program } from "../../../src/compiler/index.ts";
import { runHostStep } from "../../../src/compiler/index.ts";
import type { Params } from "../../../src/config/index.ts";
import type { Random } from "../../../src/harness/index.ts";
import { COMMAND_BYTES, ENGINES, STORE_SOURCES, decodeCommand } from "../../../src/isa/index.ts";
import type { Command } from "../../../src/isa/index.ts";
import { Machine } from "../../../src/machine/index.ts";

interface Running {
  readonly command: Command;
  readonly index: number;
  done: boolean;
}

/** Runs a program's segments with random timing; commands wait in queues of `queueDepths`, filled in program order. */
export function executeConcurrently(params: Params, program: Program, image: Uint8Array, random: Random): void {
  const machine = new Machine(params, { poison: random.integer(1, 2 ** 30) });
  for (const { firstCommand, commands, hostSteps } of program.segments) {
    const list = Array.from({ length: commands }, (_, i) => {
      const command = decodeCommand(program.commands, (firstCommand + i) * COMMAND_BYTES);
      if (command === undefined) throw new Error(`command ${firstCommand + i} is unknown`);
      return command;
    });
    new ConcurrentRun(params, machine, list, image.subarray(0, program.dataBytes), random).run();
    for (const step of hostSteps) runHostStep(program, step, image);
  }
}

class ConcurrentRun {
  readonly #params: Params;
  readonly #machine: Machine;
  readonly #commands: readonly Command[];
  readonly #dram: Uint8Array;
  readonly #random: Random;
  readonly #queues: Running[][] = ENGINES.map(() => []);
  /** Commands in execution; an engine has at most two. */
  readonly #running: Running[][] = ENGINES.map(() => []);
  readonly #counts: number[];
  #dispatched = 0;

  constructor(params: Params, machine: Machine, commands: readonly Command[], dram: Uint8Array, random: Random) {
    this.#params = params;
    this.#machine = machine;
    this.#commands = commands;
    this.#dram = dram;
    this.#random = random;
    this.#counts = new Array<number>(params.semaphores).fill(0);
  }

  run(): void {
    this.#machine.start();
    // Some runs favour an engine, so that it gets far ahead.
    const favourite = this.#random.integer(0, 2 * ENGINES.length);
    let idle = 0;
    while (this.#dispatched < this.#commands.length || this.#busy()) {
      const engine = this.#random.chance(0.3)
        ? favourite % ENGINES.length
        : this.#random.integer(0, ENGINES.length - 1);
      idle = this.#dispatch() || this.#step(engine) ? 0 : idle + 1;
      if (idle > 1000) throw new Error(`deadlock: ${this.#dispatched} of ${this.#commands.length} commands dispatched`);
    }
    if (this.#machine.state.stream.length > 0) throw new Error("bytes are left in the stream");
  }

  #busy(): boolean {
    return [...this.#queues, ...this.#running].some((list) => list.length > 0);
  }

  #dispatch(): boolean {
    const command = this.#commands[this.#dispatched];
    if (command === undefined || this.#random.chance(0.5)) return false;
    const queue = this.#queues[ENGINES.indexOf(command.engine)]!;
    if (queue.length >= this.#params.queueDepths[command.engine]) return false;
    queue.push({ command, index: this.#dispatched, done: false });
    this.#dispatched++;
    return true;
  }

  /** One of: start the next command, do a running one's work, retire the oldest. */
  #step(engine: number): boolean {
    const running = this.#running[engine]!;
    const next = this.#queues[engine]![0];
    if (next !== undefined && running.length < 2 && this.#random.chance(0.5) && this.#take(next.command.fields.wait)) {
      running.push(next);
      this.#queues[engine]!.shift();
      return true;
    }
    const pending = running.find((r) => !r.done);
    if (pending !== undefined && this.#random.chance(0.5) && this.#canWork(pending.command)) {
      this.#machine.execute(pending.command, this.#dram, pending.index);
      pending.done = true;
      return true;
    }
    if (running[0]?.done === true) {
      this.#give(running.shift()!.command.fields.post);
      return true;
    }
    return false;
  }

  /** NORM has room for one pass in the stream; STORE needs what it takes from it. */
  #canWork(command: Command): boolean {
    const waiting = this.#machine.state.stream.length;
    if (command.engine === "norm") return streamedBytes(this.#params, command.fields) === 0 || waiting === 0;
    if (command.engine !== "store" || command.fields.source !== STORE_SOURCES.stream) return true;
    return command.fields.runs * command.fields.runLength * this.#params.wordBytes <= waiting;
  }

  #take(mask: number): boolean {
    const wanted = [...this.#counts.keys()].filter((s) => ((mask >>> s) & 1) === 1);
    if (wanted.some((s) => this.#counts[s] === 0)) return false;
    for (const s of wanted) this.#counts[s]!--;
    return true;
  }

  #give(mask: number): void {
    for (const s of this.#counts.keys()) {
      if (((mask >>> s) & 1) === 0) continue;
      if (this.#counts[s] === this.#params.semaphoreMax) throw new Error(`semaphore ${s} overflows`);
      this.#counts[s]!++;
    }
  }
}

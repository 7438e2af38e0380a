import type { Params } from "../config/index.ts";
import { COMMAND_BYTES, decodeCommand } from "../isa/index.ts";
import type { Command } from "../isa/index.ts";
import { executeLoad, executeStore } from "./dma.ts";
import type { Dram } from "./dma.ts";
import { MachineFault } from "./fault.ts";
import { executeGemm } from "./gemm.ts";
import { executeNorm } from "./norm.ts";
import { createState } from "./state.ts";
import type { MachineState } from "./state.ts";

/** How to run programs. */
export interface MachineOptions {
  /** Fill the memories with noise from this seed, so that a program that uses what it never wrote is found out. */
  readonly poison?: number;
}

/**
 * The functional machine: executes a program command by command, in program order, with the kernels of the integer
 * reference. Program order is a valid schedule of every correct program, so this is what the hardware must leave in DRAM.
 * Throws {@link MachineFault} where the hardware faults; in program order an unsatisfied wait is a deadlock.
 */
export class Machine {
  readonly params: Params;
  readonly state: MachineState;

  constructor(params: Params, options: MachineOptions = {}) {
    this.params = params;
    this.state = createState(params, options.poison);
  }

  /** What a write to the start register does: semaphores at 0, nothing in flight. */
  start(): void {
    this.state.semaphores.fill(0);
    this.state.stream.clear();
    this.state.jobsFinished = this.state.jobsQueued;
  }

  /**
   * Runs `program`, a whole number of commands, on `dram`, which is changed in place: byte 0 is at BASE and the length is
   * LIMIT. Semaphores start at 0; memories keep what earlier programs left.
   */
  run(program: Uint8Array, dram: Dram): void {
    this.start();
    for (let index = 0; index < program.length / COMMAND_BYTES; index++) {
      const command = decodeCommand(program, index * COMMAND_BYTES);
      if (command === undefined) {
        const code = program[index * COMMAND_BYTES]!;
        throw new MachineFault("unknownCommand", index, `operation code ${code}`);
      }
      this.#wait(command.fields.wait, index);
      this.execute(command, dram, index);
      this.#post(command.fields.post, index);
    }
    if (this.state.stream.length > 0) {
      const message = `${this.state.stream.length} bytes of its stream are never stored`;
      throw new MachineFault("deadlock", this.state.stream.oldestCommand, message);
    }
  }

  /** Executes one command; its semaphores are the caller's business. `index` is told in faults. */
  execute(command: Command, dram: Dram, index: number): void {
    const { params, state } = this;
    switch (command.engine) {
      case "load":
        executeLoad(params, state, dram, command.fields, index);
        break;
      case "store":
        executeStore(params, state, dram, command.fields, index);
        break;
      case "gemm":
        executeGemm(params, state, command.fields, index);
        break;
      case "norm":
        executeNorm(params, state, command.fields, index);
        break;
    }
  }

  #wait(mask: number, index: number): void {
    this.#each(mask, index, (semaphore, counts) => {
      if (counts[semaphore] === 0) {
        throw new MachineFault("deadlock", index, `semaphore ${semaphore} is never posted before`);
      }
      counts[semaphore]!--;
    });
  }

  #post(mask: number, index: number): void {
    this.#each(mask, index, (semaphore, counts) => {
      if (counts[semaphore] === this.params.semaphoreMax) {
        throw new MachineFault("semaphoreOverflow", index, `semaphore ${semaphore} is at ${this.params.semaphoreMax}`);
      }
      counts[semaphore]!++;
    });
  }

  #each(mask: number, index: number, visit: (semaphore: number, counts: Uint8Array) => void): void {
    for (let semaphore = 0; semaphore < 32; semaphore++) {
      if (((mask >>> semaphore) & 1) === 0) continue;
      if (semaphore >= this.params.semaphores) {
        const message = `semaphore ${semaphore} of ${this.params.semaphores}`;
        throw new MachineFault("semaphoreOverflow", index, message);
      }
      visit(semaphore, this.state.semaphores);
    }
  }
}

/** Runs a compiled program on a device: its segments on the hardware, its host steps in between. */
import type { Program } from "../compiler/index.ts";
import { commandCount, commandsOffset, requireConfig, runHostStep } from "../compiler/index.ts";
import type { Params } from "../config/index.ts";
import { COMMAND_BYTES } from "../isa/index.ts";
import type { CommandTrace, ExecutionTrace } from "../isa/index.ts";
import { NO_COUNTERS, addCounters } from "./counters.ts";
import type { Counters } from "./counters.ts";
import type { Device, Launch, LaunchOptions } from "./device.ts";

/** One start of the accelerator, of the commands of one segment. */
export interface LaunchRun {
  /** Index in the program of its first command, and their number. */
  readonly firstCommand: number;
  readonly commands: number;
  /** Commands that the queue of each engine holds. */
  readonly queueDepths: Params["queueDepths"];
  /** Cycles from start to done: the CYCLES counter. */
  readonly cycles: number;
  /** What the engines did; cycles count from this launch's start, command indices from the program's. */
  readonly trace: ExecutionTrace;
}

/** What a program's run was, all segments together. Cycles of traces count hardware cycles, one segment after the other. */
export interface ProgramRun {
  readonly program: Program;
  readonly counters: Counters;
  readonly traces: readonly CommandTrace[];
  /** The same launch by launch, with what the engines did between commands. */
  readonly launches: readonly LaunchRun[];
  /** Wall time of the simulation, host steps not included. */
  readonly seconds: number;
  readonly simulatedCycles: number;
}

export interface ProgramRunOptions extends Omit<LaunchOptions, "onProgress"> {
  /** Told the share of commands that have retired, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** The segment's launch: commands behind the data, everything relative to the start of the memory. */
function launchOf(program: Program, firstCommand: number, commands: number): Launch {
  return {
    commandsOffset: commandsOffset(program) + firstCommand * COMMAND_BYTES,
    commands,
    baseOffset: 0,
    limitBytes: program.dataBytes,
    semaphores: program.semaphores,
    operationOf: (command) => {
      const operation = program.operations[program.commandOperations[firstCommand + command] ?? -1];
      return operation?.name ?? "no operation";
    },
  };
}

/**
 * Runs `program`, whose image is already in the device's memory from byte 0 on, to its end. Errors: `program-config` when it was
 * compiled for another configuration, and those of {@link Device.launch}.
 */
export async function runProgram(
  device: Device,
  program: Program,
  options: ProgramRunOptions = {},
): Promise<ProgramRun> {
  requireConfig(program, device.params);
  const total = Math.max(1, commandCount(program));
  let counters = NO_COUNTERS;
  let seconds = 0;
  let simulatedCycles = 0;
  const traces: CommandTrace[] = [];
  const launches: LaunchRun[] = [];
  for (const { firstCommand, commands, hostSteps } of program.segments) {
    if (commands > 0) {
      const { onProgress, signal } = options;
      const result = await device.launch(launchOf(program, firstCommand, commands), {
        signal,
        ...(onProgress === undefined
          ? {}
          : {
              onProgress: (retired) => {
                onProgress((firstCommand + retired) / total);
              },
            }),
      });
      const before = counters.cycles;
      const lives = result.trace.commands.map((t) => ({ ...t, index: t.index + firstCommand }));
      for (const t of lives) {
        traces.push({ ...t, enqueue: t.enqueue + before, start: t.start + before, retire: t.retire + before });
      }
      const trace = { ...result.trace, commands: lives };
      launches.push({
        firstCommand,
        commands,
        queueDepths: device.params.queueDepths,
        cycles: result.counters.cycles,
        trace,
      });
      counters = addCounters(counters, result.counters);
      seconds += result.seconds;
      simulatedCycles += result.simulatedCycles;
    }
    for (const step of hostSteps) runHostStep(program, step, device.image);
  }
  return { program, counters, traces, launches, seconds, simulatedCycles };
}

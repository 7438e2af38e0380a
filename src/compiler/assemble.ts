/** Assembly: from a draft to a program: offsets, addresses, order, semaphores, bytes. */
import type { Params } from "../config/index.ts";
import { COMMAND_BYTES, encodeCommand } from "../isa/index.ts";
import type { Command } from "../isa/index.ts";
import { checkAllocation } from "./allocation-check.ts";
import type { ProgramBuilder, SegmentDraft } from "./builder.ts";
import { roundUp } from "./builder.ts";
import { defaultMemory, predictProgram } from "./cost/index.ts";
import type { MemoryModel } from "./cost/index.ts";
import { emit } from "./emit.ts";
import type { BufferUse, Emission } from "./emit.ts";
import { findDependencies } from "./hazards.ts";
import type { DramWindow } from "./hazards.ts";
import { reorderDependencies, scheduleCommands } from "./order.ts";
import type { BufferRecord, Program, Segment, Tensor } from "./program.ts";
import { assignRowJobs } from "./row-jobs.ts";
import type { Step } from "./steps.ts";
import { SemaphoreFile, synchronise } from "./synchronise.ts";

/** How far emission looks ahead, and the memory that schedules are made for. */
export interface AssembleOptions {
  /** GEMM steps; default 6. */
  readonly lookahead?: number;
  readonly memory?: MemoryModel;
}

const REGION_ORDER = ["weights", "parameters", "host", "activations"] as const;
const REGION_ALIGN = 256;

/** Gives every region an offset, activations last and in one stretch; returns that stretch. */
function placeRegions(builder: ProgramBuilder): DramWindow {
  let offset = 0;
  let start = 0;
  for (const kind of REGION_ORDER) {
    if (kind === "activations") start = offset;
    for (const region of builder.regions) {
      if (region.kind !== kind) continue;
      region.offset = offset;
      offset += roundUp(region.bytes, REGION_ALIGN);
    }
  }
  return { start, end: offset };
}

/** Assembles the program. Throws CapacityError when a buffer does not fit, SystoleError for too few semaphores. */
export function assemble(builder: ProgramBuilder, options: AssembleOptions = {}): Program {
  const { params } = builder;
  const window = placeRegions(builder);
  const segments: Segment[] = [];
  const parts: AssembledSegment[] = [];
  const semaphores = new SemaphoreFile(params.semaphores);
  let firstCommand = 0;
  for (const draft of builder.segments) {
    if (draft.steps.length === 0 && draft.hostSteps.length === 0) continue;
    const part = assembleSegment(params, draft, window, options, firstCommand, semaphores);
    parts.push(part);
    segments.push({ firstCommand, commands: part.commands.length, hostSteps: draft.hostSteps });
    firstCommand += part.commands.length;
  }
  const commands = new Uint8Array(firstCommand * COMMAND_BYTES);
  parts
    .flatMap((part) => part.commands)
    .forEach((c, i) => {
      encodeCommand(c, commands, i * COMMAND_BYTES);
    });
  return {
    fingerprint: params.fingerprint,
    config: params.name,
    dataBytes: window.end,
    memories: {
      scratchpadWords: params.scratchpadWords,
      accumulatorRows: params.accumulatorRows,
      rowSlots: params.rowSlots,
    },
    semaphores: semaphores.names,
    regions: builder.regions.map(({ name, kind, offset, bytes }) => ({ name, kind, offset, bytes })),
    tensors: builder.tensors.map(({ region, ...shape }): Tensor => ({
      ...shape,
      offset: region.offset,
      bytes: region.bytes,
    })),
    operations: builder.operations,
    segments,
    buffers: parts.flatMap((part) => part.buffers),
    commandOperations: Uint16Array.from(parts.flatMap((part) => part.operations)),
    commands,
  };
}

/** Cycles that a builder's steps are expected to take, host steps not included. Throws CapacityError. */
export function predictSteps(builder: ProgramBuilder, options: AssembleOptions = {}): number {
  const { params } = builder;
  const { memory = defaultMemory(params) } = options;
  const window = placeRegions(builder);
  const semaphores = new SemaphoreFile(params.semaphores);
  let firstCommand = 0;
  let cycles = 0;
  for (const { steps } of builder.segments) {
    if (steps.length === 0) continue;
    const { commands } = orderSegment(params, steps, window, options, semaphores);
    cycles += predictProgram(params, commands, memory, { firstCommand }).cycles;
    firstCommand += commands.length;
  }
  return cycles;
}

interface AssembledSegment {
  readonly commands: readonly Command[];
  readonly operations: readonly number[];
  readonly buffers: readonly BufferRecord[];
}

/** Commands in program order, with their semaphores; `order` says where each was in the emission. */
interface OrderedSegment {
  readonly emission: Emission;
  readonly order: readonly number[];
  readonly commands: readonly Command[];
}

function orderSegment(
  params: Params,
  steps: readonly Step[],
  window: DramWindow,
  { lookahead = 6, memory }: AssembleOptions,
  file: SemaphoreFile,
): OrderedSegment {
  const emission = emit(params, steps, lookahead);
  const emitted = assignRowJobs(emission.commands);
  const dependencies = findDependencies(params, emitted, window);
  const { order } = scheduleCommands(params, emitted, dependencies, memory);
  const ordered = order.map((id) => emitted[id]!);
  const { wait, post } = synchronise(params, ordered, reorderDependencies(dependencies, order), file);
  return { emission, order, commands: ordered.map((c, i) => withSemaphores(c, wait[i]!, post[i]!)) };
}

function assembleSegment(
  params: Params,
  { steps }: SegmentDraft,
  window: DramWindow,
  options: AssembleOptions,
  firstCommand: number,
  file: SemaphoreFile,
): AssembledSegment {
  const { emission, order, commands } = orderSegment(params, steps, window, options, file);
  checkAllocation(params, emission.buffers);
  const operations = order.map((id) => emission.operations[id]!);
  const position = new Int32Array(order.length);
  order.forEach((id, at) => (position[id] = at));
  const buffers = selectBuffers(emission.buffers, position, operations).map((b) => ({
    ...b,
    firstCommand: b.firstCommand + firstCommand,
    lastCommand: b.lastCommand + firstCommand,
  }));
  return { commands, operations, buffers };
}

const withSemaphores = (c: Command, wait: number, post: number): Command =>
  ({ engine: c.engine, fields: { ...c.fields, wait, post } }) as Command;

/** The buffers in use at the middle command of each operation: what the memory map shows. Positions in program order. */
function selectBuffers(
  uses: readonly BufferUse[],
  position: Int32Array,
  operations: readonly number[],
): BufferRecord[] {
  const records = uses.map(({ buffer, address, first, last }): BufferRecord => ({
    name: buffer.name,
    space: buffer.space,
    address,
    size: buffer.size,
    firstCommand: position[first]!,
    lastCommand: position[last]!,
  }));
  const middles = middleCommands(operations);
  return records.filter((r) => middles.some((at) => r.firstCommand <= at && at <= r.lastCommand));
}

/** The middle one of each operation's commands, by position. */
export function middleCommands(operations: ArrayLike<number>): number[] {
  const byOperation = new Map<number, number[]>();
  for (let i = 0; i < operations.length; i++) {
    const list = byOperation.get(operations[i]!);
    if (list === undefined) byOperation.set(operations[i]!, [i]);
    else list.push(i);
  }
  return [...byOperation.values()].map((list) => list[Math.floor(list.length / 2)]!);
}

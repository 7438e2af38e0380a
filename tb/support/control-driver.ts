/** The control unit with a host, a memory that holds the program, and engines made of random delays. */
import type { Params } from "../../src/config/index.ts";
import { commandShape } from "../../src/generators/common/index.ts";
import { poke, simulate } from "../../src/harness/index.ts";
import type { MemoryOptions, Process, Random } from "../../src/harness/index.ts";
import { CONTROL_BITS, ENGINES, FAULTS, REGISTERS, STATUS_BITS } from "../../src/isa/index.ts";
import type { EngineName, FaultName } from "../../src/isa/index.ts";
import { ControlBench } from "./control-bench.ts";

const BUS = 0x3_0000_0000;
const IMAGE_BYTES = 1 << 16;

/** What the engines of the testbench do. */
export interface EngineOptions {
  /** Cycles from a command's start to its retirement, at most (at least 1). */
  readonly delay?: number;
  /** Commands in execution at a time. */
  readonly overlap?: number;
  /** Probability of not being ready in a cycle. */
  readonly refusal?: number;
  readonly memory?: Partial<MemoryOptions>;
  /** Engines that never retire anything. */
  readonly stuck?: readonly EngineName[];
  /** Engines that say that they wait for another one while a command is in execution. */
  readonly stalled?: readonly EngineName[];
}

/** A command as an engine got it. */
export interface Start {
  readonly engine: EngineName;
  readonly cycle: number;
  readonly fields: Readonly<Record<string, number>>;
}

export interface Retirement {
  readonly engine: EngineName;
  readonly cycle: number;
  readonly index: number;
}

export interface HostReply {
  readonly data: number;
  /** 0 OKAY, 2 SLVERR. */
  readonly response: number;
}

const addressOf = (name: string): number => REGISTERS.find((register) => register.name === name)!.address;

export async function openControl(p: Params, random: Random, options: EngineOptions = {}) {
  const { delay = 10, overlap = 1, refusal = 0, stuck = [], stalled = [] } = options;
  const image = new Uint8Array(IMAGE_BYTES);
  const bench = await simulate(ControlBench, p, {
    simulator: "verilator",
    optimise: 1,
    seed: random.word(),
    memory: { ...options.memory, image, baseAddress: BUS, seed: random.word() },
  });
  const { dut, spawn, cycle } = bench;
  const starts: Start[] = [];
  const retirements: Retirement[] = [];
  const commandFields = Object.fromEntries(ENGINES.map((engine) => [engine, Object.keys(commandShape(engine))]));

  function* engine(name: EngineName): Process {
    const port = dut[name];
    let running: { index: number; post: number; until: number }[] = [];
    const fault = { valid: 0, code: 0, index: 0 };
    poke(port.fault, fault);
    for (;;) {
      // The top resets the engines when a program starts.
      if (dut.start.sampled() === 1) running = [];
      const head = running[0];
      const retires = head !== undefined && head.until <= cycle() && !stuck.includes(name);
      poke(port.retire, { valid: retires, post: retires ? head.post : random.word(), index: head?.index ?? 0 });
      port.busy.poke(running.length > 0);
      port.idle.poke(running.length === 0);
      port.memoryWait.poke(random.chance(0.3));
      port.stalled.poke(running.length > 0 && stalled.includes(name));
      port.command.ready.poke(running.length < overlap && !random.chance(refusal));
      yield;
      if (retires) {
        retirements.push({ engine: name, cycle: cycle(), index: head.index });
        running.shift();
      }
      if (port.command.valid.sampled() === 0 || port.command.ready.sampled() === 0) continue;
      const payload = port.command.payload as unknown as Readonly<Record<string, { sampled(): number }>>;
      const fields = Object.fromEntries(commandFields[name]!.map((field) => [field, payload[field]!.sampled()]));
      starts.push({ engine: name, cycle: cycle(), fields });
      const until = cycle() + random.integer(0, delay - 1);
      running.push({ index: fields["index"]!, post: fields["post"]!, until });
    }
  }
  for (const name of ENGINES) spawn(engine(name), { name, background: true });
  spawn(
    function* () {
      for (;;) {
        dut.arrayActive.poke(random.chance(0.5));
        dut.writes.poke(random.chance(0.5));
        yield;
      }
    },
    { background: true },
  );

  const bus = dut.s_axi;
  poke(bus.awprot, 0);
  poke(bus.arprot, 0);
  /** A write, address and data each offered after a delay of their own. */
  function* writeAt(
    address: number,
    data: number,
    strobes = 15,
    late: readonly [number, number] = [0, 0],
  ): Process<HostReply> {
    let [addressDue, dataDue] = [true, true];
    bus.awaddr.poke(address);
    bus.wdata.poke(data >>> 0);
    bus.wstrb.poke(strobes);
    for (let i = 0; addressDue || dataDue; i++) {
      bus.awvalid.poke(addressDue && i >= late[0]);
      bus.wvalid.poke(dataDue && i >= late[1]);
      yield "a register write to be taken";
      if (bus.awvalid.sampled() === 1 && bus.awready.sampled() === 1) addressDue = false;
      if (bus.wvalid.sampled() === 1 && bus.wready.sampled() === 1) dataDue = false;
    }
    bus.awvalid.poke(0);
    bus.wvalid.poke(0);
    bus.bready.poke(1);
    do yield "a write response";
    while (bus.bvalid.sampled() === 0);
    bus.bready.poke(0);
    return { data: 0, response: bus.bresp.sampled() };
  }
  function* readAt(address: number): Process<HostReply> {
    bus.araddr.poke(address);
    bus.arvalid.poke(1);
    do yield "a register read to be taken";
    while (bus.arready.sampled() === 0);
    bus.arvalid.poke(0);
    bus.rready.poke(1);
    do yield "read data";
    while (bus.rvalid.sampled() === 0);
    bus.rready.poke(0);
    return { data: bus.rdata.sampled(), response: bus.rresp.sampled() };
  }
  /** Runs the clock until a host's process has ended, and gives its result. */
  const host = <T>(process: () => Process<T>, timeout = 100_000): T => {
    const result: T[] = [];
    spawn(
      function* () {
        result.push(yield* process());
      },
      { name: "host" },
    );
    bench.run({ timeout });
    return result[0]!;
  };
  const write = (name: string, value: number): HostReply => host(() => writeAt(addressOf(name), value));
  const read = (name: string): number => host(() => readAt(addressOf(name))).data;
  const wide = (name: string): number => read(`${name}_LO`) + 2 ** 32 * read(`${name}_HI`);

  /** Sets up a program and starts it; its first command lies `offset` bytes into the image. */
  const start = (bytes: Uint8Array, offset = 0): void => {
    image.set(bytes, offset);
    write("IRQ_ENABLE", 1);
    write("PROGRAM_LO", BUS + offset);
    write("PROGRAM_HI", Math.floor((BUS + offset) / 2 ** 32));
    write("COMMANDS", bytes.length / 64);
    write("CONTROL", 1 << CONTROL_BITS.start);
  };
  /** Waits for the interrupt. */
  const finish = (timeout = 50_000): { fault: FaultName; command: number; done: boolean } => {
    host(function* () {
      while (dut.irq.peek() === 0) yield "the interrupt";
    }, timeout);
    const code = read("FAULT_CODE");
    return {
      fault: (Object.keys(FAULTS) as FaultName[]).find((name) => FAULTS[name].code === code)!,
      command: read("FAULT_COMMAND"),
      done: ((read("STATUS") >> STATUS_BITS.done) & 1) === 1,
    };
  };
  const idleFor = (cycles: number): void => {
    host(function* () {
      for (let i = 0; i < cycles; i++) yield;
    }, cycles + 1);
  };
  return { ...bench, image, starts, retirements, writeAt, readAt, host, write, read, wide, start, finish, idleFor };
}

export type ControlDriver = Awaited<ReturnType<typeof openControl>>;

import { describe, expect, test } from "vitest";
import { elaborate, emitVerilog } from "../src/hdl/index.ts";
import { loadConfig } from "../src/config/index.ts";
import type { Params } from "../src/config/index.ts";
import { formatLint, lintVerilog, withSeed } from "../src/harness/index.ts";
import type { Random } from "../src/harness/index.ts";
import {
  command,
  COMMAND_LAYOUT,
  CONTROL_BITS,
  ENGINES,
  ID_VALUE,
  ISA_VERSION,
  REGISTERS,
  SEMAPHORE_BASE,
} from "../src/isa/index.ts";
import type { Command, EngineName } from "../src/isa/index.ts";
import { ControlBench } from "./support/control-bench.ts";
import { openControl } from "./support/control-driver.ts";
import type { ControlDriver, EngineOptions } from "./support/control-driver.ts";
import { variant } from "./support/params.ts";
import { assemble } from "./support/test-program.ts";

const transformer = loadConfig("transformer");

/** Random contents of every field but `wait` and `post`. */
function randomFields(engine: EngineName, random: Random): Record<string, number> {
  const fields = COMMAND_LAYOUT[engine].filter(({ name }) => !["opcode", "reserved", "wait", "post"].includes(name));
  return Object.fromEntries(fields.map(({ name, bits }) => [name, Number(random.bits(bits))]));
}

/** Random commands with waits that earlier posts satisfy; every semaphore has one consumer. */
function randomProgram(p: Params, count: number, random: Random): Command[] {
  const counts = new Array<number>(p.semaphores).fill(0);
  return Array.from({ length: count }, () => {
    const engine = random.pick(ENGINES);
    const mine = counts
      .map((n, s) => (n > 0 && ENGINES[s % 4] === engine && random.chance(0.7) ? s : -1))
      .filter((s) => s >= 0);
    for (const s of mine) counts[s]!--;
    const open = counts.map((n, s) => (n < 3 ? s : -1)).filter((s) => s >= 0);
    const posted = random.chance(0.6) && open.length > 0 ? [random.pick(open)] : [];
    for (const s of posted) counts[s]!++;
    return command(engine, {
      ...randomFields(engine, random),
      wait: maskOf(...mine),
      post: maskOf(...posted),
    });
  });
}

const maskOf = (...semaphores: readonly number[]): number => semaphores.reduce((mask, s) => mask + 2 ** s, 0);

/** Replays what was observed: nothing may have started without its semaphores. Gives the counts at the end. */
function replay(driver: ControlDriver, commands: readonly Command[], semaphores: number): number[] {
  const counts = new Array<number>(semaphores).fill(0);
  const change = (mask: number, by: number): void => {
    for (let s = 0; s < semaphores; s++) if ((Math.floor(mask / 2 ** s) & 1) === 1) counts[s]! += by;
  };
  const events = [
    ...driver.retirements.map(({ cycle, index }) => ({ cycle, index, start: false })),
    // A post counts in its own cycle.
    ...driver.starts.map(({ cycle, fields }) => ({ cycle, index: fields["index"]!, start: true })),
  ].sort((a, b) => a.cycle - b.cycle || Number(a.start) - Number(b.start));
  for (const { index, start } of events) {
    if (start) {
      change(commands[index]!.fields.wait, -1);
      expect(Math.min(...counts), `command ${index} took a semaphore at zero`).toBeGreaterThanOrEqual(0);
    } else change(commands[index]!.fields.post, 1);
  }
  return counts;
}

async function runRandom(p: Params, count: number, random: Random, options: EngineOptions): Promise<void> {
  const driver = await openControl(p, random, options);
  for (const offset of [0, 4096 - 64, 0x2c0]) {
    driver.starts.length = 0;
    driver.retirements.length = 0;
    const commands = randomProgram(p, count, random);
    driver.start(assemble(commands), offset);
    expect(driver.finish()).toEqual({ fault: "none", command: 0, done: true });
    for (const engine of ENGINES) {
      const got = driver.starts.filter((s) => s.engine === engine).map(({ fields }) => fields);
      const sent = commands.flatMap((c, index) => {
        const known = Object.entries(c.fields).filter(([name]) => !["opcode", "reserved", "wait"].includes(name));
        const fields = Object.fromEntries(known);
        return c.engine === engine ? [{ ...fields, index }] : [];
      });
      expect(got).toEqual(sent);
      expect(driver.read(`${engine.toUpperCase()}_RETIRED`)).toBe(sent.length);
    }
    const counts = replay(driver, commands, p.semaphores);
    const left = counts.map((_, s) => driver.host(() => driver.readAt(SEMAPHORE_BASE + 4 * s)).data);
    expect(left).toEqual(counts);
    expect(driver.read("DISPATCHED")).toBe(count);
    expect(driver.wide("READ_BYTES")).toBe(64 * count);
  }
  driver.close();
}

const VARIANTS = [
  transformer,
  variant({ rows: 8, cols: 8, dmaBits: 64, semaphores: 8, queueDepth: 2 }),
  variant({ rows: 8, cols: 8, dmaBits: 512, semaphores: 21, queueDepth: 4 }),
];

describe.each(VARIANTS)("$name", (p) => {
  test("commands reach their engines whole, in order, and never before their semaphores", () =>
    withSeed(async (random) => {
      await runRandom(p, 150, random, { delay: 40, overlap: 2, refusal: 0.2 });
      await runRandom(p, 150, random, { delay: 3, memory: { latencyCycles: 30, stalls: { ar: 0.3, r: 0.3 } } });
    }));

  test("the emitted Verilog is clean", async () => {
    const { files, top } = emitVerilog(elaborate(ControlBench, p));
    expect(formatLint(await lintVerilog(files, top))).toBe("");
  });
});

test("commands follow each other cycle by cycle, and start within few cycles of the register write", () =>
  withSeed(async (random) => {
    const p = variant({ rows: 8, cols: 8, dmaBits: 512 });
    const driver = await openControl(p, random, { delay: 1, overlap: 4, memory: { latencyCycles: 10 } });
    const commands = Array.from({ length: 12 }, (_, i) => command(ENGINES[i % 4]!, {}));
    driver.start(assemble(commands));
    const written = driver.cycle();
    driver.finish();
    const cycles = driver.starts.map(({ cycle }) => cycle);
    // Reset 1, address 2, memory 10 + 1, read register 1, FIFO 1, queue 1, start 1.
    expect(cycles[0]! - written).toBeLessThanOrEqual(17);
    expect(cycles.slice(1, 4).map((cycle, i) => cycle - cycles[i]!)).toEqual([1, 1, 1]);
    driver.close();
  }));

describe("registers", () => {
  test("settings keep what is written, byte by byte, whatever comes first", () =>
    withSeed(async (random) => {
      const driver = await openControl(transformer, random);
      const { host, writeAt, readAt } = driver;
      const values = new Map<number, number>();
      const zeros: Readonly<Record<string, number>> = { PROGRAM_LO: 0x3f, BASE_LO: 0xfff };
      const settings = REGISTERS.filter(({ access }) => access === "read-write");
      for (let i = 0; i < 60; i++) {
        const { address, name } = random.pick(settings);
        const data = random.word() >>> 0;
        const strobes = random.chance(0.5) ? 15 : random.integer(0, 15);
        const late = [random.integer(0, 3), random.integer(0, 3)] as const;
        expect(host(() => writeAt(address, data, strobes, late)).response).toBe(0);
        const bytes = [0, 1, 2, 3].reduce(
          (mask, b) => mask + (((strobes >> b) & 1) === 1 ? 0xff * 2 ** (8 * b) : 0),
          0,
        );
        const merged = ((values.get(address) ?? 0) & ~bytes) | (data & bytes);
        values.set(address, (merged & ~(zeros[name] ?? 0)) >>> 0);
        expect(host(() => readAt(address))).toEqual({ data: values.get(address), response: 0 });
      }
      for (const { address } of settings) expect(host(() => readAt(address)).data).toBe(values.get(address) ?? 0);
      driver.close();
    }));

  test("every register of the map is there, and nothing else", () =>
    withSeed(async (random) => {
      const p = variant({ rows: 8, cols: 8, semaphores: 9 });
      const driver = await openControl(p, random);
      const { host, readAt, writeAt } = driver;
      const readable = new Set(REGISTERS.map(({ address }) => address));
      for (let s = 0; s < p.semaphores; s++) readable.add(SEMAPHORE_BASE + 4 * s);
      const writable = new Set(REGISTERS.filter(({ access }) => access !== "read").map(({ address }) => address));
      for (let address = 0; address < 0x240; address += 4) {
        expect(host(() => readAt(address)).response, `read ${address}`).toBe(readable.has(address) ? 0 : 2);
        expect(host(() => writeAt(address, 0)).response, `write ${address}`).toBe(writable.has(address) ? 0 : 2);
      }
      expect(driver.read("ID")).toBe(ID_VALUE);
      expect(driver.read("VERSION")).toBe(ISA_VERSION);
      expect(driver.read("CONFIG")).toBe(p.fingerprint);
      driver.close();
    }));

  test("a program without commands is done at once; the interrupt is raised, masked and cleared", () =>
    withSeed(async (random) => {
      const driver = await openControl(transformer, random);
      driver.start(new Uint8Array(0));
      expect(driver.finish()).toEqual({ fault: "none", command: 0, done: true });
      driver.write("IRQ_ENABLE", 0);
      driver.idleFor(2);
      expect(driver.dut.irq.peek()).toBe(0);
      driver.write("IRQ_ENABLE", 1);
      driver.idleFor(2);
      expect(driver.dut.irq.peek()).toBe(1);
      driver.write("CONTROL", 1 << CONTROL_BITS.clear);
      driver.idleFor(3);
      expect(driver.dut.irq.peek()).toBe(0);
      expect(driver.read("STATUS")).toBe(0);
      driver.close();
    }));

  test("settings and starts written while a program runs do not disturb it", () =>
    withSeed(async (random) => {
      const driver = await openControl(transformer, random, { delay: 100, memory: { latencyCycles: 50 } });
      const commands = randomProgram(transformer, 40, random);
      driver.start(assemble(commands));
      driver.write("COMMANDS", 1);
      driver.write("PROGRAM_LO", 0x1000);
      driver.write("CONTROL", 1 << CONTROL_BITS.start);
      expect(driver.read("STATUS")).toBe(1);
      expect(driver.finish()).toEqual({ fault: "none", command: 0, done: true });
      expect(driver.starts.length).toBe(40);
      driver.close();
    }));
});

describe("counters and trace", () => {
  test("they count what the engines do, cycle by cycle", () =>
    withSeed(async (random) => {
      const driver = await openControl(transformer, random, { delay: 30, memory: { latencyCycles: 20 } });
      const commands = randomProgram(transformer, 60, random);
      const { dut } = driver;
      const zero = () => ({ busy: 0, semaphoreWait: 0, memoryWait: 0 });
      const seen = { load: zero(), store: zero(), gemm: zero(), norm: zero() };
      const traced = {
        starts: [] as unknown[],
        retirements: [] as unknown[],
        array: 0,
        writes: 0,
        queued: { load: 0, store: 0, gemm: 0, norm: 0 },
      };
      let counting = false;
      driver.spawn(
        function* () {
          for (;;) {
            yield;
            if (dut.start.sampled() === 1) counting = true;
            else if (counting) {
              traced.array += dut.arrayActive.sampled();
              traced.writes += dut.writes.sampled();
            }
            for (const engine of ENGINES) {
              const trace = dut.trace[engine];
              if (trace.start.sampled() === 1)
                traced.starts.push([engine, driver.cycle(), trace.start_index.sampled()]);
              if (trace.retire.sampled() === 1)
                traced.retirements.push([engine, driver.cycle(), trace.retire_index.sampled()]);
              if (dut[engine].busy.sampled() === 1) {
                if (dut[engine].memoryWait.sampled() === 1) seen[engine].memoryWait++;
                else seen[engine].busy++;
              }
              expect(trace.busy.sampled()).toBe(dut[engine].busy.sampled());
              expect(trace.memory_wait.sampled()).toBe(trace.busy.sampled() & dut[engine].memoryWait.sampled());
              if (trace.head.sampled() === 0) expect(trace.missing.sampled()).toBe(0);
              else if (trace.missing.sampled() !== 0 && trace.busy.sampled() === 0) seen[engine].semaphoreWait++;
              traced.queued[engine] += trace.enqueue.sampled() - trace.start.sampled();
              expect(traced.queued[engine] + trace.start.sampled()).toBeGreaterThanOrEqual(trace.head.sampled());
            }
          }
        },
        { background: true },
      );
      driver.start(assemble(commands));
      driver.host(function* () {
        while (dut.irq.peek() === 0) yield;
        counting = false;
      });
      const cycles = driver.wide("CYCLES");
      const last = Math.max(...driver.retirements.map(({ cycle }) => cycle));
      const first = Math.min(...driver.starts.map(({ cycle }) => cycle));
      expect(cycles).toBeGreaterThan(last - first);
      expect(cycles).toBeLessThan(last - first + 45);
      for (const engine of ENGINES) {
        const prefix = engine.toUpperCase();
        expect(driver.wide(`${prefix}_BUSY`)).toBe(seen[engine].busy);
        expect(driver.wide(`${prefix}_MEMORY_WAIT`)).toBe(seen[engine].memoryWait);
        expect(driver.wide(`${prefix}_SEMAPHORE_WAIT`)).toBe(seen[engine].semaphoreWait);
      }
      expect(traced.starts).toEqual(driver.starts.map(({ engine, cycle, fields }) => [engine, cycle, fields["index"]]));
      expect(traced.retirements).toEqual(driver.retirements.map(({ engine, cycle, index }) => [engine, cycle, index]));
      expect(traced.queued).toEqual({ load: 0, store: 0, gemm: 0, norm: 0 });
      expect(driver.wide("ARRAY_CYCLES")).toBeGreaterThan(0);
      driver.close();
    }));
});

describe("faults", () => {
  const p = transformer;

  test("an unknown operation code stops the program at its command", () =>
    withSeed(async (random) => {
      const driver = await openControl(p, random, { delay: 20 });
      const bytes = assemble(Array.from({ length: 10 }, () => command("load", {})));
      bytes[6 * 64] = 9;
      driver.start(bytes);
      expect(driver.finish()).toEqual({ fault: "unknownCommand", command: 6, done: false });
      expect(driver.starts.length).toBeLessThanOrEqual(6);
      // The next program runs as if nothing had been.
      driver.starts.length = 0;
      driver.start(bytes.subarray(0, 6 * 64));
      expect(driver.finish()).toEqual({ fault: "none", command: 0, done: true });
      expect(driver.starts.length).toBe(6);
      driver.close();
    }));

  test.each(["wait", "post"])("a %s of a semaphore that does not exist is a fault", (mask) =>
    withSeed(async (random) => {
      const driver = await openControl(variant({ rows: 8, cols: 8, semaphores: 9 }), random);
      driver.start(assemble([command("norm", { post: 256 }), command("gemm", { [mask]: 512 })]));
      expect(driver.finish()).toEqual({ fault: "semaphoreOverflow", command: 1, done: false });
      driver.close();
    }),
  );

  test("the sixteenth post without a wait overflows", () =>
    withSeed(async (random) => {
      const driver = await openControl(p, random, { delay: 5 });
      const posts = Array.from({ length: 20 }, (_, i) => command(ENGINES[i % 2]!, { post: 2 ** 31 }));
      driver.start(assemble(posts.slice(0, 15)));
      expect(driver.finish()).toEqual({ fault: "none", command: 0, done: true });
      driver.retirements.length = 0;
      driver.start(assemble(posts));
      const { fault, command: index } = driver.finish();
      expect(fault).toBe("semaphoreOverflow");
      expect(index).toBe(driver.retirements[15]!.index);
      driver.close();
    }));

  test("a fetch error stops the program at the command that came with it", () =>
    withSeed(async (random) => {
      const beat = random.integer(0, 79);
      const faults = [{ channel: "read", response: "DECERR", beat }] as const;
      const driver = await openControl(p, random, { delay: 3, memory: { latencyCycles: 20, faults } });
      driver.start(assemble(Array.from({ length: 20 }, (_, i) => command(ENGINES[i % 4]!, {}))));
      expect(driver.finish()).toEqual({ fault: "fetchError", command: Math.floor(beat / 4), done: false });
      driver.close();
    }));

  test("a wait that nothing can satisfy is a deadlock of the earliest waiting command", () =>
    withSeed(async (random) => {
      const driver = await openControl(p, random, { delay: 50 });
      const commands = [
        command("load", { post: 1 }),
        command("gemm", { wait: 1, post: 2 }),
        command("store", { wait: 8 }),
        command("norm", { wait: 4 }),
        command("gemm", { wait: 2 }),
      ];
      driver.start(assemble(commands));
      expect(driver.finish()).toEqual({ fault: "deadlock", command: 2, done: false });
      expect(driver.starts.map(({ fields }) => fields["index"])).toEqual([0, 1, 4]);
      const last = Math.max(...driver.retirements.map(({ cycle }) => cycle));
      expect(driver.cycle() - last).toBeGreaterThan(64);
      driver.close();
    }));

  test("a queue full of waiting commands is a deadlock too", () =>
    withSeed(async (random) => {
      const driver = await openControl(p, random);
      const commands = Array.from({ length: 30 }, () => command("norm", { wait: 16 }));
      driver.start(assemble([...commands, command("load", { post: 16 })]));
      expect(driver.finish()).toEqual({ fault: "deadlock", command: 0, done: false });
      driver.close();
    }));

  test("an engine that only another one can release counts as waiting", () =>
    withSeed(async (random) => {
      const driver = await openControl(p, random, { stuck: ["store"], stalled: ["store"] });
      driver.start(assemble([command("load", {}), command("store", {}), command("norm", { wait: 1 })]));
      expect(driver.finish()).toEqual({ fault: "deadlock", command: 1, done: false });
      driver.close();
    }));

  test("patience is not lost with a slow memory or a slow engine", () =>
    withSeed(async (random) => {
      const driver = await openControl(p, random, { delay: 1000, memory: { latencyCycles: 500 } });
      driver.start(assemble(randomProgram(p, 12, random)));
      expect(driver.finish()).toEqual({ fault: "none", command: 0, done: true });
      driver.close();
    }));

  test("two engines that want the same semaphore take it one after the other", () =>
    withSeed(async (random) => {
      const driver = await openControl(p, random, { delay: 30, overlap: 2 });
      const takers = ENGINES.map((engine) => command(engine, { wait: 1 }));
      const posts = Array.from({ length: 4 }, () => command("load", { post: 1 }));
      const commands = [...posts, ...takers];
      driver.start(assemble(commands));
      expect(driver.finish()).toEqual({ fault: "none", command: 0, done: true });
      expect(replay(driver, commands, p.semaphores).every((count) => count === 0)).toBe(true);
      driver.close();
    }));
});

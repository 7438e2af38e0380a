import { expect, test } from "vitest";
import {
  formatLint,
  lintVerilog,
  poke,
  simulateEmbedded,
  withSeed,
  type Port,
  type Random,
} from "../../../src/harness/index.ts";
import {
  axi4,
  Axi4ReadMonitor,
  Axi4WriteMonitor,
  AXI_BURST,
  axiLite,
  AxiLiteMonitor,
  axiStream,
  AxiStreamMonitor,
  elaborate,
  emitVerilog,
  module,
  output,
  bool,
  flip,
  times,
  watchAxi4,
  watchAxiLite,
  watchAxiStream,
} from "../../../src/hdl/index.ts";

const widths = { addressBits: 32, dataBits: 64, idBits: 2 };
const params = { ...widths, outstanding: 4 };

type Signals = Readonly<Record<string, number>>;
interface Bench {
  readonly dut: { readonly axi: Readonly<Record<string, Port>> };
  readonly step: () => void;
  readonly close: () => void;
}

/** Drives the signals of each cycle, those not named 0; the message of the rule that breaks, if one does. */
function broken(open: () => Bench, cycles: readonly Signals[]): string | undefined {
  const { dut, step, close } = open();
  try {
    for (const signals of cycles) {
      poke(dut.axi, Object.fromEntries(Object.keys(dut.axi).map((name) => [name, signals[name] ?? 0])));
      step();
    }
    return undefined;
  } catch (error) {
    return /assert failed: (.*) \([^()]*:\d+:\d+\)/.exec((error as Error).message)?.[1] ?? (error as Error).message;
  } finally {
    close();
  }
}

const reads = (): Bench => simulateEmbedded(Axi4ReadMonitor, params);
const writes = (): Bench => simulateEmbedded(Axi4WriteMonitor, params);
const lite = (): Bench => simulateEmbedded(AxiLiteMonitor, { addressBits: 12, dataBits: 32, outstanding: 2 });
const bytes = (): Bench => simulateEmbedded(AxiStreamMonitor, { dataBits: 32 });

const ar = (more: Signals = {}): Signals => ({ arvalid: 1, arready: 1, arsize: 3, arburst: AXI_BURST.incr, ...more });
const r = (more: Signals = {}): Signals => ({ rvalid: 1, rready: 1, rlast: 1, ...more });
const aw = (more: Signals = {}): Signals => ({ awvalid: 1, awready: 1, awsize: 3, awburst: AXI_BURST.incr, ...more });
const w = (more: Signals = {}): Signals => ({ wvalid: 1, wready: 1, wlast: 1, ...more });
const b = (more: Signals = {}): Signals => ({ bvalid: 1, bready: 1, ...more });

test.each<[string, Signals[]]>([
  ["AR: valid stays high until ready", [ar({ arready: 0 }), {}]],
  ["AR: the payload keeps its value until ready", [ar({ arready: 0 }), ar({ araddr: 8 })]],
  ["AR: a burst is FIXED, INCR or WRAP", [ar({ arburst: 3 })]],
  ["AR: a beat is no wider than the data bus", [ar({ arsize: 4 })]],
  ["AR: a FIXED burst has 16 beats at most", [ar({ arburst: AXI_BURST.fixed, arlen: 16 })]],
  ["AR: a WRAP burst has 2, 4, 8 or 16 beats", [ar({ arburst: AXI_BURST.wrap, arlen: 2 })]],
  ["AR: a WRAP burst starts at a multiple of its beats' size", [ar({ arburst: AXI_BURST.wrap, arlen: 3, araddr: 4 })]],
  ["AR: an INCR burst does not cross a boundary of 4 KiB", [ar({ araddr: 4096 - 16, arlen: 2 })]],
  ["R: valid stays high until ready", [ar(), r({ rready: 0 }), {}]],
  ["R: the payload keeps its value until ready", [ar(), r({ rready: 0 }), r({ rdata: 1 })]],
  ["R: EXOKAY answers an exclusive access only", [ar(), r({ rresp: 1 })]],
  ["R: data answers a read of its id that is under way", [r()]],
  ["R: data answers a read of its id that is under way", [{ ...ar(), ...r() }]],
  ["R: data answers a read of its id that is under way", [ar({ arid: 1 }), r({ rid: 2 })]],
  ["R: data answers a read of its id that is under way", [ar(), r(), r()]],
  ["R: rlast is high on the last beat of a burst and there only", [ar({ arlen: 1 }), r()]],
  ["R: rlast is high on the last beat of a burst and there only", [ar(), r({ rlast: 0 })]],
  ["R: rlast is high on the last beat of a burst and there only", [ar({ arlen: 1 }), ar(), r()]],
  ["monitor: no more than 4 transactions at a time are watched (reads_of_0_count)", times(5, () => ar())],
])("a read that breaks “%s” is told (%#)", (rule, cycles) => {
  expect(broken(reads, cycles)).toBe(rule);
});

test.each<[string, Signals[]]>([
  ["AW: valid stays high until ready", [aw({ awready: 0 }), {}]],
  ["AW: the payload keeps its value until ready", [aw({ awready: 0 }), aw({ awid: 1 })]],
  ["AW: a burst is FIXED, INCR or WRAP", [aw({ awburst: 3 })]],
  ["AW: a beat is no wider than the data bus", [aw({ awsize: 7 })]],
  ["AW: a FIXED burst has 16 beats at most", [aw({ awburst: AXI_BURST.fixed, awlen: 255 })]],
  ["AW: a WRAP burst has 2, 4, 8 or 16 beats", [aw({ awburst: AXI_BURST.wrap })]],
  ["AW: a WRAP burst starts at a multiple of its beats' size", [aw({ awburst: AXI_BURST.wrap, awlen: 1, awaddr: 9 })]],
  // An address within its beat counts from the beat's beginning.
  ["AW: an INCR burst does not cross a boundary of 4 KiB", [aw({ awaddr: 4091, awlen: 1 })]],
  ["W: valid stays high until ready", [w({ wready: 0 }), {}]],
  ["W: the payload keeps its value until ready", [w({ wready: 0 }), w({ wstrb: 1 })]],
  ["W: wlast is high on the last beat of a burst and there only", [aw({ awlen: 1 }), w(), {}]],
  ["W: wlast is high on the last beat of a burst and there only", [w(), aw({ awlen: 1 }), {}]],
  ["W: a burst has as many beats as its address says", [aw(), w({ wlast: 0 }), w()]],
  ["W: a burst has 256 beats at most", times(256, () => w({ wlast: 0 }))],
  ["B: valid stays high until ready", [aw(), w(), b({ bready: 0 }), {}]],
  ["B: the payload keeps its value until ready", [aw(), w(), b({ bready: 0 }), b({ bresp: 2 })]],
  ["B: EXOKAY answers an exclusive access only", [aw(), w(), b({ bresp: 1 })]],
  ["B: a response answers a write of its id whose data is complete", [b()]],
  ["B: a response answers a write of its id whose data is complete", [aw(), b()]],
  ["B: a response answers a write of its id whose data is complete", [w(), b()]],
  ["B: a response answers a write of its id whose data is complete", [aw(), { ...w(), ...b() }]],
  ["B: a response answers a write of its id whose data is complete", [aw({ awid: 1 }), w(), b({ bid: 2 })]],
  ["B: a response answers a write of its id whose data is complete", [aw(), w(), b(), b()]],
  ["monitor: no more than 4 transactions at a time are watched (writes_of_0)", times(5, () => aw())],
])("a write that breaks “%s” is told (%#)", (rule, cycles) => {
  expect(broken(writes, cycles)).toBe(rule);
});

const read = { arvalid: 1, arready: 1 };
const write = { awvalid: 1, awready: 1, wvalid: 1, wready: 1 };
test.each<[string, Signals[]]>([
  ["AW: valid stays high until ready", [{ awvalid: 1 }, {}]],
  ["W: the payload keeps its value until ready", [{ wvalid: 1 }, { wvalid: 1, wdata: 1 }]],
  ["B: valid stays high until ready", [write, { bvalid: 1 }, {}]],
  ["AR: the payload keeps its value until ready", [{ arvalid: 1 }, { arvalid: 1, araddr: 4 }]],
  ["R: valid stays high until ready", [read, { rvalid: 1 }, {}]],
  ["B: EXOKAY answers an exclusive access only", [write, { bvalid: 1, bresp: 1 }]],
  ["R: EXOKAY answers an exclusive access only", [read, { rvalid: 1, rresp: 1 }]],
  ["R: data answers a read that is under way", [{ rvalid: 1 }]],
  ["R: data answers a read that is under way", [read, { rvalid: 1, rready: 1 }, { rvalid: 1 }]],
  ["B: a response answers a write whose data is complete", [{ awvalid: 1, awready: 1 }, { bvalid: 1 }]],
  ["B: a response answers a write whose data is complete", [{ wvalid: 1, wready: 1 }, { bvalid: 1 }]],
  ["monitor: no more than 2 transactions at a time are watched (reads)", [read, read, read]],
])("an AXI4-Lite transfer that breaks “%s” is told (%#)", (rule, cycles) => {
  expect(broken(lite, cycles)).toBe(rule);
});

test.each<[string, Signals[]]>([
  ["T: valid stays high until ready", [{ tvalid: 1, tkeep: 15 }, {}]],
  [
    "T: the payload keeps its value until ready",
    [
      { tvalid: 1, tkeep: 15 },
      { tvalid: 1, tkeep: 15, tdata: 1 },
    ],
  ],
  ["T: every byte before the last beat is kept", [{ tvalid: 1, tkeep: 7, tready: 1 }]],
  ["T: the kept bytes of a beat are the low ones", [{ tvalid: 1, tkeep: 5, tlast: 1, tready: 1 }]],
])("a stream that breaks “%s” is told", (rule, cycles) => {
  expect(broken(bytes, cycles)).toBe(rule);
});

test("a last beat may keep few bytes, and a burst may end at the boundary", () => {
  expect(
    broken(bytes, [
      { tvalid: 1, tkeep: 3, tlast: 1, tready: 1 },
      { tvalid: 1, tkeep: 15, tready: 1 },
    ]),
  ).toBeUndefined();
  expect(broken(reads, [ar({ araddr: 4096 - 16, arlen: 1 }), ar({ araddr: 4090, arid: 1 })])).toBeUndefined();
});

interface Burst {
  readonly id: number;
  readonly length: number;
}

const randomBurst = (random: Random): Burst => ({ id: random.integer(0, 3), length: random.integer(0, 5) });
const countOf = (bursts: readonly Burst[], id: number): number => bursts.filter((one) => one.id === id).length;

test("legal reads break nothing: bursts of several ids interleaved, everything paused at random", async () => {
  await withSeed((random) => {
    const { dut, step, close } = simulateEmbedded(Axi4ReadMonitor, params);
    const axi = dut.axi as unknown as Readonly<Record<string, Port>>;
    const open: { burst: Burst; left: number }[] = [];
    let [asked, offered]: [Burst | undefined, { rid: number; rlast: number; rdata: number } | undefined] = [
      undefined,
      undefined,
    ];
    let done = 0;
    for (let cycle = 0; cycle < 1500; cycle++) {
      const next = randomBurst(random);
      if (
        asked === undefined &&
        random.chance(0.5) &&
        countOf(
          open.map(({ burst }) => burst),
          next.id,
        ) < 4
      )
        asked = next;
      if (offered === undefined && open.length > 0 && random.chance(0.7)) {
        // The first read of some id.
        const { burst, left } =
          open.find(
            ({ burst: { id } }, i) => open.findIndex((one) => one.burst.id === id) === i && random.chance(0.5),
          ) ?? open[0]!;
        offered = { rid: burst.id, rlast: Number(left === 0), rdata: random.integer(0, 99) };
      }
      const [arready, rready] = [Number(random.chance(0.5)), Number(random.chance(0.6))];
      const address =
        asked === undefined
          ? {}
          : { arvalid: 1, arid: asked.id, arlen: asked.length, arsize: 3, arburst: 1, araddr: 64 };
      const data = offered === undefined ? {} : { rvalid: 1, ...offered };
      const signals: Signals = { ...address, ...data, arready, rready };
      poke(axi, Object.fromEntries(Object.keys(axi).map((name) => [name, signals[name] ?? 0])));
      expect(dut.idle.peek() === 1).toBe(open.length === 0);
      step();
      if (offered !== undefined && rready === 1) {
        const index = open.findIndex(({ burst }) => burst.id === offered!.rid);
        open[index]!.left--;
        if (offered.rlast === 1) open.splice(index, 1);
        done += offered.rlast;
        offered = undefined;
      }
      if (asked !== undefined && arready === 1) {
        open.push({ burst: asked, left: asked.length });
        asked = undefined;
      }
    }
    expect(done).toBeGreaterThan(50);
    close();
  });
});

test("legal writes break nothing: data before, with and after its address", async () => {
  await withSeed((random) => {
    const { dut, step, close } = simulateEmbedded(Axi4WriteMonitor, params);
    const axi = dut.axi as unknown as Readonly<Record<string, Port>>;
    const bursts = times(400, () => randomBurst(random));
    let [addressed, written, beat, answered] = [0, 0, 0, 0];
    const owed: number[] = [];
    let [offers, fills]: [boolean, boolean] = [false, false];
    let answer: number | undefined;
    for (let cycle = 0; cycle < 1500; cycle++) {
      const [address, data] = [bursts[addressed]!, bursts[written]!];
      offers ||= addressed - answered < 4 && random.chance(0.5);
      fills ||= written - answered < 4 && random.chance(0.6);
      if (answer === undefined && owed.length > 0 && random.chance(0.5)) answer = random.pick(owed);
      const [awready, wready, bready] = [0.5, 0.7, 0.5].map((chance) => Number(random.chance(chance)));
      const signals: Signals = {
        ...(offers ? { awvalid: 1, awid: address.id, awlen: address.length, awsize: 3, awburst: 1 } : {}),
        ...(fills ? { wvalid: 1, wdata: beat, wlast: Number(beat === data.length) } : {}),
        ...(answer === undefined ? {} : { bvalid: 1, bid: answer }),
        awready: awready!,
        wready: wready!,
        bready: bready!,
      };
      poke(axi, Object.fromEntries(Object.keys(axi).map((name) => [name, signals[name] ?? 0])));
      step();
      const before = Math.min(addressed, written);
      if (answer !== undefined && bready === 1) {
        owed.splice(owed.indexOf(answer), 1);
        answered++;
        answer = undefined;
      }
      if (offers && awready === 1) [addressed, offers] = [addressed + 1, false];
      if (fills && wready === 1) {
        fills = false;
        beat++;
        if (beat > data.length) [written, beat] = [written + 1, 0];
      }
      for (const { id } of bursts.slice(before, Math.min(addressed, written))) owed.push(id);
    }
    expect(answered).toBeGreaterThan(50);
    close();
  });
});

const Watched = module(
  "watched",
  () => ({
    axi: flip(axi4(widths)),
    lite: axiLite({ addressBits: 12, dataBits: 32 }),
    bytes: axiStream({ dataBits: 32 }),
    idle: output(bool),
  }),
  (io) => {
    // A slave that takes nothing and a master that asks nothing.
    for (const port of [io.axi.awready, io.axi.wready, io.axi.arready, io.axi.bvalid, io.axi.rvalid, io.axi.rlast])
      port.set(false);
    for (const port of [io.axi.bid, io.axi.bresp, io.axi.rid, io.axi.rdata, io.axi.rresp]) port.set(0);
    const { lite: master, bytes: sender } = io;
    for (const port of [master.awvalid, master.wvalid, master.arvalid, master.bready, master.rready]) port.set(false);
    for (const port of [master.awaddr, master.awprot, master.wdata, master.wstrb, master.araddr, master.arprot])
      port.set(0);
    for (const port of [sender.tvalid, sender.tlast]) port.set(false);
    for (const port of [sender.tdata, sender.tkeep]) port.set(0);
    const reads = watchAxi4(io.axi, widths, { outstanding: 4 });
    const registers = watchAxiLite(io.lite, { addressBits: 12, dataBits: 32 });
    watchAxiStream(io.bytes, { dataBits: 32 });
    io.idle.set(reads.and(registers));
  },
);

test("monitors watch either end of an interface, and their Verilog is clean", async () => {
  const { dut, step, close } = simulateEmbedded(Watched);
  expect(dut.idle.peek()).toBe(1);
  dut.axi.arvalid.poke(1);
  step();
  dut.axi.arvalid.poke(0);
  expect(() => {
    step();
  }).toThrow("assert failed in axi_reads: AR: valid stays high until ready");
  close();
  const { files, top } = emitVerilog(elaborate(Watched));
  expect(formatLint(await lintVerilog(files, top))).toBe("");
});

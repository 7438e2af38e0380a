import { describe, expect, test } from "vitest";
import { SIMULATORS, type Testbench } from "../../src/harness/index.ts";
import { offerRead, offerWrite, openPuppetIn, read, write } from "./puppet.ts";

/** What the puppet does wrong, and the text that tells it. */
const MISDEEDS: readonly [string, (bench: Testbench<unknown>) => void, string][] = [
  [
    "a read across 4 KiB",
    (bench) => read(bench, { address: 4096 - 8, beats: 2 }),
    "read burst of 16 bytes at 0xff8 crosses a 4 KiB boundary",
  ],
  [
    "a write across 4 KiB",
    (bench) => write(bench, { address: 4096 - 16, beats: 3 }, [1n, 2n, 3n]),
    "write burst of 24 bytes at 0xff0 crosses a 4 KiB boundary",
  ],
  [
    "an unaligned read",
    (bench) => read(bench, { address: 12, beats: 1 }),
    "read burst at 0xc is not aligned to its beats of 8 bytes",
  ],
  [
    "an unaligned write",
    (bench) => write(bench, { address: 4, beats: 1 }, [1n]),
    "write burst at 0x4 is not aligned to its beats of 8 bytes",
  ],
  [
    "beats wider than the bus",
    (bench) => read(bench, { address: 0, beats: 1, size: 4 }),
    "read burst at 0x0 has beats of 16 bytes, more than the bus is wide",
  ],
  [
    "a read beyond the image",
    (bench) => read(bench, { address: 65536, beats: 1 }),
    "read burst of 8 bytes at 0x10000 leaves the memory",
  ],
  [
    "a write beyond the image",
    (bench) => write(bench, { address: 65536, beats: 1 }, [1n]),
    "write burst of 8 bytes at 0x10000 leaves the memory",
  ],
  [
    "WLAST too late",
    (bench) => write(bench, { address: 0, beats: 1 }, [1n, 2n]),
    "WLAST is 0 at 0x0, on the last of the burst's 1 beats",
  ],
  [
    "WLAST too early",
    (bench) => write(bench, { address: 0, beats: 3 }, [1n, 2n]),
    "WLAST is 1 at 0x8, already on beat 2 of the burst",
  ],
  [
    "strobes outside a narrow beat",
    (bench) => write(bench, { address: 4, beats: 1, size: 2 }, [1n], 0x0f),
    "WSTRB 0xf at 0x4 has bits outside the beat's bytes",
  ],
];

describe.each(SIMULATORS)("%s", (simulator) => {
  const openPuppet = openPuppetIn(simulator);

  test.each(MISDEEDS)("%s is reported", async (_, misdeed, text) => {
    const bench = await openPuppet();
    expect(() => {
      misdeed(bench);
    }).toThrow(text);
    bench.close();
  });

  test("a wrapping burst is reported", async () => {
    const bench = await openPuppet();
    offerRead(bench.port, { address: 0, beats: 4 });
    bench.port("p_arburst").poke(2);
    expect(() => {
      bench.step(3);
    }).toThrow("read burst at 0x0 has burst type 2: only INCR (1) is supported");
    bench.close();
  });

  test.each([
    ["araddr", "p_araddr", "the read address channel changed or dropped ARVALID before ARREADY (was at 0x0)"],
    ["arvalid", "p_arvalid", "the read address channel changed or dropped ARVALID before ARREADY (was at 0x0)"],
    ["awlen", "p_awlen", "the write address channel changed or dropped AWVALID before AWREADY (was at 0x40)"],
    ["wdata", "p_wdata", "the write data channel changed or dropped WVALID before WREADY (burst at 0x0)"],
  ])("changing %s before it is taken is reported", async (_, name, text) => {
    // Stalls so long that nothing is taken within the test.
    const bench = await openPuppet({ stalls: { ar: 0.999, aw: 0.999, w: 0.999 }, seed: 2 });
    const { port, step } = bench;
    offerRead(port, { address: 0, beats: 2 });
    offerWrite(port, { address: 0x40, beats: 2 });
    port("p_wvalid").poke(1);
    port("p_wdata").poke(7);
    step(3);
    port(name).poke(port(name).peekBig() === 0n ? 8 : 0);
    expect(() => {
      step();
    }).toThrow(text);
    bench.close();
  });

  test.each([
    [{ latencyCycles: -1 }, "memory model: latency in cycles is -1; allowed are 0 to 1000000000"],
    [{ readBytesPerCycle: 0 }, "memory model: bandwidth in bytes per cycle is 0; allowed are 0.0009765625 to 8"],
    [{ stalls: { r: 1 } }, "memory model: stall probability of r is 1; allowed are 0 to 0.999"],
    [{ outstandingReads: 0 }, "memory model: outstanding reads is 0; allowed are 1 to 1024"],
  ])("a setting out of range is refused: %o", async (options, text) => {
    await expect(openPuppet(options)).rejects.toThrow(text);
  });
});

/** The AXI puppet with a memory behind it, and whole bursts driven through its ports. */
import { simulateEmbedded, simulateVerilog } from "../../src/harness/index.ts";
import type { MemoryOptions, Port, SimulatorName, Testbench } from "../../src/harness/index.ts";
import { axiPuppet } from "./fixtures.ts";
import { AxiPuppet } from "./fixtures/axi-puppet.ts";

export const BEAT = 8;

/** What opens a puppet with a memory of 64 KiB whose bytes differ from their neighbours, rready and bready held high. */
export type OpenPuppet = (
  options?: Partial<MemoryOptions>,
  image?: Uint8Array,
) => Promise<Testbench<unknown> & { readonly image: Uint8Array }>;

/** The puppet in Verilog for Verilator, or that of the hardware language in the embedded simulator. */
export const openPuppetIn =
  (simulator: SimulatorName): OpenPuppet =>
  async (options = {}, image = Uint8Array.from({ length: 65536 }, (_, i) => (i * 37 + (i >> 8)) & 255)) => {
    const memory = { image, ...options };
    const bench: Testbench<unknown> =
      simulator === "embedded"
        ? simulateEmbedded(AxiPuppet, undefined, { memory })
        : await simulateVerilog(axiPuppet, { memory });
    bench.port("p_rready").poke(1);
    bench.port("p_bready").poke(1);
    return { ...bench, image };
  };

/** The 64-bit word of the image at an address, as the bus shows it. */
export function word(image: Uint8Array, address: number): bigint {
  return new DataView(image.buffer, image.byteOffset).getBigUint64(address, true);
}

export interface Burst {
  readonly address: number;
  readonly beats: number;
  readonly id?: number;
  readonly size?: number;
}

export function offerRead(port: (name: string) => Port, { address, beats, id = 0, size = 3 }: Burst): void {
  port("p_arvalid").poke(1);
  port("p_araddr").poke(address);
  port("p_arlen").poke(beats - 1);
  port("p_arid").poke(id);
  port("p_arsize").poke(size);
  port("p_arburst").poke(1);
}

export function offerWrite(port: (name: string) => Port, { address, beats, id = 0, size = 3 }: Burst): void {
  port("p_awvalid").poke(1);
  port("p_awaddr").poke(address);
  port("p_awlen").poke(beats - 1);
  port("p_awid").poke(id);
  port("p_awsize").poke(size);
  port("p_awburst").poke(1);
}

/** Steps until a handshake of a channel; gives the cycle of its edge. */
export function stepUntil({ port, step, cycle }: Testbench<unknown>, channel: string, limit = 1000): number {
  for (let i = 0; i < limit; i++) {
    step();
    if (port(`p_${channel}valid`).sampled() === 1 && port(`p_${channel}ready`).sampled() === 1) return cycle() - 1;
  }
  throw new Error(`no handshake on ${channel} within ${limit} cycles`);
}

/** Reads one burst; gives the cycles of the address and of each datum, and the data. */
export function read(bench: Testbench<unknown>, burst: Burst) {
  const { port } = bench;
  offerRead(port, burst);
  const asked = stepUntil(bench, "ar");
  port("p_arvalid").poke(0);
  const cycles: number[] = [];
  const data: bigint[] = [];
  const responses: number[] = [];
  do {
    cycles.push(stepUntil(bench, "r") - asked);
    data.push(port("p_rdata").sampledBig());
    responses.push(port("p_rresp").sampled());
  } while (port("p_rlast").sampled() === 0);
  return { cycles, data, responses };
}

/** Writes one burst; gives the cycles from the last datum to the response, and the response. */
export function write(bench: Testbench<unknown>, burst: Burst, data: readonly bigint[], strobes = 0xff) {
  const { port } = bench;
  offerWrite(port, burst);
  stepUntil(bench, "aw");
  port("p_awvalid").poke(0);
  let last = 0;
  data.forEach((datum, i) => {
    port("p_wvalid").poke(1);
    port("p_wdata").poke(datum);
    port("p_wstrb").poke(strobes);
    port("p_wlast").poke(i === data.length - 1);
    last = stepUntil(bench, "w");
  });
  port("p_wvalid").poke(0);
  const cycles = stepUntil(bench, "b") - last;
  return { cycles, response: port("p_bresp").sampled(), id: port("p_bid").sampled() };
}

import { input, output, type Input, type Output } from "../../ports.ts";
import { bool, uint, type Shape } from "../../shapes.ts";
import type { Value } from "../../data.ts";

/** Widths of an AXI4 interface. */
export interface Axi4Params {
  readonly addressBits: number;
  /** 8, 16, … 1024. */
  readonly dataBits: number;
  readonly idBits: number;
}

/** Widths of an AXI4-Lite interface. */
export interface AxiLiteParams {
  readonly addressBits: number;
  /** 32 or 64. */
  readonly dataBits: number;
}

/** Widths of an AXI-Stream interface. */
export interface AxiStreamParams {
  /** A whole number of bytes. */
  readonly dataBits: number;
}

/** Burst types: the same address, rising addresses, rising addresses that wrap. */
export const AXI_BURST = { fixed: 0, incr: 1, wrap: 2 } as const;
/** Responses: done, exclusive access done, the slave's error, no slave there. */
export const AXI_RESPONSE = { okay: 0, exokay: 1, slverr: 2, decerr: 3 } as const;
/** The boundary in bytes that no burst crosses. */
export const AXI_BOUNDARY_BYTES = 4096;

/**
 * The read channels of an AXI4 master under the standard's names; `flip` gives the slave's. Without lock, QoS, region and user
 * signals. Source: AMBA AXI and ACE Protocol Specification, ARM IHI 0022.
 */
export const axi4Read = ({ addressBits, dataBits, idBits }: Axi4Params) => ({
  arid: output(uint(idBits)),
  araddr: output(uint(addressBits)),
  arlen: output(uint(8)),
  arsize: output(uint(3)),
  arburst: output(uint(2)),
  arcache: output(uint(4)),
  arprot: output(uint(3)),
  arvalid: output(bool),
  arready: input(bool),
  rid: input(uint(idBits)),
  rdata: input(uint(dataBits)),
  rresp: input(uint(2)),
  rlast: input(bool),
  rvalid: input(bool),
  rready: output(bool),
});

/** The write channels of an AXI4 master; see {@link axi4Read}. */
export const axi4Write = ({ addressBits, dataBits, idBits }: Axi4Params) => ({
  awid: output(uint(idBits)),
  awaddr: output(uint(addressBits)),
  awlen: output(uint(8)),
  awsize: output(uint(3)),
  awburst: output(uint(2)),
  awcache: output(uint(4)),
  awprot: output(uint(3)),
  awvalid: output(bool),
  awready: input(bool),
  wdata: output(uint(dataBits)),
  wstrb: output(uint(dataBits / 8)),
  wlast: output(bool),
  wvalid: output(bool),
  wready: input(bool),
  bid: input(uint(idBits)),
  bresp: input(uint(2)),
  bvalid: input(bool),
  bready: output(bool),
});

/** An AXI4 master: the channels of both directions. */
export const axi4 = (params: Axi4Params) => ({ ...axi4Write(params), ...axi4Read(params) });

/** An AXI4-Lite master under the standard's names; `flip` gives the slave's. */
export const axiLite = ({ addressBits, dataBits }: AxiLiteParams) => ({
  awaddr: output(uint(addressBits)),
  awprot: output(uint(3)),
  awvalid: output(bool),
  awready: input(bool),
  wdata: output(uint(dataBits)),
  wstrb: output(uint(dataBits / 8)),
  wvalid: output(bool),
  wready: input(bool),
  bresp: input(uint(2)),
  bvalid: input(bool),
  bready: output(bool),
  araddr: output(uint(addressBits)),
  arprot: output(uint(3)),
  arvalid: output(bool),
  arready: input(bool),
  rdata: input(uint(dataBits)),
  rresp: input(uint(2)),
  rvalid: input(bool),
  rready: output(bool),
});

/** The sending end of an AXI-Stream under the standard's names; `flip` gives the receiver's. Source: ARM IHI 0051. */
export const axiStream = ({ dataBits }: AxiStreamParams) => ({
  tdata: output(uint(dataBits)),
  tkeep: output(uint(dataBits / 8)),
  tlast: output(bool),
  tvalid: output(bool),
  tready: input(bool),
});

/** Ports of one level as all inputs: what a monitor sees. */
export type Observed<P> = { readonly [K in keyof P]: P[K] extends Input<infer S> | Output<infer S> ? Input<S> : never };
/** The signals of ports of one level, whoever drives them. */
export type Observable<P> = {
  readonly [K in keyof P]: P[K] extends Input<infer S> | Output<infer S> ? Value<S> : never;
};

/** Ports of one level as all inputs. */
export function observed<P extends Readonly<Record<string, Input<Shape> | Output<Shape>>>>(ports: P): Observed<P> {
  return Object.fromEntries(Object.entries(ports).map(([name, { shape }]) => [name, input(shape)])) as Observed<P>;
}

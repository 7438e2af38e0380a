/** AXI4 and AXI4-Lite bundles, and the streams into which the units behind them speak. */
import { bool, input, output, uint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";

export const AXI_ADDRESS_BITS = 64;
export const AXI_ID_BITS = 2;
/** Beats of the longest burst, and the boundary in bytes that no burst may cross. */
export const BURST_BEATS = 256;
export const BURST_BOUNDARY_BYTES = 4096;
/** Read ids: LOAD's data and the command fetch. */
export const READ_IDS = { load: 0, fetch: 1 } as const;

const id = uint(AXI_ID_BITS);
const address = uint(AXI_ADDRESS_BITS);
const length = uint(8);
const response = uint(2);
/** Burst type INCR; cache attributes "modifiable, bufferable"; unprivileged, secure, data. */
export const AXI_BURST_INCR = 1;
export const AXI_CACHE = 3;
export const AXI_PROT = 0;

/** The read half of an AXI4 master. Prefix `m_axi_` and the names are the standard's. */
export const axiReadMaster = (p: Params) => ({
  arid: output(id),
  araddr: output(address),
  arlen: output(length),
  arsize: output(uint(3)),
  arburst: output(uint(2)),
  arcache: output(uint(4)),
  arprot: output(uint(3)),
  arvalid: output(bool),
  arready: input(bool),
  rid: input(id),
  rdata: input(uint(8 * p.beatBytes)),
  rresp: input(response),
  rlast: input(bool),
  rvalid: input(bool),
  rready: output(bool),
});

/** The write half of an AXI4 master. */
export const axiWriteMaster = (p: Params) => ({
  awid: output(id),
  awaddr: output(address),
  awlen: output(length),
  awsize: output(uint(3)),
  awburst: output(uint(2)),
  awcache: output(uint(4)),
  awprot: output(uint(3)),
  awvalid: output(bool),
  awready: input(bool),
  wdata: output(uint(8 * p.beatBytes)),
  wstrb: output(uint(p.beatBytes)),
  wlast: output(bool),
  wvalid: output(bool),
  wready: input(bool),
  bid: input(id),
  bresp: input(response),
  bvalid: input(bool),
  bready: output(bool),
});

/** An AXI4 master: both halves. */
export const axiMaster = (p: Params) => ({ ...axiWriteMaster(p), ...axiReadMaster(p) });

/** Bits of a register address: 4 KiB of registers. */
export const REGISTER_ADDRESS_BITS = 12;

/** An AXI4-Lite slave of 32 bits. */
export const axiLiteSlave = () => ({
  awaddr: input(uint(REGISTER_ADDRESS_BITS)),
  awprot: input(uint(3)),
  awvalid: input(bool),
  awready: output(bool),
  wdata: input(uint(32)),
  wstrb: input(uint(4)),
  wvalid: input(bool),
  wready: output(bool),
  bresp: output(response),
  bvalid: output(bool),
  bready: input(bool),
  araddr: input(uint(REGISTER_ADDRESS_BITS)),
  arprot: input(uint(3)),
  arvalid: input(bool),
  arready: output(bool),
  rdata: output(uint(32)),
  rresp: output(response),
  rvalid: output(bool),
  rready: input(bool),
});

/** AXI responses given by the register file. */
export const AXI_OKAY = 0;
export const AXI_SLVERR = 2;

/** A burst to ask for: address of the first beat, beats - 1. */
export const burstRequestShape = { address: uint(AXI_ADDRESS_BITS), length: uint(8) } as const;
/** A beat read: `error` when the response was not OKAY, `last` of its burst. */
export const readBeatShape = (p: Params) => ({ data: uint(8 * p.beatBytes), error: bool, last: bool });
/** A beat to write: nothing of it reaches the memory unless `strobe`. */
export const writeBeatShape = (p: Params) => ({ data: uint(8 * p.beatBytes), strobe: bool, last: bool });
/** The answer to a written burst. */
export const writeResponseShape = { error: bool } as const;

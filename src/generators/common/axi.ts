/** AXI4 and AXI4-Lite bundles, and the streams into which the units behind them speak. */
import {
  AXI_BOUNDARY_BYTES,
  AXI_BURST,
  AXI_RESPONSE,
  axi4Read,
  axi4Write,
  axiLite,
  bool,
  cat,
  flip,
  mux,
  uint,
} from "../../hdl/index.ts";
import type { Axi4Params, Uint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";

export const AXI_ADDRESS_BITS = 64;
export const AXI_ID_BITS = 2;
/** Beats of the longest burst, and the boundary in bytes that no burst may cross. */
export const BURST_BEATS = 256;
export const BURST_BOUNDARY_BYTES = AXI_BOUNDARY_BYTES;
/** Read ids: LOAD's data and the command fetch. */
export const READ_IDS = { load: 0, fetch: 1 } as const;

/** Burst type INCR; cache attributes "modifiable, bufferable"; unprivileged, secure, data. */
export const AXI_BURST_INCR = AXI_BURST.incr;
export const AXI_CACHE = 3;
export const AXI_PROT = 0;

/** Widths of the accelerator's AXI4 interface. */
export const axiWidths = (p: Params): Axi4Params => ({
  addressBits: AXI_ADDRESS_BITS,
  dataBits: 8 * p.beatBytes,
  idBits: AXI_ID_BITS,
});

/** The read half of an AXI4 master. Prefix `m_axi_` and the names are the standard's. */
export const axiReadMaster = (p: Params) => axi4Read(axiWidths(p));

/** The write half of an AXI4 master. */
export const axiWriteMaster = (p: Params) => axi4Write(axiWidths(p));

/** An AXI4 master: both halves. */
export const axiMaster = (p: Params) => ({ ...axiWriteMaster(p), ...axiReadMaster(p) });

/** Bits of a register address: 4 KiB of registers. */
export const REGISTER_ADDRESS_BITS = 12;

/** An AXI4-Lite slave of 32 bits. */
export const axiLiteSlave = () => flip(axiLite({ addressBits: REGISTER_ADDRESS_BITS, dataBits: 32 }));

/**
 * `base` plus a number of fewer bits, as wide as `base`. What the carry may change is made beside the sum of the low bits and
 * only chosen by it, so that a carry never runs through all bits.
 */
export function addLow(base: Uint, addend: Uint): Uint {
  const { width } = addend;
  const low = base.bits(width - 1, 0).add(addend);
  const high = base.bits(base.width - 1, width);
  return cat(mux(low.bit(width), high.add(1).wrap(high.width), high), low.wrap(width));
}

/** The byte address of an offset of 32 bits from a base that is a multiple of 4 KiB. */
export function addressFrom(base: Uint, offset: Uint): Uint {
  const page = Math.log2(BURST_BOUNDARY_BYTES);
  const pages = addLow(base.bits(base.width - 1, page), offset.bits(offset.width - 1, page));
  return cat(pages, offset.bits(page - 1, 0));
}

/** AXI responses given by the register file. */
export const AXI_OKAY = AXI_RESPONSE.okay;
export const AXI_SLVERR = AXI_RESPONSE.slverr;

/** A burst to ask for: address of the first beat, beats - 1. */
export const burstRequestShape = { address: uint(AXI_ADDRESS_BITS), length: uint(8) } as const;
/** A beat read: `error` when the response was not OKAY, `last` of its burst. */
export const readBeatShape = (p: Params) => ({ data: uint(8 * p.beatBytes), error: bool, last: bool });
/** A beat to write: nothing of it reaches the memory unless `strobe`. */
export const writeBeatShape = (p: Params) => ({ data: uint(8 * p.beatBytes), strobe: bool, last: bool });
/** The answer to a written burst. */
export const writeResponseShape = { error: bool } as const;

import { report } from "../../../context.ts";
import { wire } from "../../../declare.ts";
import { module } from "../../../module.ts";
import { output } from "../../../ports.ts";
import { bool } from "../../../shapes.ts";
import type { Bool } from "../../../signal.ts";
import { boolLit } from "../../../values.ts";
import { axi4Read, axi4Write, axiLite, axiStream, observed } from "../../axi/bundles.ts";
import type { Axi4Params, AxiLiteParams, AxiStreamParams } from "../../axi/bundles.ts";
import { beatCounter, demand, demandBurst, demandResponse, demandStable, keepInOrder, underWay } from "./rules.ts";

/** What a monitor of an AXI4 interface watches. */
export interface Axi4MonitorParams extends Axi4Params {
  /** Transactions of one id that may be under way. */
  readonly outstanding: number;
}

/** What a monitor of an AXI4-Lite interface watches. */
export interface AxiLiteMonitorParams extends AxiLiteParams {
  /** Transactions of each direction that may be under way. */
  readonly outstanding: number;
}

/**
 * Asserts the rules of AXI4 reads: addresses and data stay until they are taken; bursts are of a known type, no wider than the
 * bus, aligned where they wrap, within 4 KiB; data comes after its request, in the order of the requests of its id, with `rlast`
 * on the last beat and there only. `idle`: no read is under way.
 */
export const Axi4ReadMonitor = module(
  "axi4_read_monitor",
  (p: Axi4MonitorParams) => ({ axi: observed(axi4Read(p)), idle: output(bool) }),
  ({ axi, idle }, { dataBits, idBits, outstanding }) => {
    const { arid, araddr, arlen, arsize, arburst, arcache, arprot, rid, rdata, rresp, rlast } = axi;
    const asks = axi.arvalid.and(axi.arready);
    const beat = axi.rvalid.and(axi.rready);
    demandStable("AR", axi.arvalid, axi.arready, [arid, araddr, arlen, arsize, arburst, arcache, arprot]);
    demandStable("R", axi.rvalid, axi.rready, [rid, rdata, rresp, rlast]);
    demandBurst("AR", axi.arvalid, { address: araddr, length: arlen, size: arsize, burst: arburst }, dataBits);
    demandResponse("R", axi.rvalid, rresp);
    const busy = eachId(idBits, (id, name) => {
      const ours = axi.rvalid.and(rid.eq(id));
      const moves = beat.and(rid.eq(id));
      const lengths = keepInOrder(`reads${name}`, outstanding, asks.and(arid.eq(id)), arlen, moves.and(rlast));
      const place = beatCounter(`beat${name}`, moves, rlast);
      demand(ours, lengths.any, "R: data answers a read of its id that is under way");
      const known = ours.and(lengths.any);
      demand(known, rlast.eq(place.eq(lengths.first)), "R: rlast is high on the last beat of a burst and there only");
      return lengths.any;
    });
    idle.set(busy.not());
  },
);

/**
 * Asserts the rules of AXI4 writes: addresses, data and responses stay until they are taken; bursts as for reads; `wlast` on the
 * last beat of each burst and there only, whether its address comes before its data or after; a response answers a write of its
 * id whose address and last data have been taken. `idle`: no write is under way.
 */
export const Axi4WriteMonitor = module(
  "axi4_write_monitor",
  (p: Axi4MonitorParams) => ({ axi: observed(axi4Write(p)), idle: output(bool) }),
  ({ axi, idle }, { dataBits, idBits, outstanding }) => {
    const { awid, awaddr, awlen, awsize, awburst, awcache, awprot, wdata, wstrb, wlast, bid, bresp } = axi;
    const asks = axi.awvalid.and(axi.awready);
    const beat = axi.wvalid.and(axi.wready);
    const answers = axi.bvalid.and(axi.bready);
    demandStable("AW", axi.awvalid, axi.awready, [awid, awaddr, awlen, awsize, awburst, awcache, awprot]);
    demandStable("W", axi.wvalid, axi.wready, [wdata, wstrb, wlast]);
    demandStable("B", axi.bvalid, axi.bready, [bid, bresp]);
    demandBurst("AW", axi.awvalid, { address: awaddr, length: awlen, size: awsize, burst: awburst }, dataBits);
    demandResponse("B", axi.bvalid, bresp);

    // Addresses and data come in one order; they meet in these two queues a cycle after both are there.
    const all = outstanding * 2 ** idBits;
    const place = beatCounter("beat", beat, wlast);
    const met = wire(bool);
    const addresses = keepInOrder("addresses", all, asks, awlen, met);
    const bursts = keepInOrder("bursts", all, beat.and(wlast), place, met);
    met.set(addresses.any.and(bursts.any));
    demand(met, addresses.first.eq(bursts.first), "W: wlast is high on the last beat of a burst and there only");
    // The burst under way belongs to the first address, unless earlier data still waits to meet its own.
    const known = axi.wvalid.and(addresses.any).and(bursts.any.not());
    demand(known, place.le(addresses.first), "W: a burst has as many beats as its address says");
    demand(axi.wvalid.and(place.eq(255)), wlast, "W: a burst has 256 beats at most");
    const ids = keepInOrder("ids", all, asks, awid, met).first;

    const busy = eachId(idBits, (id, name) => {
      const done = met.and(ids.eq(id));
      const open = underWay(`writes${name}`, outstanding, asks.and(awid.eq(id)), answers.and(bid.eq(id)));
      const owed = underWay(`responses${name}`, outstanding, done, answers.and(bid.eq(id)));
      const ours = axi.bvalid.and(bid.eq(id));
      demand(ours, owed.first.not().or(done), "B: a response answers a write of its id whose data is complete");
      return open.first.not();
    });
    idle.set(busy.not().and(bursts.any.not()).and(place.eq(0)));
  },
);

/**
 * Asserts the rules of AXI4-Lite: all five channels stay until they are taken; data answers a read, a response a write whose
 * address and data have been taken. `idle`: nothing is under way.
 */
export const AxiLiteMonitor = module(
  "axi_lite_monitor",
  (p: AxiLiteMonitorParams) => ({ axi: observed(axiLite(p)), idle: output(bool) }),
  ({ axi, idle }, { outstanding }) => {
    demandStable("AW", axi.awvalid, axi.awready, [axi.awaddr, axi.awprot]);
    demandStable("W", axi.wvalid, axi.wready, [axi.wdata, axi.wstrb]);
    demandStable("B", axi.bvalid, axi.bready, [axi.bresp]);
    demandStable("AR", axi.arvalid, axi.arready, [axi.araddr, axi.arprot]);
    demandStable("R", axi.rvalid, axi.rready, [axi.rdata, axi.rresp]);
    demandResponse("B", axi.bvalid, axi.bresp);
    demandResponse("R", axi.rvalid, axi.rresp);
    const reads = underWay("reads", outstanding, axi.arvalid.and(axi.arready), axi.rvalid.and(axi.rready));
    const answers = axi.bvalid.and(axi.bready);
    const addresses = underWay("addresses", outstanding, axi.awvalid.and(axi.awready), answers);
    const words = underWay("words", outstanding, axi.wvalid.and(axi.wready), answers);
    demand(axi.rvalid, reads.first.not(), "R: data answers a read that is under way");
    demand(
      axi.bvalid,
      addresses.first.not().and(words.first.not()),
      "B: a response answers a write whose data is complete",
    );
    idle.set(reads.first.and(addresses.first).and(words.first));
  },
);

/** Asserts the rules of AXI-Stream: beats stay until they are taken, and hold whole bytes, low ones first; all of them before the last beat. */
export const AxiStreamMonitor = module(
  "axi_stream_monitor",
  (p: AxiStreamParams) => ({ axi: observed(axiStream(p)) }),
  ({ axi }) => {
    const { tvalid, tready, tdata, tkeep, tlast } = axi;
    demandStable("T", tvalid, tready, [tdata, tkeep, tlast]);
    demand(tvalid.and(tlast.not()), tkeep.reduceAnd(), "T: every byte before the last beat is kept");
    const above = tkeep.add(1).wrap(tkeep.width);
    demand(tvalid, tkeep.and(above).eq(0), "T: the kept bytes of a beat are the low ones");
  },
);

/** Runs `watch` for every id, at most 16 of them; whether one of them is busy. */
function eachId(idBits: number, watch: (id: number, name: string) => Bool): Bool {
  if (idBits > 4) {
    report({
      code: "hdl-axi",
      message: `a monitor of ${2 ** idBits} ids`,
      help: "16 ids at most, 4 bits, can be watched",
    });
    return boolLit(false);
  }
  const busy = Array.from({ length: 2 ** idBits }, (_, id) => watch(id, `_of_${id}`));
  return busy.reduce((any, one) => any.or(one));
}

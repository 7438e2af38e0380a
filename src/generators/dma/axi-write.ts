import {
  bool,
  indexWidth,
  module,
  mux,
  output,
  reg,
  sink,
  source,
  stream,
  uint,
  uintLit,
  when,
} from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import {
  AXI_BURST_INCR,
  AXI_CACHE,
  AXI_PROT,
  axiWriteMaster,
  burstRequestShape,
  writeBeatShape,
  writeResponseShape,
} from "../common/index.ts";

/**
 * The write half of the AXI4 master, for STORE.
 *
 * ```
 *   address, data:  fires in t, on the bus in t + 1        response:  in the same cycle
 * ```
 *
 * One address and one beat a cycle.
 */
export const AxiWrite = module(
  "axi_write",
  (p: Params) => ({
    axi: axiWriteMaster(p),
    request: sink(stream(burstRequestShape)),
    beats: sink(stream(writeBeatShape(p))),
    response: source(stream(writeResponseShape)),
    /** No burst is in flight or announced. */
    quiet: output(bool),
    /** A beat that writes something was sent. */
    moved: output(bool),
  }),
  (io, p) => {
    const addressValid = reg(bool);
    const address = reg(burstRequestShape, { reset: false });
    const addressFree = addressValid.not().or(io.axi.awready);
    io.request.ready.set(addressFree);
    when(addressFree, () => {
      addressValid.next = io.request.valid;
      address.next = io.request.payload;
    });
    io.axi.awvalid.set(addressValid);
    io.axi.awid.set(0);
    io.axi.awaddr.set(address.address);
    io.axi.awlen.set(address.length);
    io.axi.awsize.set(Math.log2(p.beatBytes));
    io.axi.awburst.set(AXI_BURST_INCR);
    io.axi.awcache.set(AXI_CACHE);
    io.axi.awprot.set(AXI_PROT);

    const beatValid = reg(bool);
    const beat = reg(writeBeatShape(p), { reset: false });
    const beatFree = beatValid.not().or(io.axi.wready);
    io.beats.ready.set(beatFree);
    when(beatFree, () => {
      beatValid.next = io.beats.valid;
      beat.next = io.beats.payload;
    });
    io.axi.wvalid.set(beatValid);
    io.axi.wdata.set(beat.data);
    io.axi.wstrb.set(mux(beat.strobe, uintLit((1n << BigInt(p.beatBytes)) - 1n), uintLit(0)));
    io.axi.wlast.set(beat.last);

    io.axi.bready.set(io.response.ready);
    io.response.valid.set(io.axi.bvalid);
    io.response.payload.set({ error: io.axi.bresp.ne(0) });

    const outstanding = reg(uint(indexWidth(p.outstandingWrites + 1)));
    const announced = addressFree.and(io.request.valid);
    const answered = io.axi.bvalid.and(io.response.ready);
    when(announced.ne(answered), () => {
      outstanding.next = mux(announced, outstanding.add(1), outstanding.sub(1)).wrap(outstanding.width);
    });
    io.quiet.set(outstanding.eq(0));
    io.moved.set(beatValid.and(io.axi.wready).and(beat.strobe));
  },
);

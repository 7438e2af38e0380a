import { bool, module, mux, output, reg, sink, source, stream, uint, uintLit, when } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import {
  AXI_BURST_INCR,
  AXI_CACHE,
  AXI_ID_BITS,
  AXI_PROT,
  axiReadMaster,
  burstRequestShape,
  fifo,
  READ_IDS,
  readBeatShape,
} from "../common/index.ts";

/** Bits of a count of read bursts in flight, LOAD's and the fetch's together. */
const OUTSTANDING_BITS = 7;

/**
 * The read half of the AXI4 master, shared by the command fetch (which goes first: it asks seldom) and LOAD.
 *
 * ```
 *   address:  request fires in t, on the bus in t + 1        data:  on the bus in t, at the reader in t + 1
 * ```
 *
 * Both directions run through registers; one address and one beat a cycle. The id tells whose a beat is.
 */
export const AxiRead = module(
  "axi_read",
  (p: Params) => ({
    axi: axiReadMaster(p),
    fetch: { request: sink(stream(burstRequestShape)), beats: source(stream(readBeatShape(p))) },
    load: { request: sink(stream(burstRequestShape)), beats: source(stream(readBeatShape(p))) },
    /** No burst is in flight or asked for. */
    quiet: output(bool),
    /** A beat was read. */
    moved: output(bool),
  }),
  (io, p) => {
    const valid = reg(bool);
    const address = reg({ id: uint(AXI_ID_BITS), ...burstRequestShape }, { reset: false });
    const free = valid.not().or(io.axi.arready);
    const fetches = io.fetch.request.valid;
    io.fetch.request.ready.set(free);
    // A request of LOAD that meets one of the fetch, or a busy bus, waits here: whether LOAD may ask depends on no one else.
    const held = reg(bool);
    const waiting = reg(burstRequestShape, { reset: false });
    const loads = held.or(io.load.request.valid);
    io.load.request.ready.set(held.not());
    held.next = loads.and(free.not().or(fetches));
    when(held.not(), () => {
      waiting.next = io.load.request.payload;
    });
    when(free, () => {
      valid.next = fetches.or(loads);
      address.next = {
        id: mux(fetches, uintLit(READ_IDS.fetch, AXI_ID_BITS), uintLit(READ_IDS.load, AXI_ID_BITS)),
        ...mux(fetches, io.fetch.request.payload, mux(held, waiting, io.load.request.payload)),
      };
    });
    io.axi.arvalid.set(valid);
    io.axi.arid.set(address.id);
    io.axi.araddr.set(address.address);
    io.axi.arlen.set(address.length);
    io.axi.arsize.set(Math.log2(p.beatBytes));
    io.axi.arburst.set(AXI_BURST_INCR);
    io.axi.arcache.set(AXI_CACHE);
    io.axi.arprot.set(AXI_PROT);

    const beats = fifo("beats", { fetch: bool, ...readBeatShape(p) }, 2);
    io.axi.rready.set(beats.ready);
    beats.push(io.axi.rvalid, {
      fetch: io.axi.rid.eq(READ_IDS.fetch),
      data: io.axi.rdata,
      error: io.axi.rresp.ne(0),
      last: io.axi.rlast,
    });
    const { fetch: forFetch, ...beat } = beats.head;
    io.fetch.beats.valid.set(beats.valid.and(forFetch));
    io.fetch.beats.payload.set(beat);
    io.load.beats.valid.set(beats.valid.and(forFetch.not()));
    io.load.beats.payload.set(beat);
    const taken = mux(forFetch, io.fetch.beats.ready, io.load.beats.ready);
    beats.take(taken);

    const outstanding = reg(uint(OUTSTANDING_BITS));
    const asked = free.and(fetches.or(loads));
    const ended = beats.valid.and(taken).and(beat.last);
    when(asked.ne(ended), () => {
      outstanding.next = mux(asked, outstanding.add(1), outstanding.sub(1)).wrap(OUTSTANDING_BITS);
    });
    io.quiet.set(outstanding.eq(0).and(held.not()));
    io.moved.set(beats.valid.and(taken));
  },
);

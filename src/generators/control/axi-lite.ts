import { bool, input, module, mux, output, reg, uint, uintLit, when } from "../../hdl/index.ts";
import { AXI_OKAY, AXI_SLVERR, axiLiteSlave, REGISTER_ADDRESS_BITS } from "../common/index.ts";

/**
 * An AXI4-Lite slave as a plain register bus.
 *
 * ```
 *   write   t      address and data are there, in any order: write      read   t       address taken
 *           t + 1  response                                                    t + 1   read.address: value, known
 *                                                                              t + 2   data
 * ```
 *
 * One access of each kind at a time. An access that is not `known` is answered with SLVERR.
 */
export const AxiLite = module(
  "axi_lite",
  () => ({
    axi: axiLiteSlave(),
    write: output({ valid: bool, address: uint(REGISTER_ADDRESS_BITS), data: uint(32), strobes: uint(4) }),
    /** A register at the address can be written; in the same cycle. */
    writeKnown: input(bool),
    readAddress: output(uint(REGISTER_ADDRESS_BITS)),
    /** What the register at the address holds, and whether there is one; in the same cycle. */
    readValue: input(uint(32)),
    readKnown: input(bool),
  }),
  (io) => {
    const { axi } = io;

    // Address and data are kept, each from when it comes until both are there and the response has room.
    const heldAddress = reg({ valid: bool, address: uint(REGISTER_ADDRESS_BITS) });
    const heldData = reg({ valid: bool, data: uint(32), strobes: uint(4) });
    const responds = reg(bool);
    const badWrite = reg(bool, { reset: false });
    const hasAddress = heldAddress.valid.or(axi.awvalid);
    const hasData = heldData.valid.or(axi.wvalid);
    const room = responds.not().or(axi.bready);
    const writes = hasAddress.and(hasData).and(room);
    axi.awready.set(heldAddress.valid.not());
    axi.wready.set(heldData.valid.not());
    heldAddress.valid.next = hasAddress.and(writes.not());
    heldData.valid.next = hasData.and(writes.not());
    when(heldAddress.valid.not(), () => {
      heldAddress.address.next = axi.awaddr;
    });
    when(heldData.valid.not(), () => {
      heldData.data.next = axi.wdata;
      heldData.strobes.next = axi.wstrb;
    });
    when(room, () => {
      responds.next = writes;
      badWrite.next = io.writeKnown.not();
    });
    io.write.set({
      valid: writes,
      address: mux(heldAddress.valid, heldAddress.address, axi.awaddr),
      data: mux(heldData.valid, heldData.data, axi.wdata),
      strobes: mux(heldData.valid, heldData.strobes, axi.wstrb),
    });
    axi.bvalid.set(responds);
    axi.bresp.set(mux(badWrite, uintLit(AXI_SLVERR, 2), uintLit(AXI_OKAY, 2)));

    const selects = reg(bool);
    const address = reg(uint(REGISTER_ADDRESS_BITS), { reset: false });
    const reads = reg(bool);
    const data = reg(uint(32), { reset: false });
    const badRead = reg(bool, { reset: false });
    const idle = selects.not().and(reads.not());
    when(idle, () => {
      selects.next = axi.arvalid;
      address.next = axi.araddr;
    });
    when(selects, () => {
      selects.next = false;
      reads.next = true;
      data.next = io.readValue;
      badRead.next = io.readKnown.not();
    });
    when(reads.and(axi.rready), () => {
      reads.next = false;
    });
    io.readAddress.set(address);
    axi.arready.set(idle);
    axi.rvalid.set(reads);
    axi.rdata.set(data);
    axi.rresp.set(mux(badRead, uintLit(AXI_SLVERR, 2), uintLit(AXI_OKAY, 2)));
  },
);

/** The examples with the parameters of their Verilog in `verilog/`. */
import { elaborate, type Design } from "systole/hdl";
import { Fifo } from "./fifo/fifo.ts";
import { Fir } from "./fir/fir.ts";
import { lowPass } from "./fir/low-pass.ts";
import { Sha256 } from "./sha256/sha256.ts";
import { Systolic } from "./systolic/systolic.ts";
import { Uart } from "./uart/uart.ts";

/** A design by the name of its folder. */
export const designs: Readonly<Record<string, () => Design>> = {
  fifo: () => elaborate(Fifo, { width: 8, depth: 12, reserve: 2 }),
  fir: () => elaborate(Fir, { dataBits: 12, coefficients: lowPass(16, 0.1, 9) }),
  sha256: () => elaborate(Sha256),
  systolic: () => elaborate(Systolic, { rows: 4, cols: 4, dataBits: 8 }),
  uart: () => elaborate(Uart, { clockHz: 12_000_000, baud: 115_200 }),
};

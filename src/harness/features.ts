/** What the harness knows of a design by its port names: buses, interrupt, trace ports. */
import { SystoleError } from "../errors.ts";
import { TRACE_SIGNALS } from "../isa/index.ts";
import type { VerilogPort } from "./verilog.ts";

/** The inputs and outputs of the buses, without their prefixes `m_axi_` and `s_axi_`. */
export const READ_INPUTS = ["arready", "rid", "rdata", "rresp", "rlast", "rvalid"];
export const WRITE_INPUTS = ["awready", "wready", "bid", "bresp", "bvalid"];
export const READ_OUTPUTS = ["arid", "araddr", "arlen", "arsize", "arburst", "arvalid", "rready"];
export const WRITE_OUTPUTS = [
  "awid",
  "awaddr",
  "awlen",
  "awsize",
  "awburst",
  "awvalid",
  "wstrb",
  "wlast",
  "wvalid",
  "bready",
];
export const HOST_INPUTS = ["awaddr", "awvalid", "wdata", "wstrb", "wvalid", "bready", "araddr", "arvalid", "rready"];
export const HOST_OUTPUTS = ["awready", "wready", "bvalid", "bresp", "arready", "rvalid", "rdata", "rresp"];
const TRACE_PORTS = TRACE_SIGNALS.map(({ name }) => name);

/** The parts of a design that a memory, a host and a trace can be put to. */
export interface DesignFeatures {
  /** Bytes of a beat of the AXI4 master `m_axi_…` (read channels, write channels or both), when there is one. */
  readonly memoryBeatBytes: number | undefined;
  /** An AXI4-Lite slave `s_axi_…`. */
  readonly host: boolean;
  readonly clock: boolean;
  readonly reset: boolean;
  readonly irq: boolean;
  /** Engines with trace ports `trace_<engine>_start …`, in the order of their ports. */
  readonly engines: readonly string[];
}

/** What can be done with a design, told from its ports. */
export function designFeatures(ports: readonly VerilogPort[]): DesignFeatures {
  const names = new Set(ports.map((port) => port.name));
  const has = (prefix: string, suffixes: readonly string[]) => suffixes.every((suffix) => names.has(prefix + suffix));
  const reads = has("m_axi_", ["araddr", "arvalid", "arready", "rdata", "rvalid", "rready"]);
  const writes = has("m_axi_", ["awaddr", "awvalid", "awready", "wdata", "wvalid", "wready", "bvalid", "bready"]);
  const data = ports.find((port) => port.name === (reads ? "m_axi_rdata" : "m_axi_wdata"));
  const memory = (reads || writes) && data !== undefined && [32, 64, 128, 256, 512].includes(data.width);
  const engines = ports
    .map((port) => /^trace_(\w+)_start$/.exec(port.name)?.[1])
    .filter((engine): engine is string => engine !== undefined && has(`trace_${engine}_`, TRACE_PORTS));
  return {
    memoryBeatBytes: memory ? data.width / 8 : undefined,
    host: has("s_axi_", [...HOST_INPUTS, ...HOST_OUTPUTS]),
    clock: names.has("clock"),
    reset: names.has("reset"),
    irq: names.has("irq"),
    engines,
  };
}

const NEEDED = {
  memory: ["AXI4 master", "m_axi_araddr, m_axi_rdata, … (data 32 to 512 bits wide)"],
  host: ["AXI4-Lite slave", "s_axi_awaddr, s_axi_rdata, …"],
} as const;

/** The error for a memory or a host that finds no ports. */
export function missingPorts(top: string, what: keyof typeof NEEDED): SystoleError {
  const [name, ports] = NEEDED[what];
  return new SystoleError({ code: "harness-no-port", message: `${top} has no ${name}: it needs the ports ${ports}` });
}

/** AXI4, AXI4-Lite and AXI-Stream: bundles of ports, and monitors that assert the protocols' rules. */
export { axi4, axi4Read, axi4Write, axiLite, axiStream, observed } from "./bundles.ts";
export { AXI_BOUNDARY_BYTES, AXI_BURST, AXI_RESPONSE } from "./bundles.ts";
export type { Axi4Params, AxiLiteParams, AxiStreamParams, Observable, Observed } from "./bundles.ts";
export { Axi4ReadMonitor, Axi4WriteMonitor, AxiLiteMonitor, AxiStreamMonitor } from "../modules/axi/monitors.ts";
export type { Axi4MonitorParams, AxiLiteMonitorParams } from "../modules/axi/monitors.ts";
export { watchAxi4, watchAxi4Read, watchAxi4Write, watchAxiLite, watchAxiStream, type WatchOptions } from "./watch.ts";

/** What all units share: the port bundles by which they meet, AXI bundles, FIFOs. */
export * from "./ports.ts";
export * from "./axi.ts";
export { fifo, Fifo, type FifoParams, type RecordFifo } from "./fifo.ts";
export { connect } from "./connect.ts";

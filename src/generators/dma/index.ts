/** DMA: the LOAD and STORE engines and the AXI4 master behind them. */
export { AxiRead } from "./axi-read.ts";
export { AxiWrite } from "./axi-write.ts";
export { BurstSplitter } from "./burst-splitter.ts";
export { Load, startedLoads } from "./load.ts";
export { RunWalker } from "./run-walker.ts";
export { Store, unansweredStores } from "./store.ts";

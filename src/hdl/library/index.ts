/** Streams and their parts, written in the language itself. */
export { connect, fire, type StreamIn, type StreamOut } from "./stream.ts";
export { Queue, type QueueParams } from "./modules/queue.ts";
export { queue, registerSlice, type PartOptions } from "./queue.ts";
export { arbiter, type Arbitrated, type Policy } from "./arbiter.ts";
export { fork, join } from "./fork.ts";
export { delayValid, type Valid } from "./valid.ts";

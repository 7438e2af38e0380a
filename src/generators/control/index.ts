/** Control: registers, fetch, dispatch, queues, semaphores, faults, counters, trace. */
export { AxiLite } from "./axi-lite.ts";
export { CommandQueue, type CommandQueueParams } from "./command-queue.ts";
export { Control, tracePorts } from "./control.ts";
export { Counters } from "./counters.ts";
export { decode } from "./decode.ts";
export { Dispatch } from "./dispatch.ts";
export { Fetch, FETCH_BUFFER, FETCH_GROUP } from "./fetch.ts";
export { COUNTER_BITS, Monitor, traceShape } from "./monitor.ts";
export { RegisterFile, settingsShape } from "./registers.ts";
export { Semaphores } from "./semaphores.ts";
export { Supervisor } from "./supervisor.ts";

/** The standard library: streams, counters, codes and arithmetic, written in the language itself. */

// Streams
export { connect, fire, type StreamIn, type StreamOut } from "./stream.ts";
export { Queue, type QueueParams } from "./modules/queue.ts";
export { queue, registerSlice, type SliceMode, type SliceOptions } from "./queue.ts";
export { BackwardSlice, ForwardSlice, type SliceParams } from "./modules/slices.ts";
export { arbiter, type Arbitrated, type Policy } from "./arbiter.ts";
export { fork, join } from "./fork.ts";
export { demux } from "./demux.ts";
export { convertWidth, downsize, upsize } from "./width.ts";
export { Downsizer, Gearbox, Upsizer, type GearboxParams, type ResizerParams } from "./modules/width.ts";
export { delayValid, type Valid } from "./valid.ts";
export type { PartOptions } from "./part.ts";
// Clock domains
export { synchronise, synchroniseGray, synchroniseReset, type SynchroniseOptions } from "./synchronise.ts";
export { asyncQueue, type AsyncQueueOptions } from "./async-queue.ts";
export { AsyncQueue, type AsyncQueueParams } from "./modules/async-queue.ts";
// Counters and registers
export { counter, saturatingCounter, upDownCounter } from "./counter.ts";
export type { Counter, CounterOptions, UpDownCounter, UpDownOptions } from "./counter.ts";
export { shiftRegister, type ShiftRegister, type ShiftRegisterOptions } from "./shift-register.ts";
export { lfsr, LFSR_TAPS, type LfsrOptions } from "./lfsr.ts";
// Codes
export { leadingZeros, popcount, priorityEncode, reverseBits, trailingZeros, type Encoded } from "./encode.ts";
export { isOneHot, lowestSet, oneHot, oneHotIndex, oneHotSelect } from "./one-hot.ts";
export { grayDecode, grayEncode } from "./gray.ts";
// Arithmetic
export { divide, squareRoot, type DivisionOperands, type DivisionResult } from "./arithmetic.ts";
export { divisionStep, squareRootStep, type DivisionState, type SquareRootState } from "./digit-steps.ts";
export { Divider, type DividerParams } from "./modules/divider.ts";
export { SquareRoot, type SquareRootParams } from "./modules/square-root.ts";
// AXI
export * from "./axi/index.ts";

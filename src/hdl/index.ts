/** The hardware description language: shapes, signals, declarations, control, modules; elaboration and emission. */

// Shapes
export { bitsFor, bool, formatShape, indexWidth, sint, stream, uint, widthOf } from "./shapes.ts";
export type { BoolShape, ScalarShape, Shape, SintShape, StreamShape, UintShape } from "./shapes.ts";
// Ports
export { clocked, flip, input, output, sink, source } from "./ports.ts";
export type { Flip, Input, Inside, Output, Outside, Ports, PortTree, SinkPorts, SourcePorts } from "./ports.ts";
// Signals and values
export { Bool, Signal, Sint, Uint } from "./signal.ts";
export type { BoolLike, SintLike, UintLike } from "./signal.ts";
export { BoolReg, BoolWire, SintReg, SintWire, UintReg, UintWire } from "./nets.ts";
export type { Data, Like, Plain, Reg, ShapeOf, Value, Wire } from "./data.ts";
export { boolLit, cat, equal, lit, max, min, mux, pack, select, sintLit, uintLit, unpack } from "./values.ts";
export { shapeOf } from "./tree.ts";
// Declarations and statements
export { reg, wire, type DeclareOptions, type RegOptions } from "./declare.ts";
export { match, times, when, type WhenChain } from "./control.ts";
export { fsm, type Fsm } from "./fsm.ts";
export { memory } from "./memory.ts";
export type { Memory, MemoryOptions, ReadOptions, ReadWriteOptions, WriteOptions } from "./memory.ts";
export { pipe, type PipeOptions } from "./pipe.ts";
export { assert, assume, cover } from "./properties.ts";
// Modules and designs
export { extern, instance, module, reset } from "./module.ts";
export type { ExternOptions, InstanceOptions, Module } from "./module.ts";
export { clock, inDomain, type ClockDomain } from "./domains.ts";
export { elaborate } from "./elaborate.ts";
export { HdlError, type Problem } from "./problems.ts";
export type { Design } from "./ir.ts";
// Library
export * from "./library/index.ts";
// Emission
export { emitVerilog, type EmitOptions, type EmittedDesign } from "./verilog/index.ts";

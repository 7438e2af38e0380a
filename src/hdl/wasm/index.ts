/** Writes WebAssembly modules: bytes, instructions, functions, sections. Knows nothing of hardware. */
export { FunctionBody } from "./function.ts";
export { instantiate, pagesFor } from "./instantiate.ts";
export { encodeModule, type WasmFunction } from "./module.ts";
export type { Access, LaneOp, Op, Simd, ValueType } from "./opcodes.ts";

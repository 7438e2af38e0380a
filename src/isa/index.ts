export * from "./commands.ts";
export * from "./encode.ts";
export * from "./registers.ts";
export * from "./scales.ts";
export * from "./trace.ts";
export * from "./variants.ts";

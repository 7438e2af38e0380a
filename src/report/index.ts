export * from "./build.ts";
export * from "./format.ts";
export * from "./html.ts";
export * from "./latency.ts";
export * from "./schema.ts";
export * from "./table.ts";
export * from "./terminal.ts";

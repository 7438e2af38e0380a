export * from "./schema.ts";
export * from "./derive.ts";
export * from "./load.ts";

export * from "./cache.ts";
export * from "./render.ts";
export * from "./write.ts";

export * from "./describe.ts";
export * from "./render.ts";

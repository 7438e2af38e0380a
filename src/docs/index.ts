export * from "./cli-page.ts";
export * from "./commands-page.ts";
export * from "./configuration-page.ts";
export * from "./report-page.ts";
export * from "./technology-page.ts";

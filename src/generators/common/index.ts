/** What all units share: the port bundles by which they meet. */
export * from "./ports.ts";

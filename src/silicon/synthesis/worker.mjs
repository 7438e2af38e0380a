// Entry of a synthesis worker: a thread of its own, which has to learn to load TypeScript first.
import { register } from "tsx/esm/api";

register();
await import("./worker-main.ts");

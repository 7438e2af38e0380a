/** The accelerator's top. */
export { Accelerator } from "./accelerator.ts";

/** The accelerator's top. */
export { Accelerator, acceleratorName } from "./accelerator.ts";

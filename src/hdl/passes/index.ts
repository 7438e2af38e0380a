import type { Design } from "../ir.ts";
import { fold } from "./fold.ts";
import { name } from "./name.ts";
import { selects } from "./selects.ts";
import { share } from "./share.ts";

/** Runs every pass in order. */
export function runPasses(design: Design): Design {
  for (const module of design.modules) {
    fold(module);
    share(module);
    selects(module);
  }
  name(design);
  return design;
}

import type { MemoryModel } from "./cost/index.ts";
import type { Mapper } from "./mapper.ts";
import type { Share } from "./tiling.ts";

/** What a tiling may plan with; emission needs slack in the memories when buffers of many sizes come and go. */
export interface Budget extends Share {
  readonly memory: MemoryModel;
  readonly mapper: Mapper;
}

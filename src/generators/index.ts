/** The accelerator's hardware: one folder per unit, and the generator that turns a configuration into Verilog. */
import { elaborate, emitVerilog } from "../hdl/index.ts";
import type { Design, EmitOptions, EmittedDesign } from "../hdl/index.ts";
import type { Params } from "../config/index.ts";
import { Accelerator } from "./top/index.ts";

export { Accelerator } from "./top/index.ts";

/** A configuration's accelerator as a design of the hardware language. */
export function elaborateAccelerator(params: Params): Design {
  return elaborate(Accelerator, params);
}

/** The Verilog of a configuration's accelerator: one file a module, the top's name and its ports. Black-box memories when the configuration asks for them. */
export function generateAccelerator(params: Params, options: Pick<EmitOptions, "locations"> = {}): EmittedDesign {
  return emitVerilog(elaborateAccelerator(params), { blackBoxMemories: params.blackboxSram, ...options });
}

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * Declarations of cells of Xilinx' library that Yosys has no models of, from the package of its WebAssembly build: the whole
 * file takes seconds to read, for every module anew. Throws when the library lacks one.
 */
export function xilinxDeclarations(cells: readonly string[]): string {
  const bundle = createRequire(import.meta.url).resolve("@yowasp/yosys");
  const library = readFileSync(join(dirname(bundle), "share", "xilinx", "cells_xtra.v"), "utf8");
  const declarations = cells.map((cell) => {
    const found = new RegExp(`^module ${cell} [^]*?^endmodule$`, "m").exec(library);
    if (found === null) throw new Error(`Xilinx' library has no cell ${cell}`);
    return found[0];
  });
  return `${declarations.join("\n\n")}\n`;
}

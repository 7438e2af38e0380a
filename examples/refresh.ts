/** Writes the Verilog of all examples: `npm run examples`, in the folder of the repository. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { emitVerilog } from "systole/hdl";
import { designs } from "./designs.ts";

for (const [name, design] of Object.entries(designs)) {
  const folder = fileURLToPath(new URL(`${name}/verilog/`, import.meta.url));
  const { files } = emitVerilog(design());
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of files) writeFileSync(`${folder}${file.name}`, file.text);
  process.stdout.write(`examples/${name}/verilog: ${files.map((file) => file.name).join(", ")}\n`);
}

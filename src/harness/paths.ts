/** Folders of the package that the harness reads from and writes to. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's root folder. */
const packageRoot: string = fileURLToPath(new URL("../..", import.meta.url));

/** Folder of the native glue's sources and templates. */
export const nativeTemplates: string = join(packageRoot, "templates", "native");

/** Folder of Node-API's C headers. */
export const nodeApiHeaders: string = join(
  dirname(createRequire(import.meta.url).resolve("node-api-headers")),
  "include",
);

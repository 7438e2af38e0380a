#!/usr/bin/env node
// The `systole` command: the command line of src/cli from its bundle or, where none can be made, through tsx.
import { bundledCli } from "./bundle.mjs";

process.setSourceMapsEnabled(true);
const main = await bundledCli().catch(async () => {
  const { register } = await import("tsx/esm/api");
  register();
  return new URL("../src/cli/main.ts", import.meta.url).href;
});
await import(main);

#!/usr/bin/env node
// The `systole` command: registers the TypeScript loader, then hands over to the command line in src/cli.
import { register } from "tsx/esm/api";

process.setSourceMapsEnabled(true);
register();
await import(new URL("../src/cli/main.ts", import.meta.url).href);

/** Synthesises the pair into the cache folder given: a line when each module is finished, then the result as JSON. */
import { DEFAULT_MACRO_RULE, GENERIC_LIBRARY, synthesise, synthesisUnits } from "../../src/silicon/synthesis/index.ts";
import { pair } from "./pair-fixture.ts";

const [cacheFolder] = process.argv.slice(2);
const { hits, modules } = await synthesise(synthesisUnits(pair(), DEFAULT_MACRO_RULE), {
  target: { kind: "cells", library: GENERIC_LIBRARY },
  cacheFolder,
  workers: 1,
  onProgress: ({ done, running }) => {
    process.stdout.write(`${done} done, ${running.length} under way\n`);
  },
});
process.stdout.write(`${JSON.stringify({ hits, modules: [...modules].sort() })}\n`);

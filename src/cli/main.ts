/** Entry of the `systole` command. */
import { runCli } from "./program.ts";

// Whoever reads the output may stop early (`systole … | head`): that is no mistake of anybody's.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});
process.exitCode = await runCli(process.argv.slice(2));

/** `systole check`: is this configuration valid, and what follows from it? */
import type { Command } from "commander";
import { requireAnyTiling } from "../../compiler/index.ts";
import { loadConfig } from "../../config/index.ts";
import { formatTable } from "../../report/index.ts";

interface CheckOptions {
  readonly json?: boolean;
}

function check(config: string, options: CheckOptions): void {
  const p = loadConfig(config);
  requireAnyTiling(p, config);
  const fingerprint = p.fingerprint.toString(16).padStart(8, "0");
  if (options.json === true) {
    const { features, ...params } = p;
    process.stdout.write(
      `${JSON.stringify({ valid: true, params: { ...params, features: [...features] }, fingerprint })}\n`,
    );
    return;
  }
  const functions = [...p.features].map((name) => (p.variants[name] === "ibert" ? `${name} (I-BERT's)` : name));
  const rows = [
    ["array", `${p.rows} x ${p.cols}`, `${p.rows * p.cols} MACs per cycle`],
    ["scratchpad", `${p.scratchpadWords} words`, `${p.wordBytes} bytes each, ${p.scratchpadBanks} banks`],
    ["accumulator", `${p.accumulatorRows} rows`, `${p.cols} int32 each, ${p.accumulatorBanks} banks`],
    ["norm unit", `${p.lanes} lanes`, functions.join(", ") || "requantise and ReLU only"],
    ["DMA", `${p.beatBytes * 8} bit`, `${p.outstandingReads} reads and ${p.outstandingWrites} writes in flight`],
    ["fingerprint", fingerprint, "carried by every program compiled for it"],
  ];
  process.stdout.write(
    `${config} is valid.\n${formatTable([{ head: "", align: "left" }, { head: "" }, { head: "", align: "left" }], rows)}\n`,
  );
}

/** Adds the command to the program. */
export function addCheck(program: Command): void {
  program
    .command("check")
    .description("check a configuration and print what follows from it")
    .argument("<config>", "preset name or configuration file")
    .option("--json", "print one JSON object instead of text")
    .addHelpText("after", "\nExamples:\n  systole check transformer\n  systole check my-variant.json --json")
    .action(check);
}

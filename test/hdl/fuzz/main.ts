/**
 * The long run of the differential fuzz: `npm run bench:fuzz -- [designs] [seed] [rounds]`. Random designs in the evaluator, the
 * embedded simulator and Verilator, with Icarus Verilog as the referee where Verilator differs; then the mistakes made on purpose,
 * each found and made small in so many rounds; 0 leaves them out. Batch b of seed s is that of seed s + b. Ends with 1 on a disagreement.
 */
import { saveMistake } from "./report.ts";
import { fuzz, shrink, type FuzzOptions } from "./fuzz.ts";
import { KINDS } from "./kinds.ts";
import { emitterMistakes, loweringMistakes } from "./mutations.ts";

const [designs = 2000, seed = 1, rounds = 40] = process.argv.slice(2).map(Number);
const options: FuzzOptions = { seed, designs, batch: 50, cycles: 30, verilog: true, referee: true };

const show = (text: string): boolean => process.stdout.write(`${text}\n`);
const started = performance.now();
const { found, kinds, simulatorMistakes } = await fuzz({
  ...options,
  onBatch: (done) => show(`${done} of ${designs} designs, ${((performance.now() - started) / 1000).toFixed(0)} s`),
});
const saved = simulatorMistakes.map((mistake) => saveMistake(mistake, { seed, folder: "out/fuzz" }));
if (saved.length > 0) {
  show(`${saved.length} mistakes of Verilator's own: Icarus Verilog and the evaluator agree bit for bit`);
  for (const text of saved) show(`  ${text}`);
}
if (found !== undefined) {
  show(`disagreement (seed ${seed}, batch ${found.batch}, design ${found.index})`);
  const { description, disagreement } = await shrink(found, options, Math.max(20, 5 * rounds));
  show(
    `${description}\n${disagreement.engine}: ${disagreement.port} in cycle ${disagreement.cycle} is ${disagreement.found}`,
  );
  show(`the evaluator says ${disagreement.expected}`);
  if (found.remark !== undefined) show(found.remark);
  process.exitCode = 1;
} else {
  const rarest = Math.min(...KINDS.map((kind) => kinds.get(kind) ?? 0));
  show(`${designs} designs, 0 disagreements, each of ${KINDS.length} kinds of node met ${rarest} times or more`);
  const mistakes: readonly (readonly [string, Partial<FuzzOptions>])[] = [
    ...Object.entries(emitterMistakes).map(
      ([name, mistake]) => [`emitter: ${name}`, { emitterMistake: mistake }] as const,
    ),
    ...Object.entries(loweringMistakes).map(
      ([name, mistake]) => [`lowering: ${name}`, { loweringMistake: mistake, verilog: false }] as const,
    ),
  ];
  for (const [name, mistake] of rounds === 0 ? [] : mistakes) {
    const wrong = { ...options, batch: 20, designs: 400, ...mistake };
    const { found: seen, designs: needed } = await fuzz(wrong);
    if (seen === undefined) {
      show(`${name}: not found in ${needed} designs`);
      process.exitCode = 1;
      continue;
    }
    const { description, steps } = await shrink(seen, wrong, rounds);
    show(`${name}: found by design ${needed}; in ${steps} steps made:\n${description}`);
  }
}

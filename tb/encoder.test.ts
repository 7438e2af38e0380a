/**
 * Encoder layers of odd sizes, compiled and run on the RTL: every tensor equals the integer model's, every byte of the memory
 * the functional machine's. One test for every preset and length, every other pair of settings met in some test.
 * `npm run bench:acceptance` runs all of them together.
 */
import { describe, expect, test } from "vitest";
import { pairwiseCases, PRESETS } from "./acceptance/matrix.ts";
import { caseName, runEncoderCase } from "./support/encoder-case.ts";

const cases = pairwiseCases(Number(process.env["SYSTOLE_SEED"] ?? 1));

describe.each(PRESETS)("preset %s", (preset) => {
  const mine = cases.filter(({ params }) => params.name === preset);

  test.each(mine.map((c) => [caseName(c), c] as const))(
    "%s",
    async (_name, c) => {
      const { run, tensors, differences, floorCycles } = await runEncoderCase(c);
      expect(differences, `seed ${c.seed}`).toEqual([]);
      expect(tensors).toBe(7 * c.bert.layers * c.valid.length);
      // The hardware's own counters are whole and sane.
      const { counters, traces } = run;
      expect(traces).toHaveLength(run.program.commandOperations.length);
      expect(counters.cycles).toBeGreaterThan(floorCycles);
      expect(counters.arrayCycles).toBeGreaterThanOrEqual(floorCycles);
    },
    600_000,
  );
});

test("the cases are an orthogonal array: every pair of settings occurs once", () => {
  const settings = cases.map((c) => [
    c.params.name,
    c.seq,
    c.memory.latencyCycles,
    `${c.memory.stallProbability} ${c.memory.bytesPerCycle / c.params.beatBytes}`,
    `${c.bert.hidden} ${c.bert.softmax} ${c.bert.activation}`,
  ]);
  for (let i = 0; i < 5; i++) {
    for (let j = 0; j < i; j++) expect(new Set(settings.map((s) => `${s[i]!} / ${s[j]!}`)).size).toBe(16);
  }
});

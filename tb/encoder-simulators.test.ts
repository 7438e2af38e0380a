/** The same encoder layer on both simulators: equal results, counters and traces, cycle for cycle. */
import { expect, test } from "vitest";
import { pairwiseCases, PRESETS } from "./acceptance/matrix.ts";
import { caseName, runEncoderCase } from "./support/encoder-case.ts";

const SEQ = 17;
const cases = pairwiseCases(Number(process.env["SYSTOLE_SEED"] ?? 1)).filter(({ seq }) => seq === SEQ);

test.each(cases.map((c) => [caseName(c), c] as const))(
  "%s",
  async (_name, c) => {
    const embedded = await runEncoderCase({ ...c, simulator: "embedded" });
    const verilated = await runEncoderCase({ ...c, simulator: "verilator", optimise: 0 });
    expect(verilated.differences, `seed ${c.seed}`).toEqual([]);
    expect(verilated.run.counters).toEqual(embedded.run.counters);
    expect(verilated.run.traces).toEqual(embedded.run.traces);
  },
  600_000,
);

test("there is a case for every preset", () => {
  expect(cases.map(({ params }) => params.name)).toEqual(PRESETS);
});

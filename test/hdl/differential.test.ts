import { test } from "vitest";
import { withSeed } from "../../src/harness/index.ts";
import { expectAgreement, randomStimuli } from "./engines.ts";
import { Counter, Lanes, Memories, MultiplyAdd, Streams } from "./fixtures/samples.ts";
import { randomModule } from "./random-design.ts";

test("random designs mean the same to every engine", async () => {
  await withSeed(async (random) => {
    const top = randomModule(random.word(), 60);
    await expectAgreement(top, undefined, (design) => randomStimuli(random, design, 40));
  });
});

test("counter and lanes mean the same to every engine", async () => {
  await withSeed(async (random) => {
    await expectAgreement(Counter, { width: 5 }, (design) => randomStimuli(random, design, 100));
    await expectAgreement(Lanes, { lanes: 5 }, (design) => randomStimuli(random, design, 100));
  });
});

test("streams mean the same to every engine", async () => {
  await withSeed(async (random) => {
    // The data of queues and of the delayed payload are unknown until something has passed.
    const fill = { a_valid: 1n, b_valid: 1n, merged_ready: 1n, fair_ready: 1n, both_ready: 1n };
    await expectAgreement(
      Streams,
      undefined,
      (design) => randomStimuli(random, design, 140).map((s, cycle) => (cycle < 40 ? { ...s, ...fill } : s)),
      40,
    );
  });
});

test("a register without reset means the same once it is written", async () => {
  await withSeed(async (random) => {
    await expectAgreement(MultiplyAdd, undefined, (design) => randomStimuli(random, design, 60), 1);
  });
});

test("memories mean the same to every engine once they are written", async () => {
  await withSeed(async (random) => {
    const stimuli = (design: Parameters<typeof randomStimuli>[1]) =>
      randomStimuli(random, design, 200).map((stimulus, cycle) => {
        const address = BigInt(cycle < 16 ? cycle % 12 : random.integer(0, 11));
        const other = BigInt(random.integer(0, 11));
        const filling = { write: 1n, enable: 1n, mask: 3n };
        const reading = { write: 0n, enable: 1n };
        return { ...stimulus, address, other, ...(cycle < 16 ? filling : cycle < 20 ? reading : {}) };
      });
    await expectAgreement(Memories, undefined, stimuli, 20);
  });
});

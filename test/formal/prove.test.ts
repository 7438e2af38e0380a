import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { SystoleError } from "../../src/errors.ts";
import {
  formatProof,
  openSolver,
  prove,
  replay,
  traceTest,
  type ProofProgress,
  type PropertyResult,
  type ProveOptions,
  type Trace,
} from "../../src/formal/index.ts";
import {
  assert,
  assume,
  bool,
  cover,
  elaborate,
  extern,
  input,
  instance,
  memory,
  module,
  output,
  reg,
  reset as resetNow,
  sint,
  uint,
  when,
} from "../../src/hdl/index.ts";

const solver = openSolver();
afterAll(() => {
  solver.close();
});

/** Counts up by one of two steps, from 0; returns to 0 at 12. Even for ever, which no single cycle shows. */
const Even = module(
  "even",
  () => ({ enable: input(bool), count: output(uint(8)) }),
  (io) => {
    const count = reg(uint(8));
    when(io.enable, () => {
      count.next = count.add(2).wrap(8);
      when(count.eq(12), () => {
        count.next = 0;
      });
    });
    io.count.set(count);
    assert(count.ne(200), "never 200");
    cover(count.eq(4), "reaches four");
    cover(count.eq(5), "reaches five");
  },
);

test("what is true is not always inductive; an invariant makes it so", async () => {
  const alone = await prove(Even, undefined, { solver, depth: 4 });
  expect(formatProof(alone)).toBe(
    [
      "assert: never 200: holds for 4 cycles",
      "cover: reaches four: reached in cycle 3",
      "cover: reaches five: not reached in 4 cycles",
    ].join("\n"),
  );
  const helped = await prove(Even, undefined, {
    solver,
    depth: 4,
    invariants: (state) => ({
      "even, and at most 12": state.uint("count").le(12).and(state.uint("count").bit(0).not()),
    }),
  });
  expect(formatProof(helped)).toBe(
    [
      "assert: never 200: proven by induction over 1 cycle",
      "cover: reaches four: reached in cycle 3",
      "cover: reaches five: unreachable by induction over 1 cycle",
      "invariant: even, and at most 12: proven by induction over 1 cycle",
    ].join("\n"),
  );
  expect([alone.status, helped.status]).toEqual(["holds", "proven"]);
});

test("an invariant that does not hold is refuted like an assertion", async () => {
  const invariants: ProveOptions["invariants"] = (state) => ({ "at most four": state.uint("count").le(4) });
  const result = await prove(Even, undefined, { solver, depth: 6, invariants });
  const four = result.properties.find(({ message }) => message === "at most four") as Refuted;
  expect([result.status, four.status, four.cycles]).toEqual(["refuted", "refuted", 5]);
  expect(replay(result.design, four.trace).outputs.at(-1)).toEqual({ count: 6n });
});

type Refuted = PropertyResult & { readonly trace: Trace };

/** Its register has no reset and its memory no contents: the fault shows only from certain first states. */
const Uncertain = module(
  "uncertain",
  () => ({ address: input(uint(2)), clear: input(bool), level: output(sint(6)) }),
  (io) => {
    const kept = reg(sint(6), { reset: false });
    kept.next = kept;
    const words = memory({ shape: uint(6), depth: 4 });
    words.write({ address: io.address, data: 0, enable: io.clear });
    const word = words.read({ address: io.address, sync: false });
    io.level.set(kept);
    assert(kept.ne(-17).or(word.ne(33)), "never both");
  },
);

test("a counterexample may need a first state, which is part of its trace and of its test", async () => {
  const result = await prove(Uncertain, undefined, { solver, depth: 2 });
  const [never] = result.properties as [Refuted];
  expect(never.status).toBe("refuted");
  const address = String(never.trace.cycles.at(-1)!["address"]);
  expect(never.trace.state).toEqual({ kept: -17n, words: expect.objectContaining({ [address]: 33n }) as unknown });
  expect(replay(result.design, never.trace).failures.map(({ cycle, property }) => [cycle, property.message])).toEqual([
    [1, "never both"],
  ]);

  const text = traceTest(result, never, { imports: ["const { design } = globalThis.uncertain;"], design: "design" });
  await expect(runTest(text, result.design)).rejects.toThrow("never both");
  // Mended, the same test passes.
  const Mended = module("uncertain", Uncertain.ports, (io) => {
    io.level.set(0);
    assert(io.address.le(3), "never both");
  });
  await runTest(text, elaborate(Mended));
});

/** Runs a generated test, with the design it names, in place of vitest's own collection of tests. */
async function runTest(text: string, design: unknown): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "systole-trace-"));
  const bodies: (() => void)[] = [];
  Object.assign(globalThis, {
    uncertain: { design, expect, test: (_: string, body: () => void) => bodies.push(body) },
  });
  try {
    const file = join(folder, "trace.ts");
    const source = pathToFileURL(join(import.meta.dirname, "../../src/formal/index.ts")).pathname;
    const alone = text
      .replace('import { expect, test } from "vitest";', "const { expect, test } = globalThis.uncertain;")
      .replace('"systole/formal"', JSON.stringify(source));
    expect(alone).toContain(source);
    writeFileSync(file, alone);
    await import(/* @vite-ignore */ file);
    expect(bodies.length).toBe(1);
    for (const body of bodies) body();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const Child = module(
  "child",
  () => ({ a: input(uint(4)), y: output(uint(4)) }),
  (io) => {
    io.y.set(io.a);
    assume(io.a.lt(9), "small inputs");
  },
);

const Around = module(
  "around",
  () => ({ a: input(uint(4)), y: output(uint(4)) }),
  (io) => {
    const child = instance(Child, undefined);
    child.a.set(io.a);
    io.y.set(child.y);
    assert(io.y.lt(9), "small outputs");
  },
);

test("a child's assumption is to be kept by its parent, unless one relies on it", async () => {
  const strict = await prove(Around, undefined, { solver, depth: 2 });
  expect(formatProof(strict)).toBe(
    "assert: small outputs: refuted in cycle 1\nassume in child: small inputs: refuted in cycle 1",
  );
  const trusting = await prove(Around, undefined, { solver, depth: 2, assumptions: "all" });
  expect(formatProof(trusting)).toBe("assert: small outputs: proven by induction over 1 cycle");
});

test("the reset may come at any time, when asked for", async () => {
  const Late = module(
    "late",
    () => ({ seen: output(bool) }),
    (io) => {
      const age = reg(uint(3));
      age.next = age.add(age.ne(7)).wrap(3);
      const marks = memory({ shape: bool, depth: 2, init: [false, false] });
      marks.write({ address: 0, data: true, enable: age.ge(2).and(resetNow().not()) });
      const mark = marks.read({ address: 0, sync: false });
      io.seen.set(mark);
      assert(age.ge(2).or(mark.not()), "no mark before its time");
    },
  );
  expect((await prove(Late, undefined, { solver, depth: 5, induction: false })).status).toBe("holds");
  const free = await prove(Late, undefined, { solver, depth: 5, induction: false, reset: "free" });
  expect(free.status).toBe("refuted");
});

test("progress tells every depth", async () => {
  const seen: ProofProgress[] = [];
  await prove(Even, undefined, { solver, depth: 2, onProgress: (progress) => seen.push(progress) });
  expect(seen.map(({ phase, depth, open }) => `${phase} ${depth}: ${open}`)).toEqual([
    "search 1: 3",
    "induction 1: 3",
    "search 2: 3",
    "induction 2: 3",
  ]);
});

async function messageOf(proof: Promise<unknown>): Promise<string> {
  const error: unknown = await proof.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SystoleError);
  const { code, message, remedy } = error as SystoleError;
  return [`${code}: ${message}`, ...(remedy === undefined ? [] : [remedy])].join(" ");
}

test("mistakes are told in full", async () => {
  const Empty = module(
    "empty",
    () => ({ y: output(bool) }),
    (io) => {
      io.y.set(true);
    },
  );
  expect(await messageOf(prove(Empty, undefined, { solver }))).toBe(
    'formal-no-properties: empty has nothing to prove: no assert and no cover in it or in what it contains State what must hold with assert(condition, "…") in the body of a module.',
  );
  const Box = extern("vendor_box", () => ({ y: output(bool) }));
  const WithBox = module(
    "with_box",
    () => ({ y: output(bool) }),
    (io) => {
      io.y.set(instance(Box, undefined).y);
      assert(io.y, "y");
    },
  );
  expect(await messageOf(prove(WithBox, undefined, { solver }))).toBe(
    "formal-external: module vendor_box is external: a proof cannot know its contents Give the module a body, or prove the modules around it.",
  );
  const Never = module(
    "never",
    () => ({ a: input(bool), y: output(bool) }),
    (io) => {
      io.y.set(io.a);
      assume(io.a, "a");
      assume(io.a.not(), "not a");
      assert(io.y.and(io.y.not()), "impossible");
    },
  );
  expect(await messageOf(prove(Never, undefined, { solver, depth: 2 }))).toBe(
    "formal-contradiction: the assumptions contradict each other: no run of 3 cycles keeps them all Weaken an assumption: as they are, they prove anything.",
  );
  const invariants: ProveOptions["invariants"] = (state) => ({ x: state.uint("cuont").eq(0) });
  expect(await messageOf(prove(Even, undefined, { solver, invariants }))).toBe(
    'formal-path: no register or port "cuont" in the design Did you mean "count"?',
  );
  const path = process.env["PATH"];
  process.env["PATH"] = "/nowhere";
  try {
    expect(await messageOf(prove(Even, undefined, { solver: "bitwuzla" }))).toBe(
      'formal-solver-missing: the solver bitwuzla needs the program bitwuzla, which is not on the PATH Install bitwuzla, or use the solver "wasm", which comes with npm.',
    );
  } finally {
    process.env["PATH"] = path;
  }
});

/** The factors of a product of two primes: nothing a solver finds in a moment. */
const Factors = module(
  "factors",
  () => ({ a: input(uint(48)), b: input(uint(48)), y: output(uint(96)) }),
  (io) => {
    io.y.set(io.a.mul(io.b));
    assert(io.y.ne(0x9_f3b1_ce4d_7a2b_5e63_1f0dn).or(io.a.eq(1)).or(io.b.eq(1)), "has no factors");
  },
);

test("a solver that takes too long is ended, and so is one that is interrupted", async () => {
  expect(await messageOf(prove(Factors, undefined, { timeoutSeconds: 1 }))).toBe(
    "formal-timeout: z3 (WebAssembly) gave no answer within 1 s Allow more time, prove to a smaller depth, or make the design smaller.",
  );
  const controller = new AbortController();
  const proof = prove(Factors, undefined, {
    signal: controller.signal,
    onProgress: () =>
      setTimeout(() => {
        controller.abort();
      }, 50),
  });
  await expect(proof).rejects.toThrow(/abort/);
});

/** A program that speaks as a solver does, for those who have none: it says that nothing can go wrong. */
test("a solver on the PATH is asked in SMT-LIB", async () => {
  const folder = mkdtempSync(join(tmpdir(), "systole-solver-"));
  const path = process.env["PATH"];
  try {
    const asked = join(folder, "asked.smt2");
    const program = `#!/usr/bin/env node
const { appendFileSync } = require("node:fs");
process.stdin.on("data", (text) => {
  appendFileSync(${JSON.stringify(asked)}, text);
  for (const line of String(text).split("\\n")) {
    if (line === "(check-sat)") console.log("unsat");
    const echo = /^\\(echo "(.*)"\\)$/.exec(line);
    if (echo) console.log(echo[1]);
  }
});
`;
    writeFileSync(join(folder, "z3"), program, { mode: 0o755 });
    process.env["PATH"] = `${folder}:${path ?? ""}`;
    const result = await prove(Even, undefined, { solver: "z3", depth: 1 });
    expect(result.status).toBe("proven");
    const text = readFileSync(asked, "utf8");
    expect(text).toContain("(set-logic QF_BV)");
    expect(text).toMatch(/\(declare-fun \|count\w*@0\| \(\) \(_ BitVec 8\)\)/);
  } finally {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  }
});

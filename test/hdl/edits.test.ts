import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import { elaborate, emitVerilog, type Module, type Ports } from "../../src/hdl/index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const params = loadConfig("edge");
let folder: string;

beforeAll(() => {
  mkdirSync(join(root, ".cache"), { recursive: true });
  folder = mkdtempSync(join(root, ".cache/edits-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A line of a design, what it is changed to, and how many lines of Verilog may then be gone and new. */
interface Edit {
  readonly what: string;
  readonly file: string;
  readonly name: string;
  readonly params: object;
  readonly from: string;
  readonly to: string;
  readonly gone: number;
  readonly added: number;
}

const queue = { file: "src/hdl/library/modules/queue.ts", name: "Queue", params: { width: 8, depth: 5 } };
const pe = { file: "src/generators/array/pe.ts", name: "Pe", params: { operandBits: 8, sumBits: 32 } };
const splitter = { file: "src/generators/dma/burst-splitter.ts", name: "BurstSplitter", params };
const semaphores = { file: "src/generators/control/semaphores.ts", name: "Semaphores", params };
const retirement = { file: "src/generators/gemm/retirement.ts", name: "Retirement", params };

const edits: readonly Edit[] = [
  {
    ...queue,
    what: "a queue: another operator",
    from: "io.enq.ready.set(count.lt(depth));",
    to: "io.enq.ready.set(count.ne(depth));",
    gone: 1,
    added: 1,
  },
  {
    ...queue,
    what: "a queue: a register on the way of a condition",
    from: "const last = depth - 1;",
    to: "const late = reg(uint(1)); late.next = enters; io.deq.valid.set(late.asBool()); const last = depth - 1;",
    gone: 1,
    added: 10,
  },
  {
    ...pe,
    what: "a processing element: another operator",
    from: "sum.add(activation.mul(active))",
    to: "sum.sub(activation.mul(active))",
    gone: 1,
    added: 1,
  },
  {
    ...pe,
    what: "a processing element: a register more",
    from: "io.shadowWeight.set(shadow);",
    to: "const late = reg(sint(p.operandBits), { reset: false });\nlate.next = shadow;\nio.shadowWeight.set(late);",
    gone: 1,
    added: 3,
  },
  {
    ...splitter,
    what: "a burst splitter: another comparison",
    from: "beatsLeft.le(most)",
    to: "beatsLeft.lt(most)",
    gone: 1,
    added: 1,
  },
  {
    ...splitter,
    what: "a burst splitter: a register more",
    from: "io.outOfRange.set(outOfRange);",
    to: "const wasOut = reg(bool);\nwasOut.next = outOfRange;\nio.outOfRange.set(wasOut);",
    gone: 2,
    added: 13,
  },
  {
    ...semaphores,
    what: "semaphores: a condition more",
    from: "engine.missing.set(wait.and(zero.or(kept)));",
    to: "engine.missing.set(wait.and(zero.or(kept).not()));",
    gone: 4,
    added: 4,
  },
  {
    ...retirement,
    what: "retirement: one stage less",
    from: "const ends = pipe(valid, TO_TOTAL, reset);",
    to: "const ends = pipe(valid, TO_TOTAL - 1, reset);",
    gone: 4,
    added: 1,
  },
  {
    ...retirement,
    what: "retirement: an instance more",
    from: "const waited = places.at(-1)!;",
    to: `const counter = instance(Inner, { width: 4 });\ncounter.enable.set(ends);\nconst waited = places.at(-1)!.and(counter.busy);`,
    gone: 3,
    added: 13,
  },
];

/** A module that an edit inserts. */
const INNER = `
const Inner = module(
  "inner",
  (p: { width: number }) => ({ enable: input(bool), busy: output(bool) }),
  (io, p) => {
    const count = reg(uint(p.width));
    count.next = count.add(io.enable).wrap(p.width);
    io.busy.set(count.ne(0));
  },
);
`;

/** The Verilog of the top module of a copy of the file. */
async function emitted(edit: Edit, text: string): Promise<readonly string[]> {
  const from = dirname(join(root, edit.file));
  const copy = join(folder, `${Math.random().toString(36).slice(2)}-${basename(edit.file)}`);
  const body = text.replace(/from "(\.[^"]+)"/g, (_, path: string) => `from ${JSON.stringify(resolve(from, path))}`);
  writeFileSync(copy, body);
  const module = ((await import(pathToFileURL(copy).href)) as Record<string, Module<object, Ports>>)[edit.name]!;
  const { files } = emitVerilog(elaborate(module, edit.params), { locations: false });
  return files.at(-1)!.text.split("\n");
}

/** The lines that are in only one of two texts, by the longest common subsequence. */
function difference(a: readonly string[], b: readonly string[]): { gone: string[]; added: string[] } {
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i]![j] = a[i] === b[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
    }
  }
  const [gone, added]: [string[], string[]] = [[], []];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) [i, j] = [i + 1, j + 1];
    else if (j === b.length || (i < a.length && table[i + 1]![j]! >= table[i]![j + 1]!)) gone.push(a[i++]!);
    else added.push(b[j++]!);
  }
  return { gone, added };
}

test.each(edits)("$what changes a few lines of Verilog", async (edit) => {
  const source = readFileSync(join(root, edit.file), "utf8");
  expect(source.split(edit.from)).toHaveLength(2);
  const changed = edit.to.includes("Inner")
    ? source.replace(/^import \{(.*)\} from "(.*hdl\/index.ts)";/m, (_, names: string, path: string) => {
        const all = new Set([
          ...names.split(",").map((name) => name.trim()),
          "input",
          "instance",
          "module",
          "reg",
          "uint",
        ]);
        return `import { ${[...all].filter((name) => name !== "").join(", ")} } from "${path}";${INNER}`;
      })
    : source;
  const [before, after] = [await emitted(edit, source), await emitted(edit, changed.replace(edit.from, edit.to))];
  const { gone, added } = difference(before, after);
  expect(
    { gone: gone.length, added: added.length },
    [...gone.map((l) => `- ${l}`), ...added.map((l) => `+ ${l}`)].join("\n"),
  ).toEqual({
    gone: edit.gone,
    added: edit.added,
  });
});

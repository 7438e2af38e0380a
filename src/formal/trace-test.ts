import type { Trace } from "./counterexample.ts";
import { replay } from "./replay.ts";
import type { ProofResult, PropertyResult } from "./result.ts";

/** Where a generated test finds its design. */
export interface TraceTestOptions {
  /** Import statements that `design` needs. */
  readonly imports: readonly string[];
  /** An expression whose value is the elaborated design: `elaborate(Queue, { width: 8, depth: 4 })`. */
  readonly design: string;
}

/**
 * The text of a vitest file that replays the trace of a property. A refuted one fails until the design is mended; the trace
 * of a cover or of an invariant is held to the outputs that it has now.
 */
export function traceTest(
  { design }: Pick<ProofResult, "design">,
  property: PropertyResult & { readonly trace: Trace },
  options: TraceTestOptions,
): string {
  const { trace, kind, message } = property;
  const last = trace.cycles.length - 1;
  const isChecked = kind === "assert" || kind === "assume";
  const demand = isChecked
    ? [
        `const { failures } = replay(${options.design}, trace);`,
        `expect(failures.map(({ property }) => property.message)).not.toContain(${JSON.stringify(message)});`,
      ]
    : [
        `const { outputs } = replay(${options.design}, trace);`,
        `expect(outputs.at(-1)).toEqual(${record(replay(design, trace).outputs[last]!)});`,
      ];
  const what = isChecked ? "fails" : kind === "cover" ? "is reached" : "does not hold";
  return [
    `// ${kind} "${message}" ${what} in cycle ${last}.`,
    'import { expect, test } from "vitest";',
    'import { replay, type Trace } from "systole/formal";',
    ...options.imports,
    "",
    "const trace: Trace = {",
    `  state: ${state(trace)},`,
    "  cycles: [",
    ...trace.cycles.map((inputs) => `    ${record(inputs)},`),
    "  ],",
    "};",
    "",
    `test(${JSON.stringify(message)}, () => {`,
    ...demand.map((line) => `  ${line}`),
    "});",
    "",
  ].join("\n");
}

function state({ state: contents }: Trace): string {
  const entries = Object.entries(contents).map(([path, value]) => {
    return `${JSON.stringify(path)}: ${typeof value === "bigint" ? `${value}n` : record(value)}`;
  });
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function record(values: Readonly<Record<string, bigint>>): string {
  const entries = Object.entries(values).map(([name, value]) => `${name}: ${value}n`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

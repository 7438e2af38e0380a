import type { Design } from "../../hdl/ir.ts";
import { memoryModule } from "../../hdl/verilog/memory.ts";
import { emitVerilog, type EmittedDesign } from "../../hdl/verilog/index.ts";
import { SystoleError } from "../../errors.ts";
import { openSolver, type Patience, type Solver, type SolverName } from "../solver/index.ts";
import { bitsOf, parseSExpression } from "../solver/values.ts";
import { solverFailed } from "../solver/solver.ts";
import { SmtWriter } from "../terms/index.ts";
import { demandContents } from "../translate/index.ts";
import { FIRST, NEXT, NOW, type Claim, type Comparison } from "./claims.ts";
import { compareMemory } from "./compare-memory.ts";
import { compareModule } from "./compare-module.ts";
import { moduleLines, withPins } from "./states.ts";
import { readVerilog, type VerilogMeaning } from "./yosys.ts";

/** Options of {@link checkEmission}. */
export interface CheckEmissionOptions extends Patience {
  /** The Verilog to check; default is what the design emits. */
  readonly verilog?: Pick<EmittedDesign, "files" | "top">;
  /** As for `prove`; one with arrays and uninterpreted functions. */
  readonly solver?: SolverName | Solver;
  readonly onProgress?: (module: string) => void;
}

/** A module of which Verilog and intermediate form were compared. */
export interface ModuleEquivalence {
  readonly module: string;
  /** Values compared: outputs, next values, pins of children, properties. */
  readonly claims: number;
  /** Those that can differ: `next value of count`. Empty: proven equal, whatever the inputs and the state. */
  readonly differences: readonly string[];
  readonly milliseconds: number;
}

/**
 * Proves of every module of a design that its Verilog, as Yosys reads it, is what the intermediate form says: one step from
 * any state with any inputs, in which any of its clocks tick; children and memories are cut out and compared by themselves.
 */
export async function checkEmission(design: Design, options: CheckEmissionOptions = {}): Promise<ModuleEquivalence[]> {
  demandContents(design);
  const verilog = options.verilog ?? emitVerilog(design);
  const meanings = await readVerilog(verilog);
  const { solver: choice = "wasm" } = options;
  const solver = typeof choice === "string" ? openSolver(choice) : choice;
  try {
    const results: ModuleEquivalence[] = [];
    for (const comparison of comparisons(design, meanings)) {
      options.onProgress?.(comparison.name);
      const start = performance.now();
      const differences = await compare(comparison, meanings.get(comparison.name)!, solver, options);
      const { name: module, claims } = comparison;
      results.push({ module, claims: claims.length, differences, milliseconds: performance.now() - start });
    }
    return results;
  } finally {
    if (typeof choice === "string") solver.close();
  }
}

function* comparisons(design: Design, meanings: VerilogMeaning): Generator<Comparison> {
  const memories = new Map(
    design.modules.flatMap(({ memories: own }) => own.map((memory) => [memoryModule(memory).name, memory])),
  );
  const demand = (name: string): string => {
    const text = meanings.get(name);
    if (text !== undefined) return text;
    throw new SystoleError({
      code: "formal-yosys",
      message: `the Verilog of ${design.top.name} has no module ${name}`,
    });
  };
  for (const [name, memory] of memories) {
    demand(name);
    yield compareMemory(memory);
  }
  for (const module of design.modules) yield compareModule(module, demand(module.name));
}

/** Time for all claims at once, before they are shown one after the other. */
const TOGETHER_MILLISECONDS = 20_000;

async function compare(
  { name, meaning, claims, wires, assumptions, children }: Comparison,
  text: string,
  solver: Solver,
  patience: Patience,
): Promise<string[]> {
  const writer = new SmtWriter((variable) => meaning.get(variable));
  writer.define([...claims.map((claim) => claim.own), ...wires.map((wire) => wire.own), ...assumptions]);
  const equality = ({ own, verilog }: Claim): string => `(= ${writer.bits(own)} ${withPins(name, verilog)})`;
  const script = [
    "(set-option :produce-models true)",
    ...moduleLines(name, text, children),
    ...writer.lines.map((line) => withPins(name, line)),
    `(assert (|${name}_i| ${FIRST}))`,
    `(assert (|${name}_h| ${NOW}))`,
    `(assert (|${name}_t| ${NOW} ${NEXT}))`,
    ...assumptions.map((term) => `(assert ${writer.condition(term)})`),
    "",
  ].join("\n");
  const differing = new Set<Claim>();
  for (;;) {
    const open = claims.filter((claim) => !differing.has(claim));
    const equalities = open.map(equality);
    // Nothing is pushed: solvers simplify a question by far more when no other can follow.
    const together = [
      `(assert (not (and true ${equalities.join(" ")})))`,
      ...timeLimit(solver, TOGETHER_MILLISECONDS),
      "(check-sat)",
    ];
    const answer = (await solver.start(script + together.join("\n"), patience)).trim();
    if (answer === "unsat") break;
    if (answer === "unknown") {
      await solver.start(script, patience);
      for (const claim of await oneByOne(open, { solver, patience, equality, wires })) differing.add(claim);
      break;
    }
    if (answer !== "sat") throw noAnswer(solver, answer);
    const values = parseSExpression(await solver.ask(`(get-value (${equalities.join(" ")}))`, patience));
    if (typeof values === "string") throw solverFailed(solver.name, "gave no values");
    const found = open.filter((_, i) => bitsOf(values[i]!.at(-1)!) === 0n);
    if (found.length === 0) throw solverFailed(solver.name, "found a difference and did not say where");
    for (const claim of found) differing.add(claim);
  }
  return claims.filter((claim) => differing.has(claim)).map(({ what }) => what);
}

/** Shows wires, then claims, one after the other; what has been shown may be relied on from then on. */
async function oneByOne(
  claims: readonly Claim[],
  {
    solver,
    patience,
    equality,
    wires,
  }: { solver: Solver; patience: Patience; equality: (claim: Claim) => string; wires: readonly Claim[] },
): Promise<Claim[]> {
  const differing: Claim[] = [];
  let before = timeLimit(solver, UNLIMITED).join("");
  for (const claim of [...wires, ...claims]) {
    const equal = equality(claim);
    const answer = (await solver.ask(`${before}(push 1)(assert (not ${equal}))(check-sat)`, patience)).trim();
    if (answer !== "sat" && answer !== "unsat") throw noAnswer(solver, answer);
    before = answer === "unsat" ? `(pop 1)(assert ${equal})` : "(pop 1)";
    if (answer === "sat" && claims.includes(claim)) differing.push(claim);
  }
  return differing;
}

/** No limit, in z3's words. */
const UNLIMITED = 4294967295;

/** After this time z3 answers `unknown` and goes on; other solvers take the time they take. */
const timeLimit = (solver: Solver, milliseconds: number): string[] =>
  solver.name.startsWith("z3") ? [`(set-option :timeout ${milliseconds})`] : [];

const noAnswer = (solver: Solver, answer: string): Error =>
  solverFailed(solver.name, `answered ${answer === "" ? "nothing" : answer.slice(0, 400)}`);

import { needsReset, resetName } from "../verilog/clocking.ts";
import type { EmittedPort } from "../verilog/index.ts";
import type { Design } from "../ir.ts";
import { hasDomains, simulationPorts, tickName } from "./clocks.ts";
import { EvaluatedInstance, type StateContents } from "./evaluated-instance.ts";
import type { Inspection, MemoryPlace, SignalPlace } from "./places.ts";
import { layoutPorts, readWords, writeWords, type PortLayout } from "./ports.ts";
import { demandContents, type Failure, type Simulator } from "./simulator.ts";

/**
 * The oracle: the meaning of the intermediate form, written for clarity. Works on a design before or after passes, at
 * some thousand nets a millisecond. Registers without reset and memories without contents start at 0.
 */
export class Evaluator implements Simulator {
  readonly layout: PortLayout<EmittedPort>;
  readonly now: Uint32Array;
  readonly sampled: Uint32Array;
  readonly #name: string;
  readonly #top: EvaluatedInstance;
  readonly #inputs = new Map<string, bigint>();
  #failures: Failure[] = [];
  #cycle = 0;
  #inspection: Inspection | undefined;
  /** Brings the values of an inspection up to date. */
  #look = (): void => undefined;

  /** Throws HdlError for a design with external modules. */
  constructor(design: Design) {
    demandContents(design);
    const { top } = design;
    this.#name = top.name;
    this.layout = layoutPorts(simulationPorts(design));
    this.now = new Uint32Array(this.layout.words);
    this.sampled = new Uint32Array(this.layout.words);
    const several = hasDomains(design);
    this.#top = new EvaluatedInstance(top, "", {
      input: (port) => this.#inputs.get(port.name)!,
      reset: (domain) => needsReset(top, domain) && this.#inputs.get(resetName(domain)) === 1n,
      ticks: (domain) => !several || this.#inputs.get(tickName(domain)) === 1n,
    });
    this.settle();
  }

  /** Sets registers and words of memories by their paths (`queue.count`); all else stays. */
  load(state: Readonly<Record<string, StateContents>>): void {
    this.#top.load((path) => state[path]);
    this.settle();
  }

  get cycle(): number {
    return this.#cycle;
  }

  settle(): void {
    for (const { name, direction, offset, width, signed } of this.layout.slots) {
      const bits = readWords(this.now, offset, width);
      if (direction === "input") this.#inputs.set(name, signed ? BigInt.asIntN(width, bits) : bits);
    }
    this.#top.forget();
    for (const { name, direction, offset, width } of this.layout.slots) {
      if (direction === "output") writeWords(this.now, offset, width, this.#top.output(name));
    }
    this.#look();
  }

  step(cycles: number): number {
    for (let done = 1; ; done++) {
      this.settle();
      this.sampled.set(this.now);
      const commits: (() => void)[] = [];
      const failures: Failure[] = [];
      this.#top.prepare(commits, (path, property) => {
        failures.push({ cycle: this.#cycle, path, property });
      });
      for (const commit of commits) commit();
      this.#cycle++;
      this.#failures.push(...failures);
      this.settle();
      if (done >= cycles || failures.length > 0) return done;
    }
  }

  inspect(): Inspection {
    if (this.#inspection !== undefined) return this.#inspection;
    const found: { readonly signal: SignalPlace; readonly value: () => bigint }[] = [];
    const memories: MemoryPlace[] = [];
    this.#top.inspect(found, memories);
    const { slots, words } = layoutPorts(found.map(({ signal, value }) => ({ ...signal, value })));
    const values = new Uint32Array(words);
    this.#look = () => {
      for (const { offset, width, value } of slots) writeWords(values, offset, width, value());
    };
    this.#look();
    const signals = slots.map(({ path, name, kind, width, signed, offset }): SignalPlace => {
      return { path, name, kind, width, signed, ...(kind === "clock" ? {} : { address: 4 * offset }) };
    });
    return (this.#inspection = { top: this.#name, memory: values.buffer, signals, memories });
  }

  takeFailures(): Failure[] {
    const failures = this.#failures;
    this.#failures = [];
    return failures;
  }
}

import type { Design } from "../ir.ts";
import type { Inspection } from "../simulate/places.ts";
import { hasDomains } from "../simulate/clocks.ts";
import { gateClocks } from "../simulate/gate-clocks.ts";
import type { PortLayout } from "../simulate/ports.ts";
import { demandContents, type Failure, type Simulator } from "../simulate/simulator.ts";
import type { EmittedPort } from "../verilog/index.ts";
import { instantiate } from "../wasm/index.ts";
import { compileDesign, type CompiledDesign } from "./compile.ts";
import { inspect } from "./observe.ts";
import { REST, type RestOptions } from "./rest.ts";
import { powerOn } from "./power-on.ts";

interface Exports {
  readonly settle: () => void;
  readonly step: (cycles: number) => number;
  readonly cycle: () => void;
}

export interface EmbeddedOptions {
  /** What registers and memories hold at the start: random values by this seed; 0 (default) for reset values and zeros. */
  readonly seed?: number;
  /** Whether all nets can be inspected, not only ports, registers and what memories read; the simulation is then slower. Default: false. */
  readonly observe?: boolean;
  /** One-bit outputs that `watch` is asked for. */
  readonly watched?: readonly string[];
  /** Which parts of a design that is not observed rest while nothing changes in them. Default: those large enough for it to pay. */
  readonly rest?: RestOptions;
}

/** A design compiled to WebAssembly within this process; no tool is needed. */
export class EmbeddedSimulator implements Simulator {
  readonly layout: PortLayout<EmittedPort>;
  readonly now: Uint32Array;
  readonly sampled: Uint32Array;
  readonly #compiled: CompiledDesign;
  readonly #exports: Exports;
  readonly #watched: Readonly<Record<string, () => number>>;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #inspection: Inspection | undefined;
  #failures: Failure[] = [];
  #cycle = 0;

  /** Throws HdlError for a design with external modules. */
  constructor(design: Design, { seed = 0, observe = false, watched = [], rest = REST }: EmbeddedOptions = {}) {
    demandContents(design);
    this.#compiled = compileDesign(hasDomains(design) ? gateClocks(design) : design, { observe, watched, rest });
    const { layout, code } = this.#compiled;
    const { exports, memory } = instantiate(code, layout.size);
    this.#exports = exports as unknown as Exports;
    this.#watched = exports as Readonly<Record<string, () => number>>;
    this.#bytes = new Uint8Array(memory);
    this.layout = layout.ports;
    this.now = new Uint32Array(memory, layout.now, layout.ports.words);
    this.sampled = new Uint32Array(memory, layout.sampled, layout.ports.words);
    powerOn(this.#bytes, this.#compiled, seed);
    this.settle();
  }

  get cycle(): number {
    return this.#cycle;
  }

  settle(): void {
    this.#exports.settle();
  }

  step(cycles: number): number {
    const done = this.#exports.step(cycles);
    this.#cycle += done;
    if (this.#bytes[this.#compiled.layout.stopped] !== 0) this.#collectFailures();
    return done;
  }

  inspect(): Inspection {
    return (this.#inspection ??= inspect(this.#compiled, this.#bytes.buffer));
  }

  /**
   * One clock cycle for those who look at every one: `sampled` holds all ports as the edge saw them, while the outputs in `now`
   * are as they were until the next `settle`. False when an assertion failed.
   */
  runCycle(): boolean {
    this.#exports.cycle();
    this.#cycle++;
    if (this.#bytes[this.#compiled.layout.stopped] === 0) return true;
    this.#collectFailures();
    return false;
  }

  /** Parts of the design that rest at present, and all that may; none may rest where `settle` was called since the last cycle. */
  restingBlocks(): { readonly resting: number; readonly all: number } {
    const { from, bytes } = this.#compiled.resting;
    return { resting: this.#bytes.subarray(from, from + bytes).reduce((sum, flag) => sum + flag, 0), all: bytes };
  }

  /** A function that tells whether a watched output is 1 after the last edge, without the others' being computed. */
  watch(port: string): () => boolean {
    const value = this.#watched[port]!;
    return () => value() !== 0;
  }

  takeFailures(): Failure[] {
    const failures = this.#failures;
    this.#failures = [];
    return failures;
  }

  #collectFailures(): void {
    this.#bytes[this.#compiled.layout.stopped] = 0;
    for (const { node, flag } of this.#compiled.properties) {
      if (this.#bytes[flag] === 0) continue;
      this.#bytes[flag] = 0;
      const { path } = node.pack.lanes[node.lanes[0]!]!;
      this.#failures.push({ cycle: this.#cycle - 1, path, property: node.property! });
    }
  }
}

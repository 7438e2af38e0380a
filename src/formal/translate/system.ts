import { SystoleError } from "../../errors.ts";
import type { Design } from "../../hdl/ir.ts";
import { hasDomains } from "../../hdl/simulate/index.ts";
import { needsReset } from "../../hdl/verilog/clocking.ts";
import { designPorts, type EmittedPort } from "../../hdl/verilog/index.ts";
import { TermBuilder, type Term } from "../terms/index.ts";
import { TranslatedInstance, type StateVariable, type TranslatedProperty } from "./instance.ts";

/** An input of the top module that is free in every cycle. */
export interface SystemInput {
  readonly port: EmittedPort;
  readonly term: Term;
}

/** A design as one machine: state, inputs, and everything else as terms over them. */
export interface TransitionSystem {
  readonly terms: TermBuilder;
  readonly design: Design;
  readonly top: TranslatedInstance;
  /** The ports of the top module that are driven from outside, the clock left out. */
  readonly inputs: readonly SystemInput[];
  /** The reset input, when the design has one. */
  readonly reset: Term | undefined;
  readonly outputs: readonly { readonly port: EmittedPort; readonly term: Term }[];
  readonly states: readonly StateVariable[];
  readonly properties: readonly TranslatedProperty[];
}

/** Throws SystoleError for what a proof cannot follow: external modules, several clocks. */
export function demandContents(design: Design): void {
  const external = design.modules.find((module) => module.external !== undefined);
  if (external !== undefined) {
    throw new SystoleError({
      code: "formal-external",
      message: `module ${external.hint} is external: a proof cannot know its contents`,
      remedy: "Give the module a body, or prove the modules around it.",
    });
  }
  if (!hasDomains(design)) return;
  throw new SystoleError({
    code: "formal-clocks",
    message: `${design.top.name} has several clocks, and a proof follows one`,
    remedy: "Prove the parts of each clock domain by themselves.",
  });
}

/** Flattens an elaborated design to terms. Throws SystoleError as {@link demandContents}. */
export function translateDesign(design: Design): TransitionSystem {
  demandContents(design);
  const terms = new TermBuilder();
  const ports = designPorts(design.top).filter((port) => port.name !== "clock");
  const inputs = ports
    .filter((port) => port.direction === "input")
    .map((port) => ({ port, term: terms.variable(port.name, port.width) }));
  const byName = new Map(inputs.map((input) => [input.port.name, input.term]));
  const reset = needsReset(design.top) ? byName.get("reset") : undefined;
  const top = new TranslatedInstance(terms, design.top, "", {
    input: (port) => byName.get(port.name)!,
    reset: () => reset ?? terms.constant(0n, 1),
  });
  const outputs = ports
    .filter((port) => port.direction === "output")
    .map((port) => {
      return { port, term: top.value(design.top.ports.find((own) => own.name === port.name)!) };
    });
  return { terms, design, top, inputs, reset, outputs, states: top.states(), properties: top.properties() };
}

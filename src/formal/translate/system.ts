import { SystoleError } from "../../errors.ts";
import type { Design } from "../../hdl/ir.ts";
import { designPorts, type EmittedPort } from "../../hdl/verilog/index.ts";
import { steppedDesign } from "../clocks.ts";
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
  /** The inputs of the top module, the clock left out; of several clocks what a {@link steppedDesign} has in their place. */
  readonly inputs: readonly SystemInput[];
  /** The reset inputs, one of each clock domain that has registers with reset. */
  readonly resets: readonly Term[];
  /** The inputs that say which clock ticks, when the design has several. */
  readonly ticks: readonly Term[];
  readonly outputs: readonly { readonly port: EmittedPort; readonly term: Term }[];
  readonly states: readonly StateVariable[];
  readonly properties: readonly TranslatedProperty[];
}

/** Throws SystoleError for what a proof cannot follow: external modules. */
export function demandContents(design: Design): void {
  const external = design.modules.find((module) => module.external !== undefined);
  if (external === undefined) return;
  throw new SystoleError({
    code: "formal-external",
    message: `module ${external.hint} is external: a proof cannot know its contents`,
    remedy: "Give the module a body, or prove the modules around it.",
  });
}

/** Flattens an elaborated design to terms. Throws SystoleError as {@link demandContents}. */
export function translateDesign(design: Design): TransitionSystem {
  demandContents(design);
  const terms = new TermBuilder();
  const stepped = steppedDesign(design);
  const { top: module } = stepped.design;
  const ports = designPorts(module).filter((port) => port.name !== "clock");
  const inputs = ports
    .filter((port) => port.direction === "input")
    .map((port) => ({ port, term: terms.variable(port.name, port.width) }));
  const byName = new Map(inputs.map((input) => [input.port.name, input.term]));
  const named = (names: readonly string[]): Term[] => names.map((name) => byName.get(name)!);
  const [resets, ticks] = [named(stepped.resets), named(stepped.ticks)];
  const top = new TranslatedInstance(terms, module, "", {
    input: (port) => byName.get(port.name)!,
    // Of several clocks the resets are inputs like others.
    reset: () => (ticks.length > 0 ? undefined : resets[0]) ?? terms.constant(0n, 1),
  });
  const outputs = ports
    .filter((port) => port.direction === "output")
    .map((port) => {
      return { port, term: top.value(module.ports.find((own) => own.name === port.name)!) };
    });
  return { terms, design, top, inputs, resets, ticks, outputs, states: top.states(), properties: top.properties() };
}

/** The intermediate form as terms. */
export { nodeTerm } from "./expression.ts";
export { TranslatedInstance, type StateVariable, type TermSurroundings, type TranslatedProperty } from "./instance.ts";
export { addressBits, MemoryTerms } from "./memory.ts";
export { demandContents, translateDesign, type SystemInput, type TransitionSystem } from "./system.ts";

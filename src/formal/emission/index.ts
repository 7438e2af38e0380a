/** The emitted Verilog held to the intermediate form, by proof. */
export { checkEmission, type CheckEmissionOptions, type ModuleEquivalence } from "./check.ts";

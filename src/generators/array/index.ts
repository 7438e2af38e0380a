/** The weight-stationary systolic array: processing element, mesh, skew and de-skew. */
export { eastward, Pe, southward, type PeParams } from "./pe.ts";
export { Mesh, type MeshParams } from "./mesh.ts";
export { activationRow, arrayLatency, SystolicArray, weightRow } from "./systolic-array.ts";

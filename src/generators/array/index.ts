/** The weight-stationary systolic array: processing element, row, mesh, skew and de-skew. */
export { Pe, type PeParams } from "./pe.ts";
export { ArrayRow, type ArrayRowParams } from "./array-row.ts";
export { exactMesh } from "./exact-mesh.ts";
export { Mesh, type MeshParams } from "./mesh.ts";
export { activationRow, arrayLatency, SystolicArray, weightRow } from "./systolic-array.ts";

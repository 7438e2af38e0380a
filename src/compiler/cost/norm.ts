/** Smallest distance in cycles between two accesses of a NORM pass to the same row. */
const NORM_ROW_DISTANCE = 4;
/** Cycles of the row unit for one row. */
export const ROW_JOB_CYCLES = 20;

/** Cycles of a NORM pass over `rows` rows and `slices` slices. */
export const normCycles = (rows: number, slices: number): number => Math.max(rows, NORM_ROW_DISTANCE) * slices;

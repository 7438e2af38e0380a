/** What a simulation build is doing, in a few words. */
import type { BuildProgress } from "../harness/index.ts";

const PHASES: Readonly<Record<BuildProgress["phase"], string>> = {
  waiting: "waiting for another build",
  verilate: "verilating",
  compile: "compiling",
  link: "linking",
};

/** A note for the progress bar. */
export const buildNote = ({ phase, done, total }: BuildProgress): string => `${PHASES[phase]} ${done}/${total}`;

import type { Design, Module } from "../ir.ts";
import { HdlError, type Problem } from "../problems.ts";
import { check } from "./check.ts";
import { removeDeadCode } from "./dead-code.ts";
import { checkDomains } from "./domains.ts";
import { fold } from "./fold.ts";
import { checkGlitches } from "./glitches.ts";
import { noLatch } from "./latch.ts";
import { LoopFinder } from "./loops.ts";
import { mergeEqual } from "./merge.ts";
import { name } from "./name.ts";
import { selects } from "./selects.ts";
import { share } from "./share.ts";

/** What the checks say of modules, children before their parents; loops are looked for in whole designs without mistakes. */
export function problemsOf(modules: readonly Module[], isWhole: boolean): Problem[] {
  const problems: Problem[] = [];
  const loops = new LoopFinder();
  for (const module of modules) {
    check(module, problems);
    noLatch(module, problems);
    if (isWhole && problems.length === 0) loops.check(module, problems);
  }
  return problems;
}

/** Runs every pass, in this order. Throws one error with all problems that the checks find. */
export function runPasses(design: Design): Design {
  const problems = problemsOf(design.modules, true);
  if (problems.length === 0) checkDomains(design, problems);
  if (problems.length === 0) checkGlitches(design, problems);
  if (problems.length > 0) throw new HdlError(problems);
  for (const module of design.modules) {
    fold(module);
    removeDeadCode(module);
    share(module);
    selects(module);
  }
  mergeEqual(design);
  name(design);
  return design;
}

/** Paths of the whole design from the arcs of its modules, in the words of the report. */
import { SystoleError } from "../../errors.ts";
import { composeTiming, timingLibrary, type TimedModule } from "../timing/index.ts";
import { REFERENCE_NODE, type TechnologyNode } from "../technology/index.ts";
import type { CellLibrary, ModuleTiming } from "../types.ts";
import type { DesignParts } from "./areas.ts";
import { rowPath } from "./rows.ts";
import type { TimingPath } from "./schema.ts";

/** The timing part of a report: the worst path of each block, worst first. Delays of the generic cells are those of `node`. */
export function designTiming(
  { structure, modules, macroCost }: DesignParts,
  library: CellLibrary,
  node: TechnologyNode = REFERENCE_NODE,
): { readonly model: string; readonly paths: readonly TimingPath[] } {
  const delays = requireDelays(library);
  const scale = library.liberty === undefined ? node.levelPicoseconds.value / REFERENCE_NODE.levelPicoseconds.value : 1;
  const timed = new Map<string, TimedModule>();
  for (const [name, { timing }] of modules) {
    const inside = structure.modules.get(name);
    const memories = inside?.memories ?? [];
    timed.set(name, {
      timing: scaled(timing!, scale),
      instances: [...(inside?.children ?? []), ...memories.filter(({ built }) => built === "flip-flops")],
      memories: memories
        .filter(({ built }) => built === "macro")
        .map((memory) => ({ name: memory.name, accessPicoseconds: macroCost(memory).accessPicoseconds })),
    });
  }
  const { paths } = composeTiming({ top: structure.top, modules: timed, setupPicoseconds: scale * delays.setup });
  const at = library.liberty === undefined && node !== REFERENCE_NODE ? `; scaled to ${node.name}` : "";
  return {
    model: `${delays.model}${at}`,
    paths: paths.map(({ block, from, to, through, levels, picoseconds, fmaxMhz }) => ({
      block: rowPath(structure, block),
      from,
      to,
      through: [...through],
      levels,
      picoseconds,
      fmaxMhz,
    })),
  };
}

/** The delays of a library. Errors: `liberty-no-delays`. */
export function requireDelays(library: CellLibrary): NonNullable<ReturnType<typeof timingLibrary>> {
  const delays = timingLibrary(library);
  if (delays !== undefined) return delays;
  throw new SystoleError({
    code: "liberty-no-delays",
    message: `library ${library.name} has no delay tables`,
    remedy: "Give a Liberty file with timing groups, or leave --liberty out for the generic cells.",
  });
}

const scaled = ({ arcs }: ModuleTiming, scale: number): ModuleTiming =>
  scale === 1 ? { arcs } : { arcs: arcs.map((arc) => ({ ...arc, picoseconds: scale * arc.picoseconds })) };

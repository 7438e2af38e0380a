/** What one variant costs: its areas and timing by synthesis, and the energy of a layer by a run of its RTL. */
import { createHash } from "node:crypto";
import { encoderData, encoderWorkload } from "../../bench/index.ts";
import type { EncoderData, LayerBenchmark } from "../../bench/index.ts";
import { elaborateAccelerator } from "../../generators/index.ts";
import type { MemorySettings } from "../../runtime/index.ts";
import { measureEnergy } from "../../silicon/energy/index.ts";
import { measureCost, measureDesign } from "../../silicon/index.ts";
import type { CostReport, SynthesisProgress, Technology, TechnologyNode } from "../../silicon/index.ts";
import type { AreaPoint } from "./points.ts";

/** Encoders by what they are made of: the variants of a group share theirs. */
export class Encoders {
  readonly #known = new Map<string, EncoderData>();

  of(benchmark: LayerBenchmark): EncoderData {
    const key = JSON.stringify(benchmark);
    const data = this.#known.get(key) ?? encoderData(benchmark);
    this.#known.set(key, data);
    return data;
  }
}

/**
 * A hash of what runs on a point's accelerator: the commands that its layer is compiled to, and the memory's contents before.
 * Empty for a point without a layer.
 */
export function programKey(
  { params, layer }: Pick<AreaPoint, "params" | "layer">,
  encoders: Encoders,
  memory: MemorySettings,
): string {
  if (layer === undefined) return "";
  const { compiled, prepare } = encoderWorkload(params, encoders.of(layer.benchmark), { memory, fusion: layer.fusion });
  const image = compiled.createImage();
  prepare(image);
  return createHash("sha256").update(compiled.program.commands).update(image).digest("hex");
}

/** How a part of the study that is no list of points is measured, one kind of what it is about after the other. */
export interface MeasurePartOptions<Kind> {
  readonly technology: Technology;
  readonly signal: AbortSignal;
  /** Before a kind is synthesised or run. */
  readonly onStart: (kind: Kind) => Promise<void>;
  readonly onSynthesis: (progress: SynthesisProgress) => void;
}

export interface MeasurePointOptions {
  readonly technology: Technology & { readonly node: TechnologyNode };
  readonly encoders: Encoders;
  readonly memory: MemorySettings;
  readonly signal: AbortSignal;
  readonly onSynthesis: (progress: SynthesisProgress) => void;
  /** Before the layer is compiled and run. */
  readonly onStart: () => void;
  readonly onProgress: (fraction: number) => void;
}

/** The cost of a point's accelerator, with the energy of its layer. Errors: those of synthesis and of a run. */
export async function measurePoint(point: AreaPoint, options: MeasurePointOptions): Promise<CostReport> {
  const { params, layer } = point;
  const { encoders, memory, signal, onSynthesis, onStart, onProgress } = options;
  const technology = { ...options.technology, node: point.node ?? options.technology.node };
  const report = await measureCost(params, { technology, signal, onProgress: onSynthesis });
  if (layer === undefined) return report;
  onStart();
  // All in the cache now.
  const { modules } = await measureDesign(elaborateAccelerator(params), { technology, signal });
  const workload = encoderWorkload(params, encoders.of(layer.benchmark), { memory, fusion: layer.fusion });
  const { node } = technology;
  const energy = await measureEnergy({
    ...{ params, workload, memory, signal, onProgress },
    costs: { modules, node },
    fmaxMhz: report.fmaxMhz,
    name: layer.name,
  });
  return { ...report, energy };
}

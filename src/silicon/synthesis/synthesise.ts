import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { cached, contentKey, defaultCacheFolder } from "../../files/index.ts";
import type { ModuleSynthesis, SynthesisTarget } from "../types.ts";
import { unitInputs } from "./job.ts";
import { store, stored } from "./stored.ts";
import { recipeFor } from "./targets.ts";
import type { SynthesisUnit } from "./units.ts";
import { SynthesisWorker } from "./worker.ts";
import { yosysVersion, type YosysProgram } from "./yosys.ts";

/** How far a synthesis is. */
export interface SynthesisProgress {
  readonly done: number;
  readonly total: number;
  /** Of those done, the ones that were in the cache. */
  readonly hits: number;
  /** Modules under way. */
  readonly running: readonly string[];
}

export interface SynthesisOptions {
  readonly target: SynthesisTarget;
  /** A native Yosys; default: the WebAssembly build. */
  readonly yosys?: YosysProgram;
  readonly cacheFolder?: string | undefined;
  /** Default: as many as there are cores. */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SynthesisProgress) => void) | undefined;
}

/** Distinct modules after synthesis, by name. */
export interface Synthesis {
  readonly modules: ReadonlyMap<string, ModuleSynthesis>;
  /** How many of them were in the cache. */
  readonly hits: number;
  /** What synthesised them: `@yowasp/yosys 0.55.944`. */
  readonly yosys: string;
}

/**
 * Synthesises units in parallel, the longest first, and keeps each result under the hash of all that it depends on. A run
 * cut short has lost only what was under way. Errors: `synthesis-failed`, `synthesis-worker-lost`, `yosys-missing`, and the
 * reason of `signal`.
 */
export async function synthesise(units: readonly SynthesisUnit[], options: SynthesisOptions): Promise<Synthesis> {
  const { target, yosys: program, signal, onProgress } = options;
  const yosys = await yosysVersion(program);
  const recipe = recipeFor(target);
  const root = join(options.cacheFolder ?? defaultCacheFolder(), "synthesis");
  const waiting = [...units].sort((a, b) => expectedWork(b) - expectedWork(a));
  const modules = new Map<string, ModuleSynthesis>();
  const running = new Set<string>();
  const cut = new AbortController();
  const stopped = signal === undefined ? cut.signal : AbortSignal.any([signal, cut.signal]);
  let hits = 0;
  const tell = (): void => onProgress?.({ done: modules.size, total: units.length, hits, running: [...running] });

  const lane = async (): Promise<void> => {
    let worker: SynthesisWorker | undefined;
    const end = (): void => void worker?.end();
    stopped.addEventListener("abort", end, { once: true });
    try {
      for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
        stopped.throwIfAborted();
        const { module } = unit;
        const work = unit;
        running.add(module);
        const key = contentKey([yosys, ...unitInputs(unit, recipe)]);
        let made: ModuleSynthesis | undefined;
        const build = async (folder: string): Promise<void> => {
          tell();
          // Nobody would end a worker that starts after the interruption.
          stopped.throwIfAborted();
          worker ??= new SynthesisWorker({ target, program });
          made = await worker.run(work);
          store(folder, made);
        };
        let entry = await cached(root, key, build, { signal: stopped });
        if (made === undefined && stored(entry.folder, module) === undefined) {
          // Whole by its size, but not what was stored.
          rmSync(entry.folder, { recursive: true, force: true });
          entry = await cached(root, key, build, { signal: stopped });
        }
        const result = made ?? stored(entry.folder, module);
        if (result === undefined) throw new Error(`the cache's entry ${entry.folder} is changed while it is read`);
        modules.set(module, result);
        if (entry.hit) hits++;
        running.delete(module);
        tell();
      }
    } catch (error) {
      // The lanes beside this one are not to go on for nothing; what the user did is the reason that counts.
      cut.abort(error);
      throw signal?.aborted === true ? signal.reason : cut.signal.reason;
    } finally {
      stopped.removeEventListener("abort", end);
      await worker?.end();
    }
  };

  const lanes = Math.max(1, Math.min(options.workers ?? availableParallelism(), units.length));
  const results = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return { modules, hits, yosys };
}

/** Rises with the time that a unit takes; multipliers and the registers of memories take most of it. */
function expectedWork({ verilog }: SynthesisUnit): number {
  const products = verilog.match(/ \* /g)?.length ?? 0;
  const memory = /memory \[0:(\d+)\]/.exec(verilog);
  const width = /\[(\d+):0\] memory/.exec(verilog);
  const bits = memory === null ? 0 : (Number(memory[1]) + 1) * (Number(width?.[1] ?? 0) + 1);
  return verilog.length + 20_000 * products + 10 * bits;
}

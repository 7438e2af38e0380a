import { report, withStatements } from "./context.ts";
import { when } from "./control.ts";
import type { Data, Plain } from "./data.ts";
import { declaration, declareNet, regSignal } from "./declare.ts";
import { drive } from "./drive.ts";
import type { Net } from "./ir.ts";
import { shapeOfSignal, type Bool, type Signal } from "./signal.ts";
import { nameAt } from "./source-names.ts";
import { mapPaths } from "./tree.ts";

/** Options of `pipe`. */
export interface PipeOptions {
  /** `true`: the stages reset to 0. `false` (default): reset leaves them alone. */
  readonly reset?: boolean;
  /** While low, the stages keep their values. */
  readonly enable?: Bool;
  /** The name of the result; the stages before it append their number. */
  readonly name?: string;
}

/**
 * The value of `x`, a signal or a bundle, `cycles` clocks ago. `const late = pipe(x, 2)` makes the registers `late_1` and
 * `late`; without a name in the source those of `valid` are `valid_d1`, `valid_d2`. It works in every cycle, even when
 * made inside a `when`.
 */
export function pipe<V extends Data>(x: V, cycles: number, options: PipeOptions = {}): Plain<V> {
  if (!Number.isInteger(cycles) || cycles < 0) {
    report({ code: "hdl-pipe", message: `pipe by ${cycles} cycles: a count is a whole number, 0 or more` });
    return pipe(x, 0);
  }
  if (cycles === 0) return mapPaths(x, "", (leaf) => leaf);
  const { module, hint, site } = declaration("a pipe", "", options.name);
  const isNamed = options.name !== undefined || nameAt(site).exact;
  const reset = options.reset === true ? 0n : undefined;
  const delay = (leaf: Signal, name: string): Signal => {
    const net: Net = declareNet(module, "reg", name, shapeOfSignal(leaf), site, reset);
    const update = (): void => {
      drive(net, leaf);
    };
    if (options.enable === undefined) update();
    else when(options.enable, update);
    return regSignal(shapeOfSignal(leaf), net);
  };
  let result: Data = x;
  withStatements(module.body, () => {
    for (let stage = 1; stage <= cycles; stage++) {
      const name = stage === cycles ? hint : `${hint}_${stage}`;
      result = isNamed
        ? mapPaths(result, name, delay)
        : mapPaths(result, "", (leaf) => delay(leaf, lateName(leaf, hint)));
    }
  });
  return result as Plain<V>;
}

/** `valid_d2` for a register after `valid_d1`, after `valid`. */
function lateName(leaf: Signal, fallback: string): string {
  if (leaf.expr.kind !== "ref") return fallback === "" ? "delayed" : fallback;
  const [, name, stage] = /^(.*?)(?:_d(\d+))?$/.exec(leaf.expr.net.hint)!;
  return `${name ?? ""}_d${stage === undefined ? 1 : Number(stage) + 1}`;
}

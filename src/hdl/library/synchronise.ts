import { inDomain, type ClockDomain } from "../domains.ts";
import { report } from "../context.ts";
import { declareNet } from "../declare.ts";
import { drive } from "../drive.ts";
import { reset } from "../module.ts";
import { UintReg } from "../nets.ts";
import { uint } from "../shapes.ts";
import type { Bool, Uint } from "../signal.ts";
import { declarePart, inEveryCycle, type PartOptions } from "./part.ts";

/** Options of a synchroniser. */
export interface SynchroniseOptions extends PartOptions {
  /** Registers in a row, 2 or more. Default: 2. */
  readonly stages?: number;
  /** `false`: the registers have no reset. Default: they reset to 0. */
  readonly reset?: boolean;
}

/**
 * A bit of another clock domain, or of none, in the open domain: `stages` registers (`ASYNC_REG`) later. A level that lasts less
 * than a cycle of the open domain may be missed; take the bit from a register of its domain: logic has glitches, and is a mistake.
 */
export function synchronise(x: Bool, options: SynchroniseOptions = {}): Bool {
  return chain(x, options).asBool();
}

/** As {@link synchronise}, of a number of which only one bit changes at a time: a Gray code. The result is some value that `gray` had. */
export function synchroniseGray(gray: Uint, options: SynchroniseOptions = {}): Uint {
  return chain(gray, options);
}

/**
 * The reset of the domain `from` in the open domain. It is as long, `stages` cycles later: hold the reset for one cycle of the
 * slower clock and `stages` more at least.
 */
export function synchroniseReset(from: ClockDomain, options: Omit<SynchroniseOptions, "reset"> = {}): Bool {
  const source = inDomain(from, () => reset());
  return chain(source, { ...options, reset: false }).asBool();
}

function chain(x: Uint, options: SynchroniseOptions): Uint {
  const { stages = 2, reset: resets = true } = options;
  if (!Number.isInteger(stages) || stages < 2) {
    report({ code: "hdl-synchronise", message: `synchronise in ${stages} stages`, help: "2 or more registers" });
  }
  const at = declarePart("a synchroniser", "synchronised", options);
  const shape = uint(x.width);
  let last = x;
  inEveryCycle(() => {
    for (let stage = 0; stage < Math.max(2, stages); stage++) {
      const hint = stage === stages - 1 ? at.hint : `${at.hint}_stage_${stage}`;
      const net = declareNet(at.module, "reg", hint, shape, at.site, resets ? 0n : undefined, { stage });
      drive(net, last);
      last = new UintReg(net);
    }
  });
  return last;
}

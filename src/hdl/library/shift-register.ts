import { report } from "../context.ts";
import { when } from "../control.ts";
import { regAt } from "../declare.ts";
import { uint } from "../shapes.ts";
import type { Bool, Uint } from "../signal.ts";
import { boolLit, cat } from "../values.ts";
import { declarePart, inEveryCycle, type PartOptions } from "./part.ts";

/** What a {@link shiftRegister} does. */
export interface ShiftRegisterOptions extends PartOptions {
  /** Shifts by one while high. Default: always. */
  readonly shift?: Bool;
  /** The bit that enters. Default: 0. */
  readonly serialIn?: Bool;
  /** Takes `value` in cycles where `enable` is high, rather than shift. */
  readonly load?: { readonly enable: Bool; readonly value: Uint };
  /** The end to which bits move. Default: `"high"`, the first bit in ends on top. */
  readonly towards?: "high" | "low";
}

/** A {@link shiftRegister}. */
export interface ShiftRegister {
  /** All bits. */
  readonly value: Uint;
  /** The bit that leaves next: the highest, or the lowest with `towards: "low"`. */
  readonly serialOut: Bool;
}

/** `width` bits that shift by one: serial to parallel, and with `load` parallel to serial. Reset to 0. */
export function shiftRegister(width: number, options: ShiftRegisterOptions = {}): ShiftRegister {
  const { shift = boolLit(true), serialIn = boolLit(false), load, towards = "high" } = options;
  const at = declarePart("a shift register", "shift_register", options);
  const value = regAt(uint(width), at, undefined);
  if (load !== undefined && load.value.width > value.width) {
    report({
      code: "hdl-shift-register",
      message: `a shift register of ${value.width} bits cannot load ${load.value.width} bits`,
      help: `narrow the value: .wrap(${value.width})`,
    });
  }
  const high = value.width - 1;
  inEveryCycle(() => {
    when(shift, () => {
      if (high === 0) value.next = serialIn;
      else
        value.next = towards === "high" ? cat(value.bits(high - 1, 0), serialIn) : cat(serialIn, value.bits(high, 1));
    });
    if (load !== undefined) {
      when(load.enable, () => {
        value.next = load.value.wrap(value.width);
      });
    }
  });
  return { value, serialOut: value.bit(towards === "high" ? high : 0) };
}

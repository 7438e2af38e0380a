import { boolLit, indexWidth, mux, reg, uint, uintLit, when } from "../../hdl/index.ts";
import type { Bool, Uint } from "../../hdl/index.ts";

/** A place that counts up from 0 and begins again after its last. */
export interface Modulo {
  readonly index: Uint;
  readonly last: Bool;
  is(place: number): Bool;
  /** Goes on in cycles where `when` holds. Call once. */
  step(when: Bool): void;
}

/** A counter of up to `places` places; `isLast` says which place ends a round. With one place there is no hardware. */
export function modulo(places: number, isLast: (index: Uint) => Bool): Modulo {
  if (places === 1) return { index: uintLit(0), last: boolLit(true), is: () => boolLit(true), step: () => undefined };
  const index = reg(uint(indexWidth(places)), { name: "place" });
  const last = isLast(index);
  return {
    index,
    last,
    is: (place) => index.eq(place),
    step: (condition) => {
      when(condition, () => {
        index.next = mux(last, uintLit(0), index.add(1).wrap(index.width));
      });
    },
  };
}

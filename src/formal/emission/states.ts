import { FIRST, NEXT, NOW } from "./claims.ts";

/** Widths of the ports of the modules that are placed in a module. */
export type Children = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * Yosys' text of a module over the three states that are asked about. What it declares as a function of states becomes a constant
 * of each, and so does a pin of a child: over unknown states a solver would have to reason about which are the same.
 */
export function moduleLines(name: string, text: string, children: Children): string[] {
  const sort = `|${name}_s|`;
  const states = [FIRST, NOW, NEXT];
  // Arrays are another matter: with them a solver is faster the less it knows.
  if (text.includes("(Array ")) return [text, ...states.map((state) => `(declare-fun ${state} () ${sort})`)];
  const pins = new Map<string, string>();
  const known = withPins(name, text, (pin, module, port) => pins.set(pin, rangeOf(children.get(module)!.get(port)!)));
  return [
    `(define-sort ${sort} () (_ BitVec 2))`,
    ...states.map((state, number) => `(define-fun ${state} () ${sort} (_ bv${number} 2))`),
    ...[...children.keys()].flatMap(declareChild),
    ...[...pins].flatMap(([pin, range]) => declareFunction(pin, sort, range)),
    ...known.split("\n").flatMap((line) => {
      if (line === `(declare-sort ${sort} 0)`) return [];
      const [, symbol, domain, range] = DECLARED.exec(line) ?? [];
      return domain === sort && !range!.endsWith("_s|") ? declareFunction(symbol!, sort, range!) : line;
    }),
  ];
}

/** A function of states, with its name, their sort and its range. */
const DECLARED = /^\(declare-fun (\|[^|]+\|) \((\|[^|]+\|)\) (.*?)\)(?: ;.*)?$/;

/** A constant of each state. */
function declareFunction(symbol: string, sort: string, range: string): string[] {
  const constants = [0, 1, 2].map((state) => `|${symbol.slice(1, -1)} ${state}|`);
  const [first, now, next] = constants as [string, string, string];
  return [
    ...constants.map((constant) => `(declare-fun ${constant} () ${range})`),
    `(define-fun ${symbol} ((state ${sort})) ${range} (ite (= state #b00) ${first} (ite (= state #b01) ${now} ${next})))`,
  ];
}

/** A text with the pins of a module's children as its own functions of its own states. */
export function withPins(
  name: string,
  text: string,
  onPin: (pin: string, module: string, port: string) => void = () => undefined,
): string {
  const pattern = new RegExp(`\\(\\|([^|]+)_n ([^|]+)\\| \\(\\|${name}_h ([^|]+)\\| (state|\\|[^|]+\\|)\\)\\)`, "g");
  return text.replace(pattern, (_all, module: string, port: string, instance: string, state: string) => {
    const pin = `|pin ${port} of ${instance}|`;
    onPin(pin, module, port);
    return `(${pin} ${state})`;
  });
}

/** A child as its parent's text needs it: a sort of states, and that they are as they should be. */
function declareChild(child: string): string[] {
  const sort = `|${child}_s|`;
  return [
    `(declare-sort ${sort} 0)`,
    ...["is", "a", "u", "i", "h"].map((what) => `(define-fun |${child}_${what}| ((state ${sort})) Bool true)`),
    `(define-fun |${child}_t| ((state ${sort}) (next_state ${sort})) Bool true)`,
  ];
}

function rangeOf(width: number): string {
  return width === 1 ? "Bool" : `(_ BitVec ${width})`;
}

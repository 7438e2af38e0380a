import { constant } from "./build.ts";
import { addSwitch } from "./control.ts";
import { report, scope } from "./context.ts";
import { declaration, declareNet } from "./declare.ts";
import { drive } from "./drive.ts";
import type { Const, Net } from "./ir.ts";
import { compare } from "./operators.ts";
import { UintReg } from "./nets.ts";
import { didYouMean } from "./problems.ts";
import { indexWidth, uint } from "./shapes.ts";
import { Bool, type Uint } from "./signal.ts";

/** A state machine over the states named `S`; the first one is the reset state. */
export interface Fsm<S extends string> {
  /** The encoded state: its number in the order of declaration. */
  readonly state: Uint;
  /** Whether the machine is in `state`. */
  is(state: S): Bool;
  /** Be in `state` from the next clock edge. */
  goto(state: S): void;
  /** The hardware of each state; every state is listed. */
  states(bodies: Readonly<Record<S, () => void>>): void;
}

/**
 * A state machine. `fsm("idle", "run")` makes one whose bodies follow by `.states({ idle: …, run: … })`, so that
 * hardware before them may ask `.is("run")`; `fsm({ idle: (m) => …, run: (m) => … })` does both at once.
 */
export function fsm<S extends string>(bodies: Readonly<Record<S, (machine: Fsm<S>) => void>>): Fsm<S>;
export function fsm<S extends string>(first: S, ...others: readonly S[]): Fsm<S>;
export function fsm<S extends string>(
  first: S | Readonly<Record<S, (machine: Fsm<S>) => void>>,
  ...others: readonly S[]
): Fsm<S> {
  if (typeof first !== "object") return create([first, ...others].filter((name) => (name as unknown) !== undefined));
  const machine = create(Object.keys(first) as S[]);
  const bodies = Object.entries<(machine: Fsm<S>) => void>(first).map(([state, body]) => [
    state,
    () => {
      body(machine);
    },
  ]);
  machine.states(Object.fromEntries(bodies) as Record<S, () => void>);
  return machine;
}

function create<S extends string>(names: readonly S[]): Fsm<S> {
  const { module, hint, site } = declaration("fsm", "state", undefined);
  if (names.length === 0) {
    report({ code: "hdl-fsm", message: "fsm of no states", help: 'list them: fsm("idle", "run")' });
    return create(["idle" as S]);
  }
  if (new Set(names).size < names.length) report({ code: "hdl-fsm", message: "fsm lists a state twice" });
  const shape = uint(indexWidth(names.length));
  const labelOf = (name: string): string => `${hint}_${name}`.toUpperCase();
  const net: Net = declareNet(module, "reg", hint, shape, site, 0n, { resetLabel: labelOf(names[0]!) });
  const state = new UintReg(net);
  const encode = (name: string): Const => {
    const index = names.indexOf(name as S);
    if (index < 0) {
      const near = didYouMean(name, names);
      report({
        code: "hdl-fsm",
        message: `"${name}" is not a state of "${hint}"`,
        help: near === undefined ? `the states are ${names.join(", ")}` : `did you mean "${near}"?`,
      });
    }
    return constant(BigInt(Math.max(index, 0)), shape.width, false, labelOf(name));
  };
  // Which states a `goto` names, by the state in whose body it stands; outside of them it counts for the first state.
  const reached = new Map<string, Set<string>>(names.map((name) => [name, new Set()]));
  let from: string = names[0]!;
  let isChecked = false;
  const within = (name: string, body: (() => void) | undefined) => (): void => {
    const outer = from;
    from = name;
    body?.();
    from = outer;
  };
  const checkReached = (): void => {
    const found = new Set<string>([names[0]!]);
    for (const name of found) for (const next of reached.get(name) ?? []) found.add(next);
    for (const name of names) {
      if (found.has(name)) continue;
      const help = `go there with goto("${name}"), or leave the state out`;
      report({ code: "hdl-fsm", message: `state "${name}" of "${hint}" is never reached`, site, help });
    }
  };
  return {
    state,
    is: (name) => new Bool(compare("eq", state.expr, { expr: encode(name) })),
    goto: (name) => {
      reached.get(from)?.add(name);
      drive(net, { expr: encode(name) });
    },
    states: (bodies) => {
      const { atEnd } = scope("fsm states");
      const isComplete = checkBodies(hint, names, bodies);
      if (isComplete && !isChecked) atEnd.push(checkReached);
      isChecked = true;
      addSwitch(
        state.expr,
        names.map((name): [Const, () => void] => [encode(name), within(name, bodies[name])]),
      );
    },
  };
}

/** Every state has a body, and every body a state. */
function checkBodies(machine: string, names: readonly string[], bodies: Readonly<Record<string, unknown>>): boolean {
  const extra = new Set(Object.keys(bodies).filter((key) => !names.includes(key)));
  const missing = names.filter((name) => !(name in bodies));
  const isComplete = missing.length + extra.size === 0;
  for (const name of missing) {
    const near = didYouMean(name, [...extra]);
    if (near !== undefined) extra.delete(near);
    const help = near === undefined ? `list it: ${name}: () => { … }` : `"${near}" is none: did you mean "${name}"?`;
    report({ code: "hdl-fsm", message: `state "${name}" of "${machine}" has no body`, help });
  }
  for (const key of extra) {
    const help = `the states are ${names.join(", ")}`;
    report({ code: "hdl-fsm", message: `"${key}" is not a state of "${machine}"`, help });
  }
  return isComplete;
}

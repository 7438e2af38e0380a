import { report, scope, withScope, type Scope, type Session } from "./context.ts";
import { wireSignal, declaration } from "./declare.ts";
import { declareDomain, domainName, type ClockDomain } from "./domains.ts";
import { conditionOf, describe, runBody } from "./guards.ts";
import type { Expr, External, Instance, Module as ModuleIr, Net } from "./ir.ts";
import { callSite, type Site } from "./location.ts";
import { identity, paramsKey } from "./params.ts";
import { flatten, isPort, type Inside, type Outside, type Ports, type PortTree } from "./ports.ts";
import { didYouMean, HdlError } from "./problems.ts";
import { Bool, Sint, Uint, type Signal } from "./signal.ts";
import { isArray, type ScalarShape } from "./shapes.ts";
import { slipOf } from "./slips.ts";
import { buildTree } from "./tree.ts";

/** A module: hardware as a function of parameters. Made by `module` or `extern`, used by `instance` and `elaborate`. */
export interface Module<P, Io extends Ports> {
  readonly nameOf: (params: P) => string;
  readonly ports: (params: P) => Io;
  /** Takes `Inside<Io>`; `never` keeps the type of ports out of comparisons of modules. */
  readonly body: ((io: never, params: P) => void) | undefined;
  readonly external: ((params: P) => External) | undefined;
  readonly site: Site | undefined;
}

/** Options of an instance; a name is read from the source when none is given. */
export interface InstanceOptions {
  readonly name?: string;
  /** Resets the instance in place of the parent's reset; usually `reset().or(…)`. */
  readonly reset?: Bool;
  /**
   * The domains that drive the instance's further clock domains, by the instance's names for them. Default: the domain of the same
   * name. The instance's own clock is that of the domain in which it is placed.
   */
  readonly clocks?: Readonly<Record<string, ClockDomain>>;
  /** Resets in place of those of the domains, for the instance's further clock domains. */
  readonly resets?: Readonly<Record<string, Bool>>;
}

/** Parameters may be left out when the module takes none. */
export type InstanceArguments<P> = unknown extends P
  ? [params?: undefined, options?: InstanceOptions]
  : [params: P, options?: InstanceOptions];

/** Options of an external module. */
export interface ExternOptions<P> {
  /** Verilog parameters. */
  readonly parameters?: (params: P) => Readonly<Record<string, number | bigint | string>>;
  /** The name of its clock port, if it has one. */
  readonly clock?: string;
  /** The name of its reset port, if it has one. */
  readonly reset?: string;
  /** Whether an output may follow an input within the cycle (default: yes). */
  readonly combinational?: boolean;
}

/** Defines a module: `ports` gives its interface, `body` its hardware, both as functions of the parameters. */
export function module<P, Io extends Ports>(
  name: string | ((params: P) => string),
  ports: (params: P) => Io,
  body: (io: Inside<Io>, params: P) => void,
): Module<P, Io> {
  const nameOf = typeof name === "string" ? () => name : name;
  return { nameOf, ports, body, external: undefined, site: callSite() };
}

/** Declares a module whose Verilog comes from elsewhere: an SRAM macro, a vendor primitive. */
export function extern<P, Io extends Ports>(
  name: string | ((params: P) => string),
  ports: (params: P) => Io,
  options: ExternOptions<P> = {},
): Module<P, Io> {
  const nameOf = typeof name === "string" ? () => name : name;
  const external = (params: P): External => ({
    parameters: options.parameters?.(params) ?? {},
    clock: options.clock,
    reset: options.reset,
    combinational: options.combinational ?? true,
  });
  return { nameOf, ports, body: undefined, external, site: callSite() };
}

/** Places a module in the open body; gives its ports: inputs to drive, outputs to read. */
export function instance<P, Io extends Ports>(module: Module<P, Io>, ...rest: InstanceArguments<P>): Outside<Io> {
  const [params, options] = rest as [P, InstanceOptions?];
  const open = scope("an instance");
  checkModule(module);
  const child = buildModule(module, params, open.session);
  const { module: parent, hint, site } = declaration("an instance", child.hint, options?.name);
  const own = options?.reset === undefined ? undefined : conditionOf(options.reset, "the reset of an instance");
  const resets = Object.entries(options?.resets ?? {}).map(([name, signal]): [string, Expr] => {
    return [name, conditionOf(signal, `the reset of clock domain "${name}" of an instance`)];
  });
  const made: Instance = {
    hint,
    name: hint,
    site,
    module: child,
    pins: [],
    reset: own,
    domain: open.domain,
    domains: bindDomains(child, parent, hint, options?.clocks ?? {}),
    resets: new Map(resets),
  };
  for (const port of child.ports) {
    const name = `${hint}_${port.hint}`;
    const { width, signed } = port;
    made.pins.push({ kind: "pin", owner: parent, width, signed, hint: name, name, site, instance: made, port });
  }
  parent.instances.push(made);
  let index = 0;
  return portSignals(module.ports(params), "input", () => made.pins[index++]!) as Outside<Io>;
}

/** What drives each further domain of a child. */
function bindDomains(
  child: ModuleIr,
  parent: ModuleIr,
  hint: string,
  clocks: Readonly<Record<string, ClockDomain>>,
): Map<string, string | undefined> {
  const bound = new Map<string, string | undefined>();
  for (const name of Object.keys(clocks)) {
    if (child.domains.includes(name)) continue;
    const near = didYouMean(name, child.domains);
    report({
      code: "hdl-domain",
      message: `instance "${hint}" (${child.hint}) has no clock domain "${name}"`,
      help: near === undefined ? domainsOf(child) : `did you mean "${near}"?`,
    });
  }
  for (const name of child.domains) {
    const given = clocks[name];
    if (given === undefined && !parent.domains.includes(name)) {
      report({
        code: "hdl-domain",
        message: `nothing drives clock domain "${name}" of instance "${hint}" (${child.hint})`,
        help: `say which domain does: { clocks: { ${name}: clock("…") } }`,
      });
    } else if (given !== undefined && given.module !== parent) {
      report({
        code: "hdl-domain",
        message: `clock domain "${domainName(given.name)}" belongs to module ${given.module.hint}, but is used in ${parent.hint}`,
        help: "a module has its own domains: clock(name) in its body",
      });
    }
    bound.set(name, given === undefined ? name : given.name);
  }
  return bound;
}

function domainsOf({ domains }: ModuleIr): string {
  return domains.length === 0 ? "it has its own clock only" : `its domains are ${domains.join(", ")}`;
}

/**
 * The module's own implicit reset as a signal, or within `inDomain` that of the domain: high for at least one cycle before
 * work begins.
 */
export function reset(): Bool {
  const { module, domain } = scope("reset()");
  let net = domain === undefined ? module.resetPin : module.domainResets.get(domain);
  if (net === undefined) {
    const name = domain === undefined ? "reset" : `${domain}_reset`;
    const site = callSite();
    net = { kind: "reset", owner: module, width: 1, signed: false, hint: name, name, domain, site };
    if (domain === undefined) module.resetPin = net;
    else module.domainResets.set(domain, net);
  }
  return new Bool({ kind: "ref", net, width: 1, signed: false });
}

/** The module for these parameters, built at most once per session. */
export function buildModule<P, Io extends Ports>(source: Module<P, Io>, params: P, session: Session): ModuleIr {
  const key = `${identity(source)}:${paramsKey(params)}`;
  const known = session.built.get(key);
  if (known !== undefined) return known;
  const hint = source.nameOf(params);
  if (session.open.has(key)) {
    throw new HdlError([{ code: "hdl-recursion", message: `module ${hint} contains itself`, site: callSite() }]);
  }
  session.open.add(key);
  const ports = caught([], () => source.ports(params));
  const made: ModuleIr = {
    hint,
    name: hint,
    params,
    site: source.site,
    ports: [],
    nets: [],
    resetPin: undefined,
    domains: [],
    domainResets: new Map(),
    memories: [],
    instances: [],
    body: [],
    external: source.external?.(params),
  };
  for (const { name, direction, shape, domain } of caught([], () => flatten(ports, source.site))) {
    const signed = shape.kind === "sint";
    const { width } = shape;
    made.ports.push({ kind: direction, owner: made, width, signed, hint: name, name, domain, site: source.site });
  }
  let index = 0;
  const io = portSignals(ports, "output", () => made.ports[index++]!) as never;
  const inner: Scope = { session, module: made, statements: made.body, domain: undefined, indices: [], atEnd: [] };
  withScope(inner, () => {
    for (const { domain } of made.ports) if (domain !== undefined) declareDomain(made, domain);
    if (source.body !== undefined) {
      const body = source.body.bind(undefined, io, params);
      caught(made.ports, () => {
        runBody(body, `module ${hint}`, source.site);
      });
    }
    for (const check of inner.atEnd) check();
  });
  session.open.delete(key);
  session.built.set(key, made);
  session.modules.push(made);
  return made;
}

/** Runs code of the user; JavaScript's answer to a slip of the pen becomes a problem. */
function caught<T>(ports: readonly Net[], f: () => T): T {
  try {
    return f();
  } catch (error) {
    const slip = slipOf(error, ports);
    throw slip === undefined ? error : new HdlError([slip]);
  }
}

function checkModule(given: unknown): void {
  if (typeof given === "object" && given !== null && "nameOf" in given) return;
  throw new HdlError([
    {
      code: "hdl-instance",
      message: `instance takes a module, but got ${describe(given)}`,
      site: callSite(),
      help: "a module is made by module(name, ports, body) or extern(name, ports)",
    },
  ]);
}

/** The signals of a port record; ports of direction `driven` can be set. */
function portSignals(ports: PortTree, driven: "input" | "output", next: () => Net): unknown {
  if (isPort(ports)) {
    const verb = ports.direction === driven ? "set" : "none";
    return buildTree(ports.shape, "", verb, (leaf) => (verb === "set" ? wireSignal(leaf, next()) : read(leaf, next())));
  }
  if (isArray(ports)) return Object.freeze(ports.map((port) => portSignals(port, driven, next)));
  return Object.freeze(
    Object.fromEntries(
      Object.entries(ports).map(([name, port]: [string, PortTree]) => [name, portSignals(port, driven, next)]),
    ),
  );
}

function read(leaf: ScalarShape, net: Net): Signal {
  return new { bool: Bool, uint: Uint, sint: Sint }[leaf.kind]({
    kind: "ref",
    net,
    width: net.width,
    signed: net.signed,
  });
}

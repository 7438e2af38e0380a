import { domainName } from "../domains.ts";
import { declaredAt } from "../drive.ts";
import type { Design, Expr, Instance, MemoryPort, Module, Net, Statement } from "../ir.ts";
import type { Site } from "../location.ts";
import type { Problem } from "../problems.ts";
import { boundDomain, ownReset } from "../verilog/clocking.ts";
import { branchesOf, eachNode, expressionOf, portExpressions } from "../walk.ts";

/**
 * No signal goes from one clock domain into another without a synchroniser. What a register, a memory port, a property or an
 * instance's input takes is followed back, through logic and through instances, to the registers and memories that it comes
 * from. The domain of a port follows from its use inside, or is declared. A design without further domains has nothing to check.
 */
export function checkDomains(design: Design, problems: Problem[]): void {
  if (design.modules.every((module) => module.domains.length === 0)) return;
  const summaries = new Map<Module, Summary>();
  for (const module of design.modules) summaries.set(module, new DomainCheck(module, summaries, problems).run());
}

/** The domain of an input or output: named in the module; `undefined` is the module's own; absent from the map: none. */
interface Summary {
  readonly inputs: ReadonlyMap<Net, string | undefined>;
  readonly outputs: ReadonlyMap<Net, Origins>;
}

/** Where the bits of an output come from. */
interface Origins {
  readonly domains: ReadonlySet<string | undefined>;
  /** Inputs that reach it within the cycle and belong to no domain. */
  readonly inputs: ReadonlySet<Net>;
}

/** A register, memory or input at the beginning of a path, with the nets from it to the end. */
interface Origin {
  readonly net: Net;
  readonly path: readonly Net[];
  /** An input of no domain has none. */
  readonly domain: { readonly name: string | undefined } | undefined;
}

interface Driver {
  readonly exprs: readonly Expr[];
  readonly site: Site | undefined;
}

class DomainCheck {
  readonly #module: Module;
  readonly #summaries: ReadonlyMap<Module, Summary>;
  readonly #problems: Problem[];
  readonly #drivers = new Map<Net, Driver[]>();
  readonly #reads = new Map<Net, MemoryPort>();
  readonly #inputs = new Map<Net, { readonly domain: string | undefined; readonly by: string }>();

  constructor(module: Module, summaries: ReadonlyMap<Module, Summary>, problems: Problem[]) {
    this.#module = module;
    this.#summaries = summaries;
    this.#problems = problems;
  }

  run(): Summary {
    const module = this.#module;
    for (const port of module.ports) {
      if (port.kind === "input" && port.domain !== undefined) {
        this.#inputs.set(port, { domain: port.domain, by: "its declaration" });
      }
    }
    if (module.external === undefined) this.#checkBody();
    else if (module.external.clock !== undefined) {
      for (const port of module.ports) this.#inputs.set(port, { domain: undefined, by: "its clock" });
    }
    const outputs = module.ports.filter((port) => port.kind === "output");
    return {
      inputs: new Map([...this.#inputs].map(([port, { domain }]) => [port, domain])),
      outputs: new Map(outputs.map((port) => [port, this.#originsOf(port)])),
    };
  }

  #checkBody(): void {
    const module = this.#module;
    this.#collect(module.body, []);
    for (const memory of module.memories) {
      for (const port of memory.ports) if (port.data !== undefined) this.#reads.set(port.data, port);
      const writers = new Set(memory.ports.filter(({ kind }) => kind !== "read").map(({ domain }) => domain));
      if (writers.size > 1) {
        this.#problems.push({
          code: "hdl-domain",
          message: `memory "${memory.hint}" is written in the clock domains ${[...writers].map(quoted).join(" and ")}`,
          site: memory.site,
          help: "write it in one domain; reads may have other clocks",
        });
      }
      for (const port of memory.ports) {
        for (const [role, expr] of portExpressions(port)) {
          this.#demand(port.domain, [{ exprs: [expr], site: port.site }], `the ${role} of memory "${memory.hint}"`, []);
        }
      }
    }
    for (const net of module.nets) if (net.kind === "reg") this.#checkRegister(net);
    this.#checkProperties(module.body, []);
    for (const instance of module.instances) this.#checkInstance(instance);
    for (const port of module.ports) if (port.kind === "output") this.#checkOutput(port);
  }

  /** What drives each net: the values with the conditions under which they are assigned. */
  #collect(statements: readonly Statement[], conditions: readonly Expr[]): void {
    for (const statement of statements) {
      if (statement.kind === "assign") {
        const driver = { exprs: [statement.value, ...conditions], site: statement.site };
        this.#drivers.set(statement.target, [...(this.#drivers.get(statement.target) ?? []), driver]);
        continue;
      }
      for (const branch of branchesOf(statement)) this.#collect(branch, [...conditions, expressionOf(statement)]);
    }
  }

  #checkRegister(net: Net): void {
    const drivers = this.#drivers.get(net) ?? [];
    if (net.stage !== 0) {
      this.#demand(net.domain, drivers, `register "${net.hint}"`, [net]);
      return;
    }
    const domains = new Map<string, Origin>();
    for (const { exprs } of drivers) {
      for (const origin of this.#originsBehind(exprs, [net])) {
        const domain = this.#domainOf(origin);
        if (domain !== undefined && !domains.has(quoted(domain.name))) domains.set(quoted(domain.name), origin);
      }
    }
    if (domains.size < 2) return;
    this.#problems.push({
      code: "hdl-domain",
      message: `synchronise of a signal that mixes the clock domains ${[...domains.keys()].join(" and ")}`,
      site: drivers[0]?.site,
      notes: [...domains.values()].flatMap((origin) => declaredAt(origin.net)),
      help: "synchronise each part by itself, and put the parts together afterwards",
    });
  }

  #checkProperties(statements: readonly Statement[], conditions: readonly Expr[]): void {
    for (const statement of statements) {
      const exprs = [expressionOf(statement), ...conditions];
      if (statement.kind === "property") {
        this.#demand(
          statement.domain,
          [{ exprs, site: statement.site }],
          `${statement.check} "${statement.message}"`,
          [],
        );
      }
      for (const branch of branchesOf(statement)) this.#checkProperties(branch, exprs);
    }
  }

  #checkInstance(instance: Instance): void {
    const { hint, module, pins, site } = instance;
    const { inputs } = this.#summaries.get(module)!;
    for (const pin of pins) {
      const port = pin.port!;
      if (!inputs.has(port) || port.kind !== "input") continue;
      const what = `input "${port.hint}" of instance "${hint}"`;
      this.#demand(boundDomain(instance, inputs.get(port)), this.#drivers.get(pin) ?? [], what, [pin]);
    }
    for (const domain of [undefined, ...module.domains]) {
      const reset = ownReset(instance, domain);
      if (reset === undefined) continue;
      const what = `the reset of instance "${hint}"`;
      this.#demand(boundDomain(instance, domain), [{ exprs: [reset], site }], what, []);
    }
  }

  #checkOutput(port: Net): void {
    const drivers = this.#drivers.get(port) ?? [];
    if (port.domain !== undefined) {
      this.#demand(port.domain, drivers, `output "${port.hint}"`, [port]);
      return;
    }
    let first: { readonly name: string | undefined } | undefined;
    for (const { exprs, site } of drivers) {
      for (const origin of this.#originsBehind(exprs, [port])) {
        const domain = this.#domainOf(origin);
        first ??= domain;
        if (domain === undefined || first === undefined || domain.name === first.name) continue;
        this.#cross(origin, domain.name, first.name, `output "${port.hint}"`, site);
        return;
      }
    }
  }

  /** Everything behind the drivers belongs to the domain; inputs of no domain get it. */
  #demand(domain: string | undefined, drivers: readonly Driver[], what: string, path: readonly Net[]): void {
    for (const { exprs, site } of drivers) {
      for (const origin of this.#originsBehind(exprs, path)) {
        const found = this.#domainOf(origin);
        if (found === undefined) this.#inputs.set(origin.net, { domain, by: what });
        else if (found.name !== domain) {
          this.#cross(origin, found.name, domain, what, site);
          return;
        }
      }
    }
  }

  #domainOf(origin: Origin): { readonly name: string | undefined } | undefined {
    if (origin.domain !== undefined) return origin.domain;
    const known = this.#inputs.get(origin.net);
    return known === undefined ? undefined : { name: known.domain };
  }

  #cross(origin: Origin, from: string | undefined, to: string | undefined, what: string, site: Site | undefined): void {
    const { net, path } = origin;
    const name = net.kind === "pin" ? `${net.instance!.hint}.${net.port!.hint}` : net.hint;
    const nets = [net, ...path];
    const by = this.#inputs.get(net)?.by;
    const notes = [
      ...(nets.length > 2 ? [{ text: `path: ${nets.map(pathName).join(" -> ")}`, site: undefined }] : []),
      ...(by === undefined || by === "its declaration"
        ? []
        : [{ text: `"${name}" is in ${quoted(from)} through ${by}`, site: undefined }]),
      ...declaredAt(net),
    ];
    const single = net.width === 1;
    this.#problems.push({
      code: "hdl-domain-crossing",
      message: `${what} is in clock domain ${quoted(to)}, but takes "${name}" of ${quoted(from)}`,
      site,
      notes,
      help: single
        ? `synchronise it: synchronise(${name}, { stages: 2 })`
        : `pass it through asyncQueue, or, if it is a Gray code, synchroniseGray(${name}, { stages: 2 })`,
    });
  }

  #originsOf(port: Net): Origins {
    const domains = new Set<string | undefined>();
    const inputs = new Set<Net>();
    if (port.domain !== undefined) return { domains: new Set([port.domain]), inputs };
    const { external, ports } = this.#module;
    if (external !== undefined) {
      if (external.clock !== undefined) domains.add(undefined);
      else for (const each of ports) if (each.kind === "input") inputs.add(each);
      return { domains, inputs };
    }
    for (const { exprs } of this.#drivers.get(port) ?? []) {
      for (const origin of this.#originsBehind(exprs, [])) {
        const domain = this.#domainOf(origin);
        if (domain === undefined) inputs.add(origin.net);
        else domains.add(domain.name);
      }
    }
    return { domains, inputs };
  }

  /** The registers, memories and inputs that expressions follow within the cycle. */
  #originsBehind(exprs: readonly Expr[], path: readonly Net[]): Origin[] {
    const origins: Origin[] = [];
    const seen = new Set<Net>();
    const nodes = new Set<Expr>();
    const pending: { readonly net: Net; readonly path: readonly Net[] }[] = [];
    const follow = (from: readonly Expr[], to: readonly Net[]): void => {
      for (const expr of from) {
        eachNode(expr, nodes, (node) => {
          if (node.kind !== "ref" || seen.has(node.net)) return;
          seen.add(node.net);
          pending.push({ net: node.net, path: to });
        });
      }
    };
    follow(exprs, path);
    // The array grows while it is walked.
    for (const { net, path: after } of pending) {
      const on = [net, ...after];
      const origin = (domain: Origin["domain"]): void => {
        origins.push({ net, path: after, domain });
      };
      if (net.kind === "reg" || net.kind === "reset") origin({ name: net.domain });
      else if (net.kind === "read") origin({ name: this.#reads.get(net)!.domain });
      else if (net.kind === "input") origin(undefined);
      else if (net.kind === "pin" && net.port!.kind === "output") {
        const instance = net.instance!;
        const summary = this.#summaries.get(instance.module)!.outputs.get(net.port!)!;
        for (const domain of summary.domains) origin({ name: boundDomain(instance, domain) });
        for (const pin of instance.pins) {
          if (!summary.inputs.has(pin.port!) || seen.has(pin)) continue;
          seen.add(pin);
          pending.push({ net: pin, path: on });
        }
      } else for (const driver of this.#drivers.get(net) ?? []) follow(driver.exprs, on);
    }
    return origins;
  }
}

function pathName(net: Net): string {
  return net.kind === "pin" ? `${net.instance!.hint}.${net.port!.hint}` : net.hint;
}

function quoted(domain: string | undefined): string {
  return `"${domainName(domain)}"`;
}

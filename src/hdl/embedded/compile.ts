import type { Design, Net } from "../ir.ts";
import { needsReset } from "../verilog/clocking.ts";
import { designPorts } from "../verilog/index.ts";
import { encodeModule, FunctionBody, pagesFor, type WasmFunction } from "../wasm/index.ts";
import type { Segment } from "./blocks.ts";
import { joinChains } from "./chains.ts";
import { costOf, isPacked } from "./cost.ts";
import { Frame } from "./frame.ts";
import { buildGraph, type Graph, type Node, type ResetGroup } from "./graph.ts";
import { guardRegisters } from "./guards.ts";
import { bytesOf, Layout, type Range } from "./layout.ts";
import { Network, type Signal } from "./network.ts";
import { NodeWriter, type Shared } from "./node-writer.ts";
import { PortWriter } from "./port-writer.ts";
import { planRest, REST, type RestOptions, type RestPlan } from "./rest.ts";
import { RestWriter } from "./rest-writer.ts";
import { coneOf, scheduleCycle, scheduleOutputs } from "./schedule.ts";
import { WORD_BITS } from "./trees.ts";

/** A design as a WebAssembly module with the map of its memory. */
export interface CompiledDesign {
  readonly code: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
  readonly network: Network;
  /** Signals computed within the cycle whose values `settle` leaves in memory. */
  readonly settled: ReadonlySet<Signal>;
  /** Properties with the byte that says that they are broken. */
  readonly properties: readonly { readonly node: Node; readonly flag: number }[];
  /** A byte for each block that may rest: 1 while it does. */
  readonly resting: Range;
}

export interface CompileOptions {
  /** Whether `settle` leaves the values of all nets in memory. Default: false. */
  readonly observe?: boolean;
  /** One-bit outputs with a function of their own. */
  readonly watched?: readonly string[];
  /** Which parts of a design that is not observed may rest. */
  readonly rest?: RestOptions;
}

/** A reset whose value of the cycle is remembered until its registers have taken their next values. */
type RememberedReset = Exclude<ResetGroup["reset"], "always">;

/** V8 compiles functions of some ten kilobytes best. */
const FUNCTION_BYTES = 24_000;

/**
 * Compiles a design. The module exports `step(cycles)`, which gives the cycles run, `cycle()`, `settle()`, and for each
 * watched output a function of its name, which gives its value as the registers are; it imports its memory.
 * Throws HdlError for external modules and combinational loops.
 */
export function compileDesign(
  design: Design,
  { observe = false, watched = [], rest = REST }: CompileOptions = {},
): CompiledDesign {
  const reset = needsReset(design.top) ? resetInput(design) : undefined;
  const network = new Network(design, reset, observe);
  const graph = buildGraph(network, observe);
  guardRegisters(graph, network);
  const layout = new Layout(designPorts(design.top));
  return new Compiler(design, network, graph, layout, reset).compile(watched, observe ? undefined : rest);
}

/** The top's implicit reset as a net of its own, whether its body reads it or not. */
function resetInput({ top }: Design): Net {
  return (
    top.resetPin ?? { kind: "reset", owner: top, width: 1, signed: false, hint: "reset", name: "reset", site: top.site }
  );
}

class Compiler {
  readonly #design: Design;
  readonly #network: Network;
  readonly #graph: Graph;
  readonly #layout: Layout;
  readonly #reset: Net | undefined;
  readonly #functions: WasmFunction[] = [];
  readonly #propertyFlags = new Map<Node, number>();
  readonly #resetFlags = new Map<string, number>();
  /** Signals that the functions of a cycle leave in memory for each other; those that `settle` leaves. */
  readonly #stored = new Set<Signal>();
  readonly #settled = new Set<Signal>();

  constructor(design: Design, network: Network, graph: Graph, layout: Layout, reset: Net | undefined) {
    this.#design = design;
    this.#network = network;
    this.#graph = graph;
    this.#layout = layout;
    this.#reset = reset;
  }

  compile(watched: readonly string[], rest: RestOptions | undefined): CompiledDesign {
    const { ordered: cycle, needs } = scheduleCycle(joinChains(this.#graph, this.#network));
    const plan = this.#planRest(cycle, needs, rest);
    const outputs = scheduleOutputs(this.#graph);
    for (const node of this.#graph.outputs) this.#settled.add(node.signal!);
    const pieces = plan?.segments.map((segment, index) => ({ segment, inputs: plan.inputs[index]! })) ?? whole(cycle);
    const cycleParts = this.#partition(pieces, this.#stored);
    const outputParts = this.#partition(whole(outputs), this.#settled);
    const writer = plan === undefined ? undefined : new RestWriter(plan);
    const wake = writer === undefined ? [] : [this.#add(writer.wake())];
    const outputsOnly = outputParts.map((part) => this.#writeNodes(part, this.#settled));
    const settle = this.#functionOf([...outputsOnly, ...wake]);
    const commits = [
      ...cycleParts.map((part) => this.#writeNodes(part, this.#stored, plan)),
      ...this.#writeCommits(cycle),
    ];
    const resets = [...this.#graph.resets.values()].flatMap((group) => this.#writeResets(group, wake));
    const plain = this.#functionOf([...commits, ...resets]);
    const edge = writer === undefined ? plain : this.#writeLooks(plain, writer, plan!);
    const ports = new PortWriter(this.#design.top, this.#network, this.#layout, this.#reset);
    const latch = this.#add(ports.latch());
    const remember = this.#add(ports.remember());
    const publish = this.#add(ports.publish(this.#layout.now));
    this.#functions.push({ body: calls([latch, settle, publish]), name: "settle" });
    const step = this.#writeStep([latch, remember], edge, [settle, publish]);
    this.#functions.push({ body: step, name: "step", parameters: 1, results: 1 });
    this.#functions.push({ body: calls([latch, remember, edge]), name: "cycle" });
    for (const name of watched) this.#functions.push({ body: this.#writeWatch(name), name, results: 1 });
    return {
      code: encodeModule(this.#functions, pagesFor(this.#layout.size)),
      layout: this.#layout,
      network: this.#network,
      settled: new Set(this.#graph.outputs.map((node) => node.signal!)),
      properties: [...this.#propertyFlags].map(([node, flag]) => ({ node, flag })),
      resting: { from: plan?.resting ?? 0, bytes: plan?.blocks.length ?? 0 },
    };
  }

  /** What may rest; else only delay lines have their places beforehand. */
  #planRest(
    cycle: readonly Node[],
    needs: (node: Node) => readonly Node[],
    rest: RestOptions | undefined,
  ): RestPlan | undefined {
    if (rest !== undefined) {
      const plan = planRest(cycle, needs, this.#network, this.#layout, rest);
      if (plan !== undefined) return plan;
    }
    for (const { line } of cycle) {
      if (line.length > 0) this.#layout.placeGroups([{ signals: line, isLine: true }]);
    }
    return undefined;
  }

  /** The edge; now and then with a look for blocks that may rest after it. */
  #writeLooks(plain: number, writer: RestWriter, { period }: RestPlan): number {
    const [before, after] = [this.#add(writer.before()), this.#add(writer.after())];
    const count = this.#layout.allocate(4);
    const body = new FunctionBody();
    body.i32(0);
    body.i32(0);
    body.access("i32.load", count);
    body.i32(1);
    body.op("i32.add");
    body.access("i32.store", count);
    body.i32(0);
    body.access("i32.load", count);
    body.i32(period - 1);
    body.op("i32.and");
    body.op("i32.eqz");
    body.if();
    for (const each of [before, plain, after]) body.call(each);
    body.op("else");
    body.call(plain);
    body.op("end");
    return this.#add(body);
  }

  #add(body: FunctionBody): number {
    this.#functions.push({ body });
    return this.#functions.length - 1;
  }

  /** A function that calls others in turn. */
  #functionOf(indices: readonly number[]): number {
    if (indices.length === 1) return indices[0]!;
    return this.#add(calls(indices));
  }

  /** Cuts segments into functions; what one piece leaves for another is added to `stored`. */
  #partition(segments: readonly Piece[], stored: Set<Signal>): Piece[][] {
    const parts: Piece[][] = [[]];
    const pieceOf = new Map<Node, Piece>();
    let size = 0;
    for (const { segment, inputs } of segments) {
      let piece: { segment: Segment & { readonly nodes: Node[] }; inputs: readonly Range[] } | undefined;
      for (const node of segment.nodes) {
        const cost = costOf(node);
        if (size > 0 && size + cost > FUNCTION_BYTES) {
          parts.push([]);
          size = 0;
          piece = undefined;
        }
        size += cost;
        if (piece === undefined) {
          const isFirst = node === segment.nodes[0];
          piece = { segment: { block: segment.block, nodes: [] }, inputs: isFirst ? inputs : [] };
          parts.at(-1)!.push(piece);
        }
        piece.segment.nodes.push(node);
        const all = [...node.inner, node];
        for (const part of all) {
          pieceOf.set(part, piece);
          // Lanes that are written one by one meet in memory.
          if (part.pack.lanes.length > 1 && part.signal !== undefined && !isPacked(part)) stored.add(part.signal);
        }
        for (const producer of all.flatMap((part) => [...part.producers])) {
          if (pieceOf.get(producer) !== piece && producer.signal !== undefined) stored.add(producer.signal);
        }
      }
    }
    return parts;
  }

  #writeNodes(pieces: readonly Piece[], stored: ReadonlySet<Signal>, plan?: RestPlan): number {
    const body = new FunctionBody();
    const shared: Shared = {
      network: this.#network,
      stored,
      propertyFlag: (node) => this.#flag(this.#propertyFlags, node),
      resetFlag: ({ reset }) => this.#resetFlag(reset as RememberedReset),
      activeFlag: (node) => (plan === undefined ? undefined : activeFlag(plan, node)),
    };
    const frame = new Frame(body, this.#layout, stored);
    const writer = new NodeWriter(frame, shared);
    for (const { segment, inputs } of pieces) {
      const write = (): void => {
        for (const node of segment.nodes) writer.write(node);
      };
      if (plan === undefined) write();
      else new RestWriter(plan).segment(frame, segment, inputs, write);
    }
    return this.#add(body);
  }

  #flag<K>(flags: Map<K, number>, key: K): number {
    let address = flags.get(key);
    if (address === undefined) flags.set(key, (address = this.#layout.allocate(1)));
    return address;
  }

  #resetFlag(reset: RememberedReset): number {
    return this.#flag(this.#resetFlags, `${reset.signal.index} ${reset.lane}`);
  }

  /** Deferred values take their places. */
  #writeCommits(nodes: readonly Node[]): number[] {
    const deferred = nodes.filter((node) => node.deferred);
    return this.#writeInParts(deferred, 24, (body, { signal, lanes, kind }) => {
      const bytes = bytesOf(signal!.net.width);
      const frame = new Frame(body, this.#layout);
      const [from, to] = [this.#layout.deferred(signal!), this.#layout.signal(signal!)];
      const width = Math.min(signal!.net.width, WORD_BITS);
      if (lanes.length > 1) {
        for (let offset = 0; offset < bytes * lanes.length; offset += 16) {
          body.i32(0);
          body.i32(0);
          body.vectorAccess("load", from + offset);
          body.vectorAccess("store", to + offset);
        }
        return;
      }
      const first = kind === "read" ? lanes[0]! * bytes : 0;
      for (let offset = first; offset < first + bytes; offset += 8) {
        body.i32(0);
        body.i32(0);
        frame.load(from + offset, width, false);
        frame.store(to + offset, width);
      }
    });
  }

  /** While the remembered reset is set, its registers take their reset values. */
  #writeResets({ reset, targets }: ResetGroup, wake: readonly number[]): number[] {
    const parts = this.#writeInParts(targets, 12, (body, { signal, lane }) => {
      const frame = new Frame(body, this.#layout);
      const { width } = signal.net;
      const value = signal.net.reset!;
      const address = this.#layout.signal(signal) + lane * bytesOf(width);
      for (let limb = 0; limb * WORD_BITS < width; limb++) {
        body.i32(0);
        if (width <= 32) body.i32(Number(BigInt.asIntN(32, value)));
        else body.i64(width <= WORD_BITS ? value : BigInt.asUintN(width, value) >> BigInt(WORD_BITS * limb));
        frame.store(address + 8 * limb, Math.min(width, WORD_BITS));
      }
    });
    if (reset === "always") return [...parts, ...wake];
    const body = new FunctionBody();
    body.i32(0);
    body.access("i32.load8_u", this.#resetFlag(reset));
    body.if();
    for (const part of [...parts, ...wake]) body.call(part);
    body.op("end");
    return [this.#add(body)];
  }

  #writeInParts<T>(items: readonly T[], bytesEach: number, write: (body: FunctionBody, item: T) => void): number[] {
    const count = Math.floor(FUNCTION_BYTES / bytesEach);
    const parts: number[] = [];
    for (let first = 0; first < items.length; first += count) {
      const body = new FunctionBody();
      for (const item of items.slice(first, first + count)) write(body, item);
      parts.push(this.#add(body));
    }
    return parts;
  }

  /** The value of a one-bit output, computed from the registers and the inputs last taken. */
  #writeWatch(name: string): FunctionBody {
    const net = this.#design.top.ports.find((port) => port.name === name)!;
    const leaf = this.#network.leaf(this.#network.top, net, 0);
    const node = this.#graph.outputs.find(({ signal }) => leaf.kind === "signal" && signal === leaf.signal);
    const parts = this.#partition(whole(node === undefined ? [] : coneOf(node)), this.#settled);
    const body = calls(parts.map((part) => this.#writeNodes(part, this.#settled)));
    new Frame(body, this.#layout).pushValue(leaf, net.width, net.signed);
    return body;
  }

  /** Runs cycles, until an assertion fails. */
  #writeStep(before: readonly number[], edge: number, after: readonly number[]): FunctionBody {
    const body = new FunctionBody();
    const cycles = body.local("i32");
    const done = body.local("i32");
    for (const each of before) body.call(each);
    body.block();
    body.loop();
    body.call(edge);
    body.get(done);
    body.i32(1);
    body.op("i32.add");
    body.tee(done);
    body.get(cycles);
    body.op("i32.ge_u");
    body.branchIf(1);
    body.i32(0);
    body.access("i32.load8_u", this.#layout.stopped);
    body.op("i32.eqz");
    body.branchIf(0);
    body.op("end");
    body.op("end");
    for (const each of after) body.call(each);
    body.get(done);
    return body;
  }
}

function calls(indices: readonly number[]): FunctionBody {
  const body = new FunctionBody();
  for (const index of indices) body.call(index);
  return body;
}

/** A segment of the schedule within one function, with what it asks before it lets its block rest. */
interface Piece {
  readonly segment: Segment;
  readonly inputs: readonly Range[];
}

function whole(nodes: readonly Node[]): Piece[] {
  return [{ segment: { block: undefined, nodes }, inputs: [] }];
}

/** Where a node says that its block must not rest. */
function activeFlag({ active, blockOf, masking }: RestPlan, node: Node): number | undefined {
  const block = blockOf.get(node);
  if (block === undefined) return undefined;
  const always = node.kind === "write" || node.kind === "property";
  return always || masking.has(node) ? active + block.index : undefined;
}

import type { Expr, Net } from "../ir.ts";
import { operandsOf } from "../walk.ts";
import { ownersOf, type Block, type Segment } from "./blocks.ts";
import type { Node } from "./graph.ts";
import type { Network, Pack, Signal } from "./network.ts";

/** A signal that a node reads. */
interface Use {
  readonly signal: Signal;
  /** It matters only when the node marks its block as active. */
  readonly masked: boolean;
}

/** What blocks that rest depend on. */
export interface RestInputs {
  /** For each segment, what must be as it was for the segment's block to go on resting, as far as no earlier segment asked. */
  readonly inputs: readonly (readonly Signal[])[];
  /** The nodes that must mark their block as active when they take something. */
  readonly masking: ReadonlySet<Node>;
}

/**
 * Finds what a resting block must look at. A block rests when a cycle has changed none of its registers and no guarded register,
 * memory port or property of it was active; until one of these inputs changes, nothing in it does. What only guarded registers
 * and memory ports take is no input: they take nothing.
 */
export function restInputs(segments: readonly Segment[], network: Network): RestInputs {
  const nodes = segments.flatMap((segment) => segment.nodes);
  const owners = ownersOf(nodes);
  const segmentOf = new Map<Node, number>();
  segments.forEach((segment, index) => {
    segment.nodes.forEach((node) => segmentOf.set(node, index));
  });
  const blockOf = (node: Node): Block | undefined => segments[segmentOf.get(node)!]!.block;
  const reader = new UseReader(network);
  const uses = new Map(nodes.map((node) => [node, reader.usesOf(node)]));

  // Values of the cycle that somebody looks at although their block may rest; consumers come after producers.
  const relevant = new Set<Signal>();
  const matters = (node: Node, { masked }: Use): boolean =>
    !masked && ((node.kind !== "compute" && node.kind !== "load") || relevant.has(node.signal!));
  for (const node of [...nodes].reverse()) {
    for (const use of uses.get(node)!) {
      const elsewhere = owners.get(use.signal)?.some((owner) => segmentOf.get(owner) !== segmentOf.get(node)) ?? true;
      if (elsewhere || matters(node, use)) relevant.add(use.signal);
    }
  }

  const masking = new Set<Node>();
  const asked = new Map<Block, Set<Signal>>();
  const inputs = segments.map(({ block, nodes: own }) => {
    if (block === undefined) return [];
    let known = asked.get(block);
    if (known === undefined) asked.set(block, (known = new Set()));
    const found = new Set<Signal>();
    for (const node of own) {
      for (const use of uses.get(node)!) {
        if (use.masked) masking.add(node);
        if (!matters(node, use) || known.has(use.signal)) continue;
        const makers = owners.get(use.signal) ?? [];
        if (makers.length > 0 && makers.every((maker) => blockOf(maker) === block)) continue;
        found.add(use.signal);
        // Lanes that are made one by one may be ready for a later segment only.
        if (makers.length <= 1) known.add(use.signal);
      }
    }
    return [...found];
  });
  return { inputs, masking };
}

/** Tells what nodes read. */
class UseReader {
  readonly #network: Network;

  constructor(network: Network) {
    this.#network = network;
  }

  usesOf(node: Node): Use[] {
    const uses: Use[] = [];
    const add = (part: Node, masked: boolean, exprs: readonly (Expr | undefined)[]): void => {
      const nets = new Set(exprs.flatMap((expr) => (expr === undefined ? [] : netsOf(expr))));
      for (const net of nets) this.#add(uses, part.pack, net, part.lanes, masked);
    };
    const { kind, port, exprs, reset, output, guard } = node;
    switch (kind) {
      case "register":
        if (guard !== undefined) add(node, false, [guard]);
        for (const part of [...node.inner, node]) add(part, guard !== undefined, part.exprs);
        break;
      case "shift":
        uses.push({ signal: node.line[0]!, masked: false });
        break;
      case "read": {
        const { enable, write, address } = port!;
        add(node, false, [enable, write]);
        add(node, enable !== undefined, [address]);
        break;
      }
      case "write":
        add(node, false, [port!.enable, port!.write]);
        add(node, true, [port!.address, port!.value, port!.mask]);
        break;
      default:
        add(node, false, exprs);
    }
    if (reset?.kind === "signal") uses.push({ signal: reset.signal, masked: false });
    if (output?.leaf.kind === "signal") uses.push({ signal: output.leaf.signal, masked: false });
    return uses;
  }

  #add(uses: Use[], pack: Pack, net: Net, lanes: readonly number[], masked: boolean): void {
    const leaves = this.#network.leaves(pack, net);
    const signals = new Set(
      lanes.flatMap((lane) => {
        const leaf = leaves[lane]!;
        return leaf.kind === "signal" ? [leaf.signal] : [];
      }),
    );
    for (const signal of signals) uses.push({ signal, masked });
  }
}

function netsOf(expr: Expr): Net[] {
  return expr.kind === "ref" ? [expr.net] : operandsOf(expr).flatMap(netsOf);
}

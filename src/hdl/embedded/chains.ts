import type { Graph, Node, State } from "./graph.ts";
import type { Network, Signal } from "./network.ts";
import { WORD_BITS } from "./trees.ts";

/** Fewest registers behind the first that are worth a chain. */
const FEWEST_MOVES = 2;

/**
 * Delay lines: registers that take nothing but the register before them. Laid side by side they move on by a few vector
 * copies. Gives the edge's nodes with one `shift` for the registers of each line.
 */
export function joinChains({ edge }: Graph, network: Network): Node[] {
  const links = new Map<Signal, { node: Node; signal: Signal }>();
  const followers = new Set<Signal>();
  for (const node of edge) {
    const before = predecessorOf(node, network);
    if (before === undefined || links.has(before)) continue;
    links.set(before, { node, signal: node.signal! });
    followers.add(node.signal!);
  }
  const joined = new Set<Node>();
  const shifts: Node[] = [];
  for (const head of links.keys()) {
    if (followers.has(head)) continue;
    const members: Node[] = [];
    for (let link = links.get(head); link !== undefined; link = links.get(link.signal)) members.push(link.node);
    if (members.length < FEWEST_MOVES) continue;
    members.forEach((member) => joined.add(member));
    shifts.push(join(head, members));
  }
  return [...edge.filter((node) => !joined.has(node)), ...shifts];
}

/** The register whose value a register takes at every edge. */
function predecessorOf({ kind, exprs, pack, lanes, signal }: Node, network: Network): Signal | undefined {
  const expr = exprs[0];
  if (kind !== "register" || lanes.length > 1 || expr?.kind !== "ref" || expr.width > WORD_BITS) return undefined;
  const leaf = network.leaf(pack, expr.net, 0);
  if (leaf.kind === "const" || leaf.signal.kind !== "reg" || leaf.signal.lanes > 1) return undefined;
  return leaf.signal === signal ? undefined : leaf.signal;
}

function join(head: Signal, members: readonly Node[]): Node {
  const [first] = members;
  const inside = new Set(members);
  const changes: State = { readers: new Set() };
  for (const member of members) {
    for (const reader of member.changes!.readers) if (!inside.has(reader)) changes.readers.add(reader);
  }
  const shift: Node = {
    ...first!,
    kind: "shift",
    exprs: [],
    line: [head, ...members.map((member) => member.signal!)],
    producers: new Set(),
    states: new Set(first!.states),
    changes,
    inner: [],
  };
  for (const state of first!.states) {
    state.readers.delete(first!);
    state.readers.add(shift);
  }
  return shift;
}

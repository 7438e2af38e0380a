/** Longest paths over the arcs of one module and those through its children. */

/** One way on from a node: an arc of the module's own, or a path through a child. */
export interface Way {
  readonly to: string;
  readonly levels: number;
  readonly picoseconds: number;
  /** The instance whose logic it is; empty for the module's own. */
  readonly through: string;
}

export type Ways = ReadonlyMap<string, readonly Way[]>;

/** Nodes so that ways go from earlier to later, but for those that close a circle; each circle as the nodes on it. */
export interface NodeOrder {
  readonly nodes: readonly string[];
  readonly position: ReadonlyMap<string, number>;
  readonly circles: readonly (readonly string[])[];
}

/** Depth first; a way back to a node on the present branch closes a circle and is left out. */
export function sortNodes(ways: Ways): NodeOrder {
  const state = new Map<string, "open" | "done">();
  const branch: string[] = [];
  const nodes: string[] = [];
  const circles: string[][] = [];
  const visit = (node: string): void => {
    state.set(node, "open");
    branch.push(node);
    for (const { to } of ways.get(node) ?? []) {
      const seen = state.get(to);
      if (seen === undefined) visit(to);
      else if (seen === "open") circles.push(branch.slice(branch.indexOf(to)));
    }
    branch.pop();
    state.set(node, "done");
    nodes.push(node);
  };
  for (const node of ways.keys()) if (!state.has(node)) visit(node);
  nodes.reverse();
  return { nodes, position: new Map(nodes.map((node, index) => [node, index])), circles };
}

interface Reached {
  readonly picoseconds: number;
  readonly levels: number;
  readonly through: readonly string[];
}

/** The longest path from any of `starts` to every node that is reached, the starts' own delays included. */
export function longestFrom<Start extends Reached>(
  starts: ReadonlyMap<string, Start>,
  ways: Ways,
  { nodes, position }: NodeOrder,
): Map<string, Start> {
  const best = new Map(starts);
  for (const node of nodes) {
    const here = best.get(node);
    if (here === undefined) continue;
    for (const { to, levels, picoseconds, through } of ways.get(node) ?? []) {
      if (position.get(to)! <= position.get(node)!) continue;
      const there = best.get(to);
      const arrival = here.picoseconds + picoseconds;
      if (there !== undefined && there.picoseconds >= arrival) continue;
      best.set(to, {
        ...here,
        picoseconds: arrival,
        levels: here.levels + levels,
        through: through === "" ? here.through : [...here.through, through],
      });
    }
  }
  return best;
}

import { visibleNets } from "../simulate/places.ts";
import type { Leaf, Network, Pack } from "./network.ts";

/** What the resets and the nets of all instances stand for. */
export function observedLeaves(network: Network): Leaf[] {
  return network.packs.flatMap((pack) => [
    ...network.resets(pack),
    ...shown(pack).flatMap((net) => network.leaves(pack, net)),
  ]);
}

/** The nets that an inspection shows. Before the passes there are nets that nothing drives; and of nets that were split only the fields are there. */
export function shown({ lowered, lanes }: Pack): ReturnType<typeof visibleNets> {
  const outer = lanes[0]!.parent;
  const pins = outer?.pack.lowered.pins.get(outer.instance);
  return visibleNets(lowered.module).filter((net) => {
    if (net.kind === "input") return pins?.has(net) ?? true;
    return (net.kind !== "wire" && net.kind !== "output") || lowered.definitions.has(net);
  });
}

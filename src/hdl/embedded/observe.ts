import type { Memory } from "../ir.ts";
import {
  implicitPorts,
  memoryContents,
  type Inspection,
  type MemoryPlace,
  type SignalPlace,
} from "../simulate/places.ts";
import type { CompiledDesign } from "./compile.ts";
import { bytesOf, roomOf } from "./layout.ts";
import type { Leaf } from "./network.ts";
import { shown } from "./shown.ts";

/** Names with addresses: all that a design shows when it was compiled to be observed, else what has its value in memory anyway. */
export function inspect({ network, layout, settled }: CompiledDesign, memory: ArrayBuffer): Inspection {
  const addresses = new Map(layout.placed());
  const place = (leaf: Leaf): Pick<SignalPlace, "address" | "constant"> | undefined => {
    if (leaf.kind === "const") return { constant: leaf.value };
    const { signal, lane } = leaf;
    const address = addresses.get(signal);
    if (address === undefined) return undefined;
    if ((signal.kind === "compute" || signal.kind === "load") && !settled.has(signal)) return undefined;
    return { address: address + lane * bytesOf(signal.net.width) };
  };
  const signals: SignalPlace[] = [];
  const memories: MemoryPlace[] = [];
  for (const pack of network.packs) {
    const nets = shown(pack);
    pack.lanes.forEach(({ path }, lane) => {
      const add = (parts: Pick<SignalPlace, "name" | "kind" | "width" | "signed">, leaf: Leaf): void => {
        const found = place(leaf);
        if (found !== undefined) signals.push({ path, ...parts, ...found });
      };
      for (const name of implicitPorts(pack.lowered.module)) {
        const port = { name, kind: name, width: 1, signed: false };
        if (name === "clock") signals.push({ path, ...port });
        else add(port, network.resets(pack)[lane]!);
      }
      for (const net of nets) {
        const { name, kind, width, signed } = net;
        add({ name, kind, width, signed }, network.leaf(pack, net, lane));
      }
      for (const each of pack.lowered.memories) {
        const { name, width, depth } = each.memory;
        const base = layout.words(pack, each.memory, lane);
        if (!hasRoom(each.memory, base, memory)) continue;
        memories.push({ path, name, width, depth, ...memoryContents(memory, base, width, depth) });
      }
    });
  }
  return { top: network.top.lowered.module.name, memory, signals, memories };
}

/** A memory that no port reads or writes has no room in the simulation. */
function hasRoom(memory: Memory, base: number, { byteLength }: ArrayBuffer): boolean {
  return base + bytesOf(memory.width) * roomOf(memory) <= byteLength;
}

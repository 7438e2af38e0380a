/** GEMM commands for the tests. */
import type { Params } from "../../src/config/index.ts";
import type { Random } from "../../src/harness/index.ts";
import { command, GEMM_INITS } from "../../src/isa/index.ts";
import type { GemmFields, PartialFields } from "../../src/isa/index.ts";
import { ROW_SLOTS } from "./gemm-driver.ts";
import { RESERVED } from "./gemm-traffic.ts";

export const fields = (partial: PartialFields<"gemm">): GemmFields => command("gemm", partial).fields as GemmFields;

/** A product [m][k tiles] x [k tiles][n tiles], laid out without holes: activations, then weights, `offset` words apart from a bank boundary. */
export function product(
  p: Params,
  m: number,
  kTiles: number,
  nTiles: number,
  options: PartialFields<"gemm"> = {},
  offset = 0,
): GemmFields {
  const aSlices = Math.ceil(kTiles / p.wordKSteps);
  const wRows = options.transpose === 1 ? nTiles * p.cols : kTiles * p.rows;
  const wAddress = Math.ceil((aSlices * m) / p.scratchpadBanks) * p.scratchpadBanks + offset;
  return fields({ rows: m, kTiles, nTiles, aStride: m, wAddress, wStride: wRows, accStride: m, ...options });
}

/** Random commands that a program may hold: the rows of different commands are the same or apart. */
export function randomCommands(p: Params, count: number, random: Random): GemmFields[] {
  const words = p.scratchpadWords - RESERVED;
  const accRows = p.accumulatorRows - RESERVED;
  const commands: GemmFields[] = [];
  let freeRow = 0;
  const nextFree = (need: number): number => {
    const at = freeRow + need <= accRows ? freeRow : -1;
    freeRow += at < 0 ? 0 : need;
    return at;
  };
  while (commands.length < count) {
    const previous = commands.at(-1);
    const again = previous !== undefined && random.chance(0.3);
    const transpose = random.integer(0, 1);
    const rows = again
      ? previous.rows
      : random.pick([1, 2, 3, p.rows - 1, p.rows, p.rows + 1, p.cols, random.integer(1, 50)]);
    const nTiles = again ? previous.nTiles : random.integer(1, 4);
    const kTiles = random.integer(1, 5);
    const accStride = again ? previous.accStride : rows + random.integer(0, 3);
    const aSub = random.integer(0, p.wordKSteps - 1);
    const wSub = random.integer(0, (transpose === 1 ? p.wordKSteps : p.wordTiles) - 1);
    const aSlices = Math.ceil((aSub + kTiles) / p.wordKSteps);
    const wRows = transpose === 1 ? nTiles * p.cols : kTiles * p.rows;
    const wSlices =
      transpose === 1 ? Math.ceil((wSub + kTiles) / p.wordKSteps) : Math.ceil((wSub + nTiles) / p.wordTiles);
    const aStride = random.integer(0, 60);
    const wStride = random.integer(0, 100);
    const aMost = words - (aSlices - 1) * aStride - rows;
    const wMost = words - (wSlices - 1) * wStride - wRows;
    if (aMost < 0 || wMost < 0 || rows > ROW_SLOTS) continue;
    const accAddress = again ? previous.accAddress : nextFree((nTiles - 1) * accStride + rows);
    if (accAddress < 0) return commands;
    const trackMax = random.integer(0, 1);
    const continues = again && previous.trackMax === 1 && random.chance(0.5);
    commands.push(
      fields({
        rows,
        kTiles,
        nTiles,
        aAddress: random.integer(0, aMost),
        aStride,
        aSub,
        wAddress: random.integer(0, wMost),
        wStride,
        wSub,
        accAddress,
        accStride,
        biasAddress: p.accumulatorRows - RESERVED + random.integer(0, RESERVED / 2 - nTiles),
        init: random.pick(Object.values(GEMM_INITS)),
        transpose,
        unsignedA: random.integer(0, 1),
        trackMax,
        startMax: continues ? 0 : 1,
        validColumns: random.integer(0, nTiles * p.cols + 3),
        rowSlot: continues ? previous.rowSlot : random.integer(0, ROW_SLOTS - rows),
        post: random.word(),
      }),
    );
  }
  return commands;
}

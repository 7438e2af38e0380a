/** Whose post a waiting command lacks. */
import { COMMAND_BYTES, decodeCommand } from "../isa/index.ts";
import type { EngineName } from "../isa/index.ts";

/** The command that posts what another one waits for. */
export interface Producer {
  readonly engine: EngineName;
  /** Its index in the program; undefined where several engines post to or wait for the semaphore, so that the order is open. */
  readonly command: number | undefined;
}

interface SemaphoreUse {
  readonly posts: number[];
  readonly waits: number[];
  readonly posters: Set<EngineName>;
  readonly waiters: Set<EngineName>;
}

/**
 * The posts and waits of the commands of one launch. Semaphores are zero at its start, and an engine starts and retires its
 * commands in order, so that the n-th wait for a semaphore takes its n-th post, as long as one engine posts it and one waits for it.
 */
export class Producers {
  readonly #uses = new Map<number, SemaphoreUse>();

  constructor(commands: Uint8Array, firstCommand: number, count: number) {
    for (let index = firstCommand; index < firstCommand + count; index++) {
      const c = decodeCommand(commands, index * COMMAND_BYTES);
      if (c === undefined) continue;
      for (const s of bits(c.fields.post)) {
        const use = this.#use(s);
        use.posts.push(index);
        use.posters.add(c.engine);
      }
      for (const s of bits(c.fields.wait)) {
        const use = this.#use(s);
        use.waits.push(index);
        use.waiters.add(c.engine);
      }
    }
  }

  /** Who posts the one of `semaphore` that `command` waits for; undefined when nobody posts it. */
  of(command: number, semaphore: number): Producer | undefined {
    const { posts, waits, posters, waiters } = this.#use(semaphore);
    const [engine] = posters;
    if (engine === undefined) return undefined;
    if (posters.size > 1 || waiters.size > 1) return { engine, command: undefined };
    return { engine, command: posts[find(waits, command)] };
  }

  #use(semaphore: number): SemaphoreUse {
    const use = this.#uses.get(semaphore) ?? { posts: [], waits: [], posters: new Set(), waiters: new Set() };
    this.#uses.set(semaphore, use);
    return use;
  }
}

function* bits(mask: number): Generator<number> {
  for (let left = mask; left !== 0; left &= left - 1) yield 31 - Math.clz32(left & -left);
}

/** Position of `value` in an ascending list; -1 when it is not there. */
function find(list: readonly number[], value: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return list[low] === value ? low : -1;
}

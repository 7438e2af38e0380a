/** Command fetch and dispatch: when each command comes to the head of its engine's reach. */
import type { Params } from "../../config/index.ts";
import { FETCH_BUFFER, FETCH_GROUP } from "../../generators/control/index.ts";
import { COMMAND_BYTES } from "../../isa/index.ts";
import type { ReadChannel } from "./channels.ts";

/** Cycles from a request to the address on the bus, and from a beat on the bus to fetch, which dispatches it at once. */
const ADDRESS_REGISTER = 1;
const BEAT_REGISTER = 1;

/** Asks for commands in groups, as buffer and queues have room, and hands them on in order, one a cycle. */
export class FetchTimeline {
  readonly #commandBeats: number;
  readonly #channel: ReadChannel;
  readonly #commands: number;
  readonly #first: number;
  readonly #queueRoom: () => number;
  #asked = 0;
  #given = 0;
  /** First cycle in which each command can be dispatched. */
  readonly #there: number[] = [];
  #asksFrom = -Infinity;

  /**
   * `first` is the place of the first command among those in memory: bursts end at multiples of their length. `queueRoom` tells
   * how many places every engine's queue has.
   */
  constructor(params: Params, channel: ReadChannel, commands: number, first: number, queueRoom: () => number) {
    this.#commandBeats = COMMAND_BYTES / params.beatBytes;
    this.#channel = channel;
    this.#commands = commands;
    this.#first = first;
    this.#queueRoom = queueRoom;
  }

  /** The next cycle in which a group is asked for; Infinity while there is no room for one, or when all have been. */
  get asksFrom(): number {
    return this.#asked === this.#commands || this.#room() === 0 ? Infinity : this.#asksFrom;
  }

  #room(): number {
    return FETCH_BUFFER + this.#queueRoom() - (this.#asked - this.#given);
  }

  ask(now: number): void {
    const toBoundary = FETCH_GROUP - ((this.#first + this.#asked) % FETCH_GROUP);
    const group = Math.min(toBoundary, this.#room(), this.#commands - this.#asked);
    const [first, last] = this.#channel.read(now + ADDRESS_REGISTER, group * this.#commandBeats, 1);
    const beatCycles = group * this.#commandBeats === 1 ? 1 : (last - first) / (group * this.#commandBeats - 1);
    for (let i = 1; i <= group; i++) {
      const beat = first + Math.ceil((i * this.#commandBeats - 1) * beatCycles);
      this.#there.push(beat + BEAT_REGISTER);
    }
    this.#asked += group;
    this.#asksFrom = now + 1;
  }

  /** The next command, when it has been asked for and all before it are dispatched: its number. */
  get next(): number {
    return this.#given;
  }

  /** First cycle in which the next command can be dispatched; Infinity when that is not known. */
  get offersFrom(): number {
    return this.#there[this.#given] ?? Infinity;
  }

  /** The next command is dispatched in cycle `now`; the next one a cycle later at the earliest. */
  give(now: number): void {
    this.#given++;
    const next = this.#there[this.#given];
    if (next !== undefined) this.#there[this.#given] = Math.max(next, now + 1);
    this.#asksFrom = Math.max(this.#asksFrom, now + 1);
  }
}

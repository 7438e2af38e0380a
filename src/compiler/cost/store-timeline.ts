/** The STORE engine: words, beats, bursts and their responses. */
import type { Params } from "../../config/index.ts";
import { STORE_WORDS } from "../../generators/common/index.ts";
import { unansweredStores } from "../../generators/dma/index.ts";
import { STORE_SOURCES } from "../../isa/index.ts";
import type { StoreFields } from "../../isa/index.ts";
import { burstsOf } from "./bursts.ts";
import type { WriteChannel } from "./channels.ts";
import type { WordStream } from "./pass-timeline.ts";

/** Commands that have started and whose words are not read yet. */
const STARTED_COMMANDS = 2;
/** Cycles from a read of the scratchpad to its word, and to the first cycle in which the stream is listened to again. */
const SCRATCHPAD_WORD = 2;
const STREAM_AGAIN = 3;
/** Cycles from an address or a beat to the bus, and from an announced burst to its first beat. */
const BUS_REGISTER = 1;
const ANNOUNCED = 1;

interface StoreCommand {
  readonly start: number;
  readonly fromStream: boolean;
  readonly words: number;
  readonly bursts: readonly number[];
}

/** Everything follows from the commands' starts and the words of the stream; it is worked out as far as these are known. */
export class StoreTimeline {
  /** Cycle of each command's retirement, in order; known when its last word is. */
  readonly retired: number[] = [];
  readonly #params: Params;
  readonly #channel: WriteChannel;
  readonly #stream: WordStream;
  readonly #unitBeats: number;
  readonly #beatUnits: number;
  readonly #commands: StoreCommand[] = [];
  /** Bursts: beats of each, when it is announced, when it is answered. */
  readonly #beats: number[] = [];
  readonly #burstStart: number[] = [];
  readonly #announced: number[] = [];
  readonly #answered: number[] = [];
  /** When the last burst of each command is announced, as its number; when its last word is asked for. */
  readonly #lastBurst: number[] = [];
  readonly #lastPlace: number[] = [];
  /** The command and its word that are asked for next, and the number of words asked for. */
  #command = 0;
  #word = 0;
  #asked = 0;
  #lastAsk = -1;
  #lastRead = -STREAM_AGAIN;
  /** When each of the last words was asked for, and whether of the stream, by its number modulo the words asked for ahead. */
  readonly #asks = Array.from({ length: STORE_WORDS }, () => ({ cycle: -1, fromStream: false }));
  /** Words of the stream that were asked for and have not come, and those that have; when the last one came. */
  #coming = 0;
  #heard = 0;
  #lastHeard = -1;
  /** Words taken from what was asked for, and the cycles in which the last ones were. */
  #words = 0;
  readonly #taken = new Float64Array(STORE_WORDS).fill(-1);
  #lastTaken = -1;
  #unit = 0;
  #beatTaken = -1;
  #burst = 0;
  #beat = 0;

  constructor(params: Params, channel: WriteChannel, stream: WordStream) {
    this.#params = params;
    this.#channel = channel;
    this.#stream = stream;
    this.#unitBeats = Math.max(1, params.wordBytes / params.beatBytes);
    this.#beatUnits = Math.max(1, params.beatBytes / params.wordBytes);
  }

  /** First cycle in which another command can start; Infinity while that is not known. */
  get readyFrom(): number {
    const count = this.#commands.length;
    if (count === 0) return 0;
    const free = this.#announced[this.#lastBurst[count - 1]!];
    const begun = count < 1 + STARTED_COMMANDS ? -1 : this.#lastPlace[count - 1 - STARTED_COMMANDS];
    const unanswered = unansweredStores(this.#params);
    const answered = count < unanswered ? -1 : this.retired[count - unanswered];
    if (free === undefined || begun === undefined || answered === undefined) return Infinity;
    return Math.max(free, begun + 1, answered);
  }

  /** Grows whenever more becomes known of when another command can start. */
  get progress(): number {
    return this.#command + this.#announced.length;
  }

  /** Starts a command in cycle `now`, at `readyFrom` or later. */
  start(now: number, fields: StoreFields): void {
    const bursts = burstsOf(this.#params, fields, this.#params.wordBytes);
    this.#commands.push({
      start: now,
      fromStream: fields.source === STORE_SOURCES.stream,
      words: fields.runs * fields.runLength,
      bursts,
    });
    for (const beats of bursts) {
      this.#beats.push(beats);
      this.#burstStart.push(now + 1);
    }
    this.#lastBurst.push(this.#beats.length - 1);
    this.advance();
  }

  /** Works out what the words of the stream and the commands that are known by now lead to. */
  advance(): void {
    this.#announce();
    while (this.#ask() || this.#take());
  }

  /** Asks for the next word; false when the cycle is not known yet, or there is none. */
  #ask(): boolean {
    const command = this.#commands[this.#command];
    if (command === undefined || this.#asked === this.#words + STORE_WORDS) return false;
    const { fromStream } = command;
    if (!fromStream && this.#coming > 0) return false;
    const place = this.#asked % STORE_WORDS;
    const begins = Math.max(command.start + 1, this.#lastPlace[this.#command - 1] ?? -1) + 1;
    const inOrder = fromStream ? this.#lastRead + STREAM_AGAIN : this.#lastHeard + 1;
    const cycle = Math.max(begins, this.#lastAsk + 1, this.#taken[place]! + 1, inOrder);
    if (fromStream) {
      this.#stream.asked.push(cycle);
      this.#coming++;
    } else this.#lastRead = cycle;
    this.#asks[place] = { cycle, fromStream };
    this.#asked++;
    this.#lastAsk = cycle;
    this.#word++;
    if (this.#word === command.words) {
      this.#word = 0;
      this.#lastPlace.push(cycle);
      this.#command++;
    }
    return true;
  }

  /** Takes the next word that was asked for; false when the cycle is not known yet, or there is none. */
  #take(): boolean {
    if (this.#words === this.#asked || this.#burst >= this.#announced.length) return false;
    const place = this.#words % STORE_WORDS;
    const { cycle, fromStream } = this.#asks[place]!;
    let valid = cycle + SCRATCHPAD_WORD;
    if (fromStream) {
      const pushed = this.#stream.pushed[this.#heard];
      if (pushed === undefined) return false;
      valid = Math.max(cycle, pushed, this.#lastHeard + 1);
      this.#lastHeard = valid;
      this.#heard++;
      this.#coming--;
    }
    this.#lastTaken = this.#send(Math.max(valid, this.#lastTaken + 1));
    this.#taken[place] = this.#lastTaken;
    this.#words++;
    return true;
  }

  #announce(): void {
    const limit = this.#params.outstandingWrites;
    for (let burst = this.#announced.length; burst < this.#beats.length; burst++) {
      const answered = burst < limit ? -1 : this.#answered[burst - limit];
      if (answered === undefined) return;
      const before = this.#announced[burst - 1] ?? -1;
      this.#announced.push(Math.max(this.#burstStart[burst]!, before + 1, answered + 1));
    }
  }

  /** Sends a word that is there from `from` on, as beats or as part of one; gives the cycle in which it is taken. */
  #send(from: number): number {
    this.#unit++;
    if (this.#unit < this.#beatUnits) return from;
    this.#unit = 0;
    let taken = from;
    for (let i = 0; i < this.#unitBeats; i++) {
      const announced = this.#announced[this.#burst]! + ANNOUNCED;
      const sent = Math.max(i === 0 ? from : taken + 1, announced, this.#beatTaken);
      this.#beatTaken = this.#channel.write(sent + BUS_REGISTER);
      taken = sent;
      this.#beat++;
      if (this.#beat < this.#beats[this.#burst]!) continue;
      this.#beat = 0;
      this.#answered.push(this.#channel.respond(this.#beatTaken));
      if (this.#burst === this.#lastBurst[this.retired.length]) this.retired.push(this.#answered.at(-1)! + 1);
      this.#burst++;
      this.#announce();
    }
    return taken;
  }
}

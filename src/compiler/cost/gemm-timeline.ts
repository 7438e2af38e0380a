/** The GEMM engine, cycle by cycle as far as it matters: what its RTL does with a sequence of commands. */
import type { Params } from "../../config/index.ts";
import { arrayLatency } from "../../generators/array/index.ts";
import {
  DRAINING_COMMANDS,
  gemmRetireLatency,
  OPERAND_BUFFER_WORDS,
  READ_LATENCY,
} from "../../generators/gemm/index.ts";
import { GEMM_INITS } from "../../isa/index.ts";
import type { GemmFields } from "../../isa/index.ts";
import { BankCalendar } from "./bank-calendar.ts";
import { ActivationStream, weightRows, WeightStream } from "./gemm-streams.ts";

/** The parts of the engine that take a command, each when it can. */
const TAKERS = 3;

/**
 * Walks the state of loader, issuer, operand readers, feeder and output sequencer. Stretches in which rows flow into
 * the array one a cycle and nothing else moves are taken in one step, so that time goes with the number of tiles.
 */
export class GemmTimeline {
  /** Every cycle before this one has been walked. */
  time = 0;
  /** Cycle of each command's retirement, in order; known as soon as its last row has entered the array. */
  readonly retired: number[] = [];
  /** Cycle in which each command's first row enters the array. */
  readonly firstEntered: number[] = [];

  /** The accumulator rows read and written, for the other clients; known before their cycle. */
  readonly reads: BankCalendar;
  readonly writes: BankCalendar;
  /** Scratchpad words that activations and weights asked for in the last cycle walked; -1 for none. */
  activationAddress = -1;
  weightAddress = -1;

  readonly #params: Params;
  readonly #bankMask: number;
  /** Cycles from a row's entry to the output sequencer. */
  readonly #toSequencer: number;
  readonly #activations: ActivationStream;
  readonly #weights: WeightStream;
  /** Commands from the first part that took them on. */
  readonly #commands: GemmFields[] = [];
  #offered: GemmFields | undefined;
  #taken = 0;
  /** Words in a reader, and reads on their way: bit 0 granted a cycle ago, bit 1 two cycles ago. */
  #heldA = 0;
  #comingA = 0;
  #heldW = 0;
  #comingW = 0;
  /** The shadow weights are complete. */
  #loaded = false;
  /** The command, tile and row that enters the array next, and the command and tile whose weights do. */
  #entering = 0;
  #rowsLeft = 0;
  #kLeft = 0;
  #nLeft = 0;
  #accAddress = 0;
  #loading = 0;
  #weightRowsLeft = 0;
  #weightTilesLeft = 0;
  /** Commands waiting for the sequencer, and when it has seen the last row of each of its own. */
  #draining = 0;
  #sequencing = false;
  #sequenced = 0;
  readonly #sequencerDone: number[] = [];

  constructor(params: Params) {
    this.#params = params;
    this.#bankMask = params.scratchpadBanks - 1;
    this.#toSequencer = arrayLatency(params) - READ_LATENCY;
    this.reads = new BankCalendar(params.accumulatorBanks);
    this.writes = new BankCalendar(params.accumulatorBanks);
    this.#activations = new ActivationStream(params);
    this.#weights = new WeightStream(params);
  }

  /** Offers a command from the present cycle on. Not while another one is offered. */
  offer(command: GemmFields): void {
    this.#offered = command;
  }

  /** Walks up to cycle `until`, or to the end of the cycle in which the offered command starts: returns that cycle. */
  run(until: number): number | undefined {
    while (this.time < until) if (this.advance(until)) return this.time - 1;
    return undefined;
  }

  /**
   * Walks a stretch, up to cycle `until` at most: one cycle, or several in which nothing happens but that rows flow.
   * Whether the offered command starts in its last cycle. A retirement becomes known in its last cycle, too.
   */
  advance(until: number): boolean {
    const calm = this.#calmCycles(until);
    if (calm === 0) return this.#cycle();
    this.#skip(calm);
    return false;
  }

  /** Whether rows of some command are still to enter the array. */
  get busy(): boolean {
    return this.#entering < this.#commands.length;
  }

  /**
   * Cycles from now on in which every stream does the same in each: rows enter one a cycle or not at all, weights too,
   * and nobody takes a command.
   */
  #calmCycles(until: number): number {
    const activations = this.#activations;
    const weights = this.#weights;
    let most = until - this.time;
    const done = this.#sequencerDone[this.#sequenced];
    if (done !== undefined && done - this.time < most) most = done - this.time;
    if (most <= 0 || (this.#draining > 0 && !this.#sequencing)) return 0;
    if (this.#offered !== undefined && this.#takersReady() > 0) return 0;

    const rowsFlow = this.#comingA === 3;
    if (rowsFlow) {
      // One short of a tile's end on either side: what happens there is left to single cycles.
      const rows = this.#commands[this.#entering]!.rows;
      if (!activations.active || this.#rowsLeft === rows) return 0;
      if (this.#rowsLeft <= most) most = this.#rowsLeft - 1;
      if (activations.wordsLeft <= most) most = activations.wordsLeft - 1;
    } else {
      // Rows rest: there are none, or as many as are read ahead wait for the weights of their tile.
      const full = !activations.active || this.#heldA === OPERAND_BUFFER_WORDS;
      const first = this.#rowsLeft === this.#commands[this.#entering]?.rows;
      const waits = this.#heldA === 0 || (first && !this.#loaded);
      if (this.#comingA > 0 || !full || !waits) return 0;
    }

    const weightsFlow = this.#comingW === 3 && !this.#loaded;
    if (weightsFlow) {
      if (!weights.active) return 0;
      if (this.#weightRowsLeft <= most) most = this.#weightRowsLeft - 1;
      if (weights.wordsLeft <= most) most = weights.wordsLeft - 1;
      // Two streams that go up side by side never meet; otherwise they may.
      const apart = ((activations.address ^ weights.address) & this.#bankMask) !== 0;
      return !rowsFlow || (apart && weights.ascends) ? most : 0;
    }
    const weightsRest =
      this.#comingW === 0 &&
      (this.#heldW === 0 || this.#loaded) &&
      (!weights.active || this.#heldW === OPERAND_BUFFER_WORDS);
    return weightsRest ? most : 0;
  }

  #skip(cycles: number): void {
    const now = this.time;
    this.time += cycles;
    this.activationAddress = -1;
    this.weightAddress = -1;
    if (this.#comingW > 0) {
      this.#weightRowsLeft -= cycles;
      this.weightAddress = this.#weights.skip(cycles);
    }
    if (this.#comingA === 0) return;
    this.#useAccumulator(now, cycles);
    this.#rowsLeft -= cycles;
    this.activationAddress = this.#activations.address + cycles - 1;
    this.#activations.advance(cycles);
  }

  /** Which of the parts that have not taken the offered command would take it now, as bits. */
  #takersReady(): number {
    const ready =
      (this.#weights.active ? 0 : 1) |
      (this.#activations.active ? 0 : 2) |
      (this.#draining < DRAINING_COMMANDS ? 4 : 0);
    return ready & ~this.#taken;
  }

  /** Walks one cycle; whether the offered command starts in it. */
  #cycle(): boolean {
    const activations = this.#activations;
    const weights = this.#weights;
    const now = this.time;

    // Feeder: takes the oldest word held, or one that arrives.
    const first = this.#rowsLeft === this.#commands[this.#entering]?.rows;
    const enters = (this.#heldA > 0 || this.#comingA > 1) && (!first || this.#loaded);
    const swaps = enters && first;
    const shifts = (this.#heldW > 0 || this.#comingW > 1) && (!this.#loaded || swaps);
    const awaitsWeights = !this.#loaded && (first || this.#entering >= this.#commands.length);

    // Requests, and who gives way where both want the same bank.
    const askedA = this.#heldA + onesOf(this.#comingA);
    const askedW = this.#heldW + onesOf(this.#comingW);
    const wants = activations.active && (askedA < OPERAND_BUFFER_WORDS || enters);
    const wantsWeight = weights.active && (askedW < OPERAND_BUFFER_WORDS || shifts);
    const collide = ((activations.address ^ weights.address) & this.#bankMask) === 0;
    const grants = wants && !((this.#heldA >= 2 || awaitsWeights) && wantsWeight && collide);
    const grantsWeight = wantsWeight && !(grants && collide);

    // Who can take the offered command: also whoever finishes with the one before in this cycle.
    const sequencerDone = this.#sequencerDone[this.#sequenced] === now;
    let ready = 0;
    if (!weights.active || (grantsWeight && weights.last)) ready |= 1;
    if (!activations.active || (grants && activations.last)) ready |= 2;
    if (this.#draining < DRAINING_COMMANDS) ready |= 4;
    const taking = this.#offered === undefined ? 0 : ready & ~this.#taken;
    const starts = this.#offered !== undefined && (this.#taken | taking) === (1 << TAKERS) - 1;

    // The end of the cycle.
    if (sequencerDone) {
      this.#sequencing = false;
      this.#sequenced++;
    }
    if (this.#draining > 0 && !this.#sequencing) {
      this.#sequencing = true;
      this.#draining--;
    }
    this.activationAddress = grants ? activations.address : -1;
    this.weightAddress = wantsWeight ? weights.address : -1;
    if (enters) this.#enter(now, first);
    if (swaps) this.#loaded = false;
    if (shifts) {
      this.#weightRowsLeft--;
      if (this.#weightRowsLeft === 0) this.#nextWeightTile();
    }
    this.#heldA += (this.#comingA >> 1) - (enters ? 1 : 0);
    this.#heldW += (this.#comingW >> 1) - (shifts ? 1 : 0);
    this.#comingA = ((this.#comingA << 1) & 3) | (grants ? 1 : 0);
    this.#comingW = ((this.#comingW << 1) & 3) | (grantsWeight ? 1 : 0);
    if (grants) activations.advance(1);
    if (grantsWeight) weights.advance();
    if (taking > 0) this.#take(taking);
    if (starts) {
      this.#offered = undefined;
      this.#taken = 0;
    }
    this.time = now + 1;
    return starts;
  }

  #enter(now: number, first: boolean): void {
    const { rows, kTiles, nTiles, accStride, trackMax } = this.#commands[this.#entering]!;
    if (first && this.#nLeft === nTiles && this.#kLeft === kTiles) this.firstEntered.push(now);
    this.#useAccumulator(now, 1);
    this.#rowsLeft--;
    if (this.#rowsLeft > 0) return;
    this.#rowsLeft = rows;
    this.#kLeft--;
    if (this.#kLeft > 0) return;
    this.#kLeft = kTiles;
    this.#nLeft--;
    this.#accAddress += accStride;
    if (this.#nLeft > 0) return;
    const seen = now + this.#toSequencer;
    this.#sequencerDone.push(seen);
    // Behind a command whose last row maximum is under way others wait as long.
    const total = seen + gemmRetireLatency(this.#params, false);
    const waits = trackMax === 1 || (this.retired.at(-1) ?? 0) >= total;
    this.retired.push(seen + gemmRetireLatency(this.#params, waits));
    this.#entering++;
    this.#beginRows();
  }

  /** Accumulator accesses of rows that enter from `now` on, one a cycle. */
  #useAccumulator(now: number, count: number): void {
    const { rows, kTiles, nTiles, init, biasAddress } = this.#commands[this.#entering]!;
    const seen = now + this.#toSequencer;
    const address = this.#accAddress + rows - this.#rowsLeft;
    this.writes.enter(seen + gemmRetireLatency(this.#params, false), address, count);
    if (this.#kLeft < kTiles || init === GEMM_INITS.accumulate) this.reads.enter(seen, address, count);
    else if (init === GEMM_INITS.bias) this.reads.enter(seen, biasAddress + nTiles - this.#nLeft, count, 0);
  }

  #nextWeightTile(): void {
    this.#loaded = true;
    this.#weightTilesLeft--;
    const command = this.#commands[this.#loading]!;
    this.#weightRowsLeft = weightRows(this.#params, command);
    if (this.#weightTilesLeft > 0) return;
    this.#loading++;
    this.#beginWeights();
  }

  #take(takers: number): void {
    const command = this.#offered!;
    if (this.#taken === 0) {
      this.#commands.push(command);
      if (this.#entering === this.#commands.length - 1) this.#beginRows();
      if (this.#loading === this.#commands.length - 1) this.#beginWeights();
    }
    if ((takers & 1) !== 0) this.#weights.start(command);
    if ((takers & 2) !== 0) this.#activations.start(command);
    if ((takers & 4) !== 0) this.#draining++;
    this.#taken |= takers;
  }

  #beginRows(): void {
    const command = this.#commands[this.#entering];
    if (command === undefined) return;
    this.#rowsLeft = command.rows;
    this.#kLeft = command.kTiles;
    this.#nLeft = command.nTiles;
    this.#accAddress = command.accAddress;
  }

  #beginWeights(): void {
    const command = this.#commands[this.#loading];
    if (command === undefined) return;
    this.#weightRowsLeft = weightRows(this.#params, command);
    this.#weightTilesLeft = command.kTiles * command.nTiles;
  }
}

/** Number of ones in two bits. */
const onesOf = (bits: number): number => (bits & 1) + (bits >> 1);

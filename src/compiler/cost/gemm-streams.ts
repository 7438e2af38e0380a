/** The two operand streams of a GEMM command: which scratchpad word is asked for next. */
import type { Params } from "../../config/index.ts";
import type { GemmFields } from "../../isa/index.ts";

/** A position in a stream of scratchpad words; `active` until the last word of the command has been asked for. */
export interface OperandStream {
  readonly active: boolean;
  /** Address of the word to ask for. */
  readonly address: number;
  /** Words of this tile still to ask for. */
  readonly wordsLeft: number;
  /** This word is the last of its command. */
  readonly last: boolean;
}

/** The words of the activation rows, tile by tile, as `ActivationIssuer` asks for them. */
export class ActivationStream implements OperandStream {
  active = false;
  address = 0;
  wordsLeft = 0;
  #kLeft = 0;
  #nLeft = 0;
  #sub = 0;
  #tile = 0;
  #command!: GemmFields;
  readonly #params: Params;

  constructor(params: Params) {
    this.#params = params;
  }

  get last(): boolean {
    return this.wordsLeft === 1 && this.#kLeft === 0 && this.#nLeft === 0;
  }

  start(command: GemmFields): void {
    this.#command = command;
    this.active = true;
    this.wordsLeft = command.rows;
    this.#kLeft = command.kTiles - 1;
    this.#nLeft = command.nTiles - 1;
    this.#sub = command.aSub;
    this.#tile = command.aAddress;
    this.address = command.aAddress;
  }

  /** `count` words of this tile have been asked for. */
  advance(count: number): void {
    this.address += count;
    this.wordsLeft -= count;
    if (this.wordsLeft > 0) return;
    const command = this.#command;
    this.wordsLeft = command.rows;
    if (this.#kLeft > 0) {
      this.#kLeft--;
      this.#sub++;
      if (this.#sub >= this.#params.wordKSteps) {
        this.#sub = 0;
        this.#tile += command.aStride;
      }
    } else if (this.#nLeft > 0) {
      this.#nLeft--;
      this.#kLeft = command.kTiles - 1;
      this.#sub = command.aSub;
      this.#tile = command.aAddress;
    } else {
      this.active = false;
    }
    this.address = this.#tile;
  }
}

/** The words of the weight tiles, as `WeightLoader` asks for them. */
export class WeightStream implements OperandStream {
  active = false;
  address = 0;
  wordsLeft = 0;
  #kLeft = 0;
  #nLeft = 0;
  #sub = 0;
  #base = 0;
  #tile = 0;
  #step = 1;
  #command!: GemmFields;
  readonly #params: Params;

  constructor(params: Params) {
    this.#params = params;
  }

  get last(): boolean {
    return this.wordsLeft === 1 && this.#kLeft === 0 && this.#nLeft === 0;
  }

  start(command: GemmFields): void {
    this.#command = command;
    this.active = true;
    this.wordsLeft = weightRows(this.#params, command);
    this.#kLeft = command.kTiles - 1;
    this.#nLeft = command.nTiles - 1;
    this.#sub = command.wSub;
    this.#base = command.wAddress;
    this.#tile = command.wAddress;
    this.#step = command.transpose === 1 ? -1 : 1;
    this.address = this.#first();
  }

  /** The addresses go up. */
  get ascends(): boolean {
    return this.#step > 0;
  }

  /** `count` words of this tile have been asked for, which are not its last: gives the address of the last of them. */
  skip(count: number): number {
    this.address += this.#step * count;
    this.wordsLeft -= count;
    return this.address - this.#step;
  }

  /** A word has been asked for. */
  advance(): void {
    this.address += this.#step;
    this.wordsLeft--;
    if (this.wordsLeft > 0) return;
    const { kTiles, transpose, wStride, wSub } = this.#command;
    this.wordsLeft = weightRows(this.#params, this.#command);
    const lastK = this.#kLeft === 0;
    if (lastK && this.#nLeft === 0) this.active = false;
    if (lastK) {
      this.#kLeft = kTiles - 1;
      this.#nLeft--;
    } else this.#kLeft--;
    if (transpose === 1 && lastK) {
      this.#base += this.#params.cols;
      this.#tile = this.#base;
      this.#sub = wSub;
    } else if (transpose === 1 || lastK) {
      const { wordKSteps, wordTiles } = this.#params;
      this.#sub++;
      if (this.#sub >= (transpose === 1 ? wordKSteps : wordTiles)) {
        this.#sub = 0;
        this.#tile += wStride;
      }
    } else return;
    this.address = this.#first();
  }

  /** The first word of the tile that is asked for: transposed tiles are read backwards. */
  #first(): number {
    return this.#step < 0 ? this.#tile + this.#params.cols - 1 : this.#tile;
  }
}

/** Weight rows of a tile. */
export const weightRows = (params: Params, { transpose }: GemmFields): number =>
  transpose === 1 ? params.cols : params.rows;

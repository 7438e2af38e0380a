/** The operations of a NORM pass, one after another, as `NormLoops` makes them. */
import type { Params } from "../../config/index.ts";
import { rawParts, rawWords } from "../../generators/norm/index.ts";
import type { NormFields, NormFunction } from "../../isa/index.ts";
import { normFunction, queuesRowJob, readsRowFactors, writesStream } from "../accesses.ts";

/** What the timing of a pass depends on. */
export interface PassTraits {
  readonly name: NormFunction;
  readonly preload: boolean;
  readonly sums: boolean;
  readonly readsFactors: boolean;
  readonly toStream: boolean;
  /** Offsets of the parameter rows that are read before each slice. */
  readonly parameters: readonly number[];
  /** Operations a row-slice takes (raw), and row-slices that fill a word of the stream. */
  readonly words: number;
  readonly parts: number;
}

const SCALED: ReadonlySet<NormFunction> = new Set(["requantise", "gelu", "statistics", "normalise", "preload"]);

function passTraits(params: Params, fields: NormFields): PassTraits {
  const name = normFunction(fields);
  const scale = SCALED.has(name) && fields.perChannel === 1 ? [0] : [];
  const rest = name === "normalise" ? [1, 2] : name === "preload" ? [1] : [];
  return {
    name,
    preload: name === "preload",
    sums: queuesRowJob(fields),
    readsFactors: readsRowFactors(fields),
    toStream: writesStream(fields),
    parameters: [...scale, ...rest],
    words: name === "raw" ? rawWords(params) : 1,
    parts: name === "raw" ? rawParts(params) : 1,
  };
}

/** One operation that waits for its read. */
export interface Operation {
  /** A row of data, not of parameters. */
  readonly isRow: boolean;
  readonly last: boolean;
  /** Row read: of the accumulator, or for the rows of a preload a word of the scratchpad. */
  readonly address: number;
  /** Accumulator row that a preload writes. */
  readonly target: number;
  /** It needs a place in the stream; its result completes a word of the stream. */
  readonly takesRoom: boolean;
  readonly pushes: boolean;
}

/** Position in the loop nest of a pass: slices, in each its parameter rows and then its rows. */
export class PassWalk {
  readonly traits: PassTraits;
  /** The loops have made their last operation. */
  ended = false;
  /** Preload: rows of this slice that have been written. */
  written = 0;
  readonly #params: Params;
  readonly #fields: NormFields;
  readonly #distance: number;
  #slice = 0;
  #row = 0;
  #word = 0;
  #parameter = 0;
  #accBase: number;
  #paramBase: number;
  #spadBase: number;
  #tileSub = 0;
  #spadSub: number;

  /** `distance` is the least number of rows of a slice, of which a summing pass makes up what it has not. */
  constructor(params: Params, fields: NormFields, distance: number) {
    this.#params = params;
    this.#fields = fields;
    this.traits = passTraits(params, fields);
    this.#distance = this.traits.sums ? distance : 0;
    this.#accBase = fields.accAddress;
    this.#paramBase = fields.paramAddress;
    this.#spadBase = fields.spadAddress;
    this.#spadSub = fields.spadSub;
  }

  /** Rows are walked, parameter rows are not. */
  get amongRows(): boolean {
    return this.#parameter === this.traits.parameters.length;
  }

  /** Goes on by a cycle; gives the operation that is made in it, if one is. */
  step(): Operation | undefined {
    const { parameters, preload, words, parts, toStream } = this.traits;
    if (!this.amongRows) {
      const address = this.#paramBase + parameters[this.#parameter]!;
      this.#parameter++;
      return { isRow: false, last: false, address, target: 0, takesRoom: false, pushes: false };
    }
    const { rows, slices } = this.#fields;
    const rowsLeft = this.#row < rows;
    const complete = this.#word === words - 1 || words === 1;
    let operation: Operation | undefined;
    if (rowsLeft) {
      operation = {
        isRow: true,
        last: complete && this.#slice === slices - 1 && this.#row === rows - 1,
        address: (preload ? this.#spadBase : this.#accBase) + this.#row,
        target: this.#accBase + this.#row,
        takesRoom: toStream && (parts === 1 || this.#word === 0),
        pushes: toStream && (parts === 1 || this.#word === parts - 1),
      };
    }
    if (words > 1 || parts > 1) this.#word = (this.#word + 1) % Math.max(words, parts);
    if (preload) {
      if (rowsLeft) this.#row++;
    } else if (complete) {
      this.#row++;
      if (this.#row >= Math.max(rows, this.#distance)) this.nextSlice();
    }
    return operation;
  }

  /** Preload: back to the first row that has not been written. */
  goBack(): void {
    this.#row = this.written;
  }

  nextSlice(): void {
    const { accStride, paramStride, spadStride, slices } = this.#fields;
    this.#slice++;
    this.#row = 0;
    this.written = 0;
    this.#parameter = 0;
    this.#tileSub++;
    if (this.#tileSub === this.#params.tileSlices) {
      this.#tileSub = 0;
      this.#accBase += accStride;
      this.#paramBase += paramStride;
    }
    this.#spadSub++;
    if (this.#spadSub === this.#params.wordSlices) {
      this.#spadSub = 0;
      this.#spadBase += spadStride;
    }
    if (this.#slice === slices) this.ended = true;
  }
}

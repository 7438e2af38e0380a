/** NORM commands for the tests, and the state they act on. */
import { DEFAULT_VARIANTS, deriveParams, loadConfig } from "../../src/config/index.ts";
import type { NormFeature, NormVariants, Params } from "../../src/config/index.ts";
import type { Random } from "../../src/harness/index.ts";
import {
  command,
  LARGEST_MULTIPLIER,
  meanScale,
  MULTIPLIER_BITS,
  NORM_FUNCTIONS,
  NORM_OUTPUTS,
  PRE_SHIFT_BITS,
} from "../../src/isa/index.ts";
import type { NormFields, NormFunction, PartialFields } from "../../src/isa/index.ts";
import { RowJobRace } from "../../src/machine/fault.ts";
import { executeNorm } from "../../src/machine/norm.ts";
import { createState } from "../../src/machine/state.ts";
import type { MachineState } from "../../src/machine/state.ts";
import { meanReciprocal } from "../../src/reference/index.ts";

export interface VariantOptions {
  readonly rows?: number;
  readonly cols: number;
  readonly lanes?: number;
  readonly functions?: readonly NormFeature[];
  readonly rowSlots?: number;
  readonly variants?: Partial<NormVariants>;
  readonly accumulatorKib?: number;
}

const ALL: readonly NormFeature[] = ["softmax", "layernorm", "gelu"];

/** A configuration with memories small enough to compare as a whole. */
export function normVariant(options: VariantOptions): Params {
  const { config } = loadConfig("transformer");
  const { rows = options.cols, cols, lanes = cols, functions = ALL, rowSlots = 64 } = options;
  const variants = { ...DEFAULT_VARIANTS, ...options.variants };
  const chosen = functions.map((f) => (variants[f] === "systole" ? f[0] : `i${f[0]}`)).join("");
  const name = `norm-${rows}x${cols}-${lanes}-${chosen}`;
  return deriveParams({
    ...config,
    name,
    array: { rows, cols },
    scratchpad: { kib: Math.max(4, Math.max(rows, cols) / 2), banks: 4 },
    accumulator: { kib: options.accumulatorKib ?? Math.max(8, cols * 2), banks: 4 },
    norm: { lanes, functions: [...functions], variants, rowSlots },
  });
}

/** A command, what it puts in the row maxima before, and the stream bytes it makes. */
export interface Step {
  readonly fields: NormFields;
  readonly rowMax: readonly { readonly slot: number; readonly value: number }[];
}

/** Where things are in the accumulator: data for reading, rows a preload may write, parameter rows. */
export interface Regions {
  readonly data: readonly [number, number];
  readonly preload: readonly [number, number];
  readonly parameters: readonly [number, number];
}

export function regions(p: Params): Regions {
  const last = p.accumulatorRows;
  const parameters = last - Math.floor(last / 4);
  const preload = Math.floor(last / 2);
  return { data: [0, preload], preload: [preload, parameters], parameters: [parameters, last] };
}

/** Numbers of all magnitudes and both signs, extremes included. */
export function randomWord(random: Random): number {
  if (random.chance(0.02)) return random.pick([0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 30, -(2 ** 22)]);
  return random.word() >> random.integer(0, 31);
}

/** Memories full of noise; every parameter row serves as scale, gain and offset. */
export function randomState(p: Params, random: Random): MachineState {
  const state = createState(p, random.word());
  for (let i = 0; i < state.accumulator.length; i++) state.accumulator[i] = randomWord(random);
  const { parameters } = regions(p);
  for (let i = parameters[0] * p.cols; i < state.accumulator.length; i++) {
    state.accumulator[i] = parameterWord(random);
  }
  return state;
}

/** A scale with noise in the bits that nothing reads; as a gain or an offset it is the largest or smallest, or a number of s16. */
export function parameterWord(random: Random): number {
  if (random.chance(0.4)) return randomWord(random) >> 16;
  const noise = ((random.word() & 0x1f) << 27) | (random.integer(0, 1023) << 6);
  return noise | (randomMultiplier(random) << 16) | randomAmount(random);
}

/** A multiplier of eleven bits, mostly normalised. */
export const randomMultiplier = (random: Random): number =>
  random.chance(0.1)
    ? random.integer(0, LARGEST_MULTIPLIER)
    : random.integer(2 ** (MULTIPLIER_BITS - 1), LARGEST_MULTIPLIER);

/** An amount of the pre-shifter, mostly one that leaves something of a word. */
export const randomAmount = (random: Random): number =>
  random.chance(0.3) ? random.integer(0, 2 ** PRE_SHIFT_BITS - 1) : random.integer(4, 26);

/** The maxima of the rows that a pass goes over, valid columns only, for its row slots. */
export function rowMaxima(p: Params, state: MachineState, fields: NormFields): Step["rowMax"] {
  const columns = Math.min(fields.validColumns, fields.slices * p.lanes);
  return Array.from({ length: fields.rows }, (_, row) => {
    let value = -(2 ** 31);
    for (let column = 0; column < columns; column++) {
      const tile = Math.floor(column / p.cols);
      const at = (fields.accAddress + tile * fields.accStride + row) * p.cols + (column % p.cols);
      value = Math.max(value, state.accumulator[at]!);
    }
    return { slot: fields.rowSlot + row, value };
  });
}

/** Makes commands one after the other, each executed by the functional machine at once. */
export class CommandMaker {
  readonly p: Params;
  readonly state: MachineState;
  readonly random: Random;
  /** Slots whose factors are known, and which maxima were set, since the last `restart`. */
  #exps: NormFields[] = [];
  #statistics: NormFields[] = [];
  #maxSet = new Set<number>();
  #factorKind = new Map<number, "exp" | "statistics">();

  constructor(p: Params, state: MachineState, random: Random) {
    this.p = p;
    this.state = state;
    this.random = random;
  }

  /** All earlier commands have retired and row maxima may be written again. */
  restart(): void {
    this.#maxSet.clear();
    this.#exps = [];
    this.state.jobsFinished = this.state.jobsQueued;
  }

  /** One random command, executed. */
  make(index: number): Step {
    for (;;) {
      const step = this.#try(this.random.pick(this.#functions()), index);
      if (step !== undefined) return step;
    }
  }

  #functions(): NormFunction[] {
    const { features } = this.p;
    return [
      "requantise",
      "preload",
      "raw",
      ...(features.has("gelu") ? (["gelu"] as const) : []),
      ...(features.has("softmax") ? (["exp", "exp", "probability", "requantise"] as const) : []),
      ...(features.has("layernorm") ? (["statistics", "statistics", "normalise", "normalise"] as const) : []),
    ];
  }

  #try(name: NormFunction, index: number): Step | undefined {
    const { p, random, state } = this;
    const rowScale = name === "requantise" && p.features.has("softmax") && random.chance(0.5);
    let fields = this.#base(name);
    if (name === "probability" || name === "normalise" || rowScale) {
      const kind = name === "normalise" ? "statistics" : "exp";
      const known = this.#known(kind === "exp" ? this.#exps : this.#statistics, kind);
      if (known === undefined) return undefined;
      fields = { ...fields, rowSlot: known.rowSlot, rows: known.rows, rowScale: rowScale ? 1 : 0 };
      // A probability pass goes over the scores whose maxima and sums its slots hold.
      if (name === "probability") fields = { ...known, ...this.#ownFields(fields), slices: known.slices };
    }
    fields = this.#placed(fields, name);
    const rowMax = name === "exp" ? this.#maxima(fields) : [];
    if (rowMax === undefined) return undefined;
    for (const pendingRowJobs of [fields.pendingRowJobs, 0]) {
      fields = { ...fields, pendingRowJobs };
      const { jobsFinished } = state;
      try {
        for (const { slot, value } of rowMax) state.rows.max[slot] = value;
        executeNorm(p, state, fields, index);
        this.#remember(name, fields, rowMax);
        return { fields, rowMax };
      } catch (error) {
        if (!(error instanceof RowJobRace)) throw error;
        // The command is not made: nothing follows from it.
        state.jobsFinished = jobsFinished;
      }
    }
    return undefined;
  }

  /** An earlier pass whose row factors are still its own. */
  #known(list: readonly NormFields[], kind: "exp" | "statistics"): NormFields | undefined {
    const intact = list.filter(({ rowSlot, rows }) =>
      Array.from({ length: rows }, (_, i) => this.#factorKind.get(rowSlot + i)).every((k) => k === kind),
    );
    return intact.length === 0 ? undefined : this.random.pick(intact);
  }

  #remember(name: NormFunction, fields: NormFields, rowMax: Step["rowMax"]): void {
    for (const { slot } of rowMax) this.#maxSet.add(slot);
    if (name !== "exp" && name !== "statistics") return;
    (name === "exp" ? this.#exps : this.#statistics).push(fields);
    for (let i = 0; i < fields.rows; i++) this.#factorKind.set(fields.rowSlot + i, name);
  }

  /** The true row maxima of an exp; undefined when one of its slots was already given one that is in use. */
  #maxima(fields: NormFields): Step["rowMax"] | undefined {
    const maxima = rowMaxima(this.p, this.state, fields);
    return maxima.some(({ slot }) => this.#maxSet.has(slot)) ? undefined : maxima;
  }

  #base(name: NormFunction): NormFields {
    const { p, random } = this;
    const rows = random.chance(0.3) ? random.integer(1, 4) : random.integer(1, 24);
    let slices = random.integer(1, random.chance(0.2) ? 9 : 4);
    if (name === "raw") slices *= Math.max(1, p.wordBytes / (4 * p.lanes));
    const columns = slices * p.lanes;
    const canStream = p.lanes === p.wordBytes;
    const fields = command("norm", {
      function: NORM_FUNCTIONS[name],
      rows,
      slices,
      output: canStream && random.chance(0.3) ? NORM_OUTPUTS.stream : NORM_OUTPUTS.scratchpad,
      validColumns: random.chance(0.6)
        ? random.integer(name === "exp" ? 0 : 1, columns)
        : columns + random.integer(0, 3),
      rowSlot: random.integer(0, p.rowSlots - rows),
      perChannel: random.integer(0, 1),
      relu: random.integer(0, 1),
      deferred: random.integer(0, 1),
      pendingRowJobs: random.integer(0, 3),
      scaleM: randomMultiplier(random),
      scaleE: randomAmount(random),
      finalM: randomMultiplier(random),
      finalE: lastAmount(random),
      post: random.word() >>> 0,
      ...(name === "statistics" ? {} : { recip: random.word() >>> 8, recipShift: random.integer(0, 15) }),
    }).fields as NormFields;
    if (name !== "statistics") return fields;
    return { ...fields, ...meanScale(meanReciprocal(fields.validColumns)) };
  }

  /** What a probability pass does not share with the exp pass before it. */
  #ownFields({ function: pass, output, post, pendingRowJobs }: NormFields): PartialFields<"norm"> {
    return { function: pass, output, post, pendingRowJobs };
  }

  /** Addresses and strides that keep every access in its region; probability keeps the scores' place. */
  #placed(fields: NormFields, name: NormFunction): NormFields {
    const { p, random } = this;
    const { rows, slices } = fields;
    const tiles = Math.ceil(slices / p.tileSlices);
    const place = regions(p);
    const acc = within(random, name === "preload" ? place.preload : place.data, tiles, rows);
    const parameters = within(random, place.parameters, tiles, 3, 15);
    const spadSub = random.integer(0, p.wordSlices - 1);
    const words = Math.ceil((spadSub + slices) / p.wordSlices);
    const spad = within(random, [0, p.scratchpadWords], words, rows);
    return {
      ...fields,
      ...(name === "probability" ? {} : { accAddress: acc.address, accStride: acc.stride }),
      paramAddress: parameters.address,
      paramStride: parameters.stride,
      spadAddress: spad.address,
      spadStride: spad.stride,
      spadSub,
    };
  }
}

/** Last shifts that leave results within s8 often enough. */
export const lastAmount = (random: Random): number =>
  random.chance(0.2) ? random.integer(0, 23) : random.integer(5, 16);

/** `count` blocks of `rows` rows in a region, a stride apart. */
function within(
  random: Random,
  [first, end]: readonly [number, number],
  count: number,
  rows: number,
  widest = rows + 5,
): { address: number; stride: number } {
  const room = Math.floor((end - first - rows) / Math.max(1, count - 1));
  const stride = random.chance(0.8) ? Math.min(rows, room, widest) : random.integer(0, Math.min(room, widest));
  const span = (count - 1) * stride + rows;
  return { address: first + random.integer(0, end - first - span), stride };
}

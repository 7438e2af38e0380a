import { boolLit, mux, uintLit } from "../../hdl/index.ts";
import type { Bool, Uint, Value } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import {
  FAULTS,
  LAST_SHIFT_BITS,
  MULTIPLIER_BITS,
  NORM_FUNCTIONS,
  NORM_OUTPUTS,
  PRE_SHIFT_BITS,
  SCALE_FORMATS,
  shiftAmount,
} from "../../isa/index.ts";
import type { NormFunction } from "../../isa/index.ts";
import { FAULT_BITS } from "../common/index.ts";
import type { commandShape } from "../common/index.ts";
import { rawParts } from "./operation.ts";
import type { passShape } from "./operation.ts";
import { normFeatures } from "./shape.ts";

/** A NORM command as it comes from the queue. */
export type NormCommand = Value<ReturnType<typeof commandShape<"norm">>>;

/** The pass a command asks for, as single bits; functions that are not built are constant false. */
export interface PassKind {
  readonly is: (name: NormFunction) => Bool;
  /** Requantise with a row factor first. */
  readonly rowScale: Bool;
  readonly writesBytes: Bool;
  readonly toScratchpad: Bool;
  readonly toStream: Bool;
  /** Reads the scratchpad or writes it. */
  readonly usesScratchpad: Bool;
  readonly usesSlots: Bool;
  readonly readsFactors: Bool;
  readonly sums: Bool;
  /** Which parameter rows are read for a tile. */
  readonly scaleRow: Bool;
  readonly gainRow: Bool;
  readonly offsetRow: Bool;
}

export function passKind(p: Params, command: NormCommand): PassKind {
  const features = normFeatures(p);
  const built: Readonly<Record<NormFunction, boolean>> = {
    requantise: true,
    gelu: features.gelu,
    exp: features.softmax,
    probability: features.softmax,
    statistics: features.layernorm,
    normalise: features.layernorm,
    preload: true,
    raw: true,
  };
  const is = (name: NormFunction): Bool => (built[name] ? command.function.eq(NORM_FUNCTIONS[name]) : boolLit(false));
  const any = (...conditions: Bool[]): Bool => conditions.reduce((a, b) => a.or(b));
  const rowScale = features.softmax ? is("requantise").and(command.rowScale.asBool()) : boolLit(false);
  const deferredExp = is("exp").and(command.deferred.asBool());
  const writesBytes = any(is("requantise"), is("gelu"), deferredExp, is("probability"), is("normalise"));
  const streams = command.output.eq(NORM_OUTPUTS.stream);
  const toScratchpad = writesBytes.and(streams.not());
  const readsFactors = any(rowScale, is("probability"), is("normalise"));
  const sums = any(is("exp"), is("statistics"));
  const scaled = any(is("requantise"), is("gelu"), is("statistics"), is("normalise"), is("preload"));
  return {
    is,
    rowScale,
    writesBytes,
    toScratchpad,
    toStream: is("raw").or(writesBytes.and(streams)),
    usesScratchpad: toScratchpad.or(is("preload")),
    usesSlots: readsFactors.or(sums),
    readsFactors,
    sums,
    scaleRow: scaled.and(command.perChannel.asBool()),
    gainRow: is("normalise"),
    offsetRow: is("normalise").or(is("preload")),
  };
}

/** The controls of a pass, constant while it lasts. */
export function decodePass(p: Params, command: NormCommand): Value<typeof passShape> {
  const kind = passKind(p, command);
  const { is, rowScale } = kind;
  const exponential = is("exp").or(is("probability"));
  const layerNorm = is("statistics").or(is("normalise"));
  const finalScale = is("gelu").or(rowScale).or(is("preload"));
  const finalShift = finalScale.or(is("normalise"));
  // 1, as a multiplier or a factor with its shift; an exp on its way to a byte loses eight bits.
  const one = uintLit(2 ** (MULTIPLIER_BITS - 1), MULTIPLIER_BITS);
  const amountOf = (e: number): number => shiftAmount(e, SCALE_FORMATS.fixed);
  const lastAmount = (e: number): Uint => uintLit(shiftAmount(e, SCALE_FORMATS.last), LAST_SHIFT_BITS);
  return {
    residual: is("preload"),
    distance: exponential,
    rowScale,
    ownScale: kind.scaleRow.and(rowScale.not()),
    multiplier: mux(is("raw"), one, command.scaleM),
    amount: mux(is("raw"), uintLit(amountOf(MULTIPLIER_BITS - 1), PRE_SHIFT_BITS), command.scaleE),
    toByte: is("requantise").and(rowScale.not()),
    toExponent: exponential,
    toLayerNorm: layerNorm,
    exp: exponential,
    gelu: is("gelu"),
    normalise: is("normalise"),
    probability: is("probability"),
    factor: mux(is("raw"), uintLit(1, MULTIPLIER_BITS), mux(finalScale, command.finalM, one)),
    lastShift: mux(
      finalShift,
      command.finalE,
      mux(is("exp"), lastAmount(MULTIPLIER_BITS - 1 + 8), lastAmount(MULTIPLIER_BITS - 1)),
    ),
    addOffset: kind.offsetRow,
    toUnsignedByte: exponential,
    toWord: is("preload").or(is("raw")),
    relu: is("requantise").and(command.relu.asBool()),
    masked: exponential.or(is("normalise")),
    sums: kind.sums,
    statistics: is("statistics"),
    raw: is("raw"),
    toScratchpad: kind.toScratchpad,
    toStream: kind.toStream,
    toAccumulator: is("preload"),
    post: command.post,
    index: command.index,
  };
}

/** What is wrong with a command as far as its fields alone tell: `valid` and the FAULTS code. */
export function checkCommand(p: Params, command: NormCommand): { valid: Bool; code: Uint } {
  const kind = passKind(p, command);
  const features = normFeatures(p);
  const names = Object.keys(NORM_FUNCTIONS) as NormFunction[];
  const known = names.map(kind.is).reduce((a, b) => a.or(b));
  const unscaled = features.softmax ? boolLit(false) : kind.is("requantise").and(command.rowScale.asBool());
  const illegal: Bool[] = [command.rows.eq(0), command.slices.eq(0)];
  if (p.wordSlices < 16) illegal.push(kind.usesScratchpad.and(command.spadSub.ge(p.wordSlices)));
  if (p.lanes !== p.wordBytes) illegal.push(kind.toStream.and(kind.writesBytes));
  const parts = rawParts(p);
  if (parts > 1) {
    const bits = Math.log2(parts);
    const rowSlices = command.rows
      .bits(bits - 1, 0)
      .mul(command.slices.bits(bits - 1, 0))
      .bits(bits - 1, 0);
    illegal.push(kind.is("raw").and(rowSlices.ne(0)));
  }
  const slotsEnd = command.rowSlot.add(command.rows);
  const slotsOut = kind.usesSlots.and(slotsEnd.gt(p.rowSlots));
  const unknown = known.not().or(unscaled);
  const wrong = illegal.reduce((a, b) => a.or(b));
  const code = (name: keyof typeof FAULTS): Uint => uintLit(FAULTS[name].code, FAULT_BITS);
  return {
    valid: unknown.or(wrong).or(slotsOut),
    code: mux(unknown, code("unknownCommand"), mux(wrong, code("illegalField"), code("rowSlotRange"))),
  };
}

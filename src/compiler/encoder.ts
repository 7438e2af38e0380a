/** The encoder graph: QKV, attention, output projection, feed-forward network, layer after layer, for a batch of sequences. */
import type { NormFeature, Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import type { NormVariant } from "../isa/index.ts";
import type { EncoderShape, QuantisedBert, QuantisedLayer, QuantisedResidualNorm } from "../model/index.ts";
import { addAttention } from "./attention.ts";
import type { Budget } from "./budget.ts";
import type { ProgramBuilder, TensorDraft } from "./builder.ts";
import { roundUp, rowUnit } from "./builder.ts";
import { compile } from "./compile.ts";
import type { CompileOptions, Compiled } from "./compile.ts";
import { canUnfuse, FusionComparison, givenFusion, requireFusion } from "./fusion.ts";
import type { Fusion } from "./fusion.ts";
import { constantBytes, constantSections } from "./host-steps.ts";
import { addLayerNorm } from "./layer-norm.ts";
import { addLinear } from "./linear.ts";
import type { LinearEpilogue } from "./linear-epilogue.ts";
import type { Groups } from "./program.ts";
import { addRawAttention } from "./raw-attention.ts";
import { addResidualNorm } from "./residual-norm.ts";
import type { ChannelLayerNorm } from "./residual-norm.ts";
import { addUnfusedAttention } from "./unfused-attention.ts";
import { plainColumns } from "./weights.ts";

/** What to compile. */
export interface EncoderOptions extends CompileOptions {
  /** Padded length of every sequence. */
  readonly seq: number;
  /** Valid length of each sequence, 1..seq; keys beyond it are masked. */
  readonly valid: readonly number[];
  /** Number of layers, from the first; default all. */
  readonly layers?: number;
  /** Functions to use of those built in; default all. The rest runs on the host, with the same results. */
  readonly functions?: ReadonlySet<NormFeature>;
}

/** Name of the encoder's input tensor, s8 [sequence][seq][hidden]. */
export const ENCODER_INPUT = "input";
/** Name of a layer's tensor; `tensor` is a name of `layerTensorNames`. One row group for each sequence. */
export const layerTensor = (layer: number, tensor: string): string => `layer${layer}.${tensor}`;

/**
 * Compiles an encoder for a batch of sequences. Tensors: `input`, and `layer<i>.<name>` for every name of
 * `layerTensorNames`. Errors: `compile-capacity`, `compile-shape`, `compile-variant`,
 * `compile-fusion`, `program-semaphores`.
 */
export function compileEncoder(params: Params, bert: QuantisedBert, options: EncoderOptions): Compiled {
  const { seq, valid, layers = bert.layers.length, fusion = "auto" } = options;
  check(bert, options);
  checkVariants(params, bert);
  requireFusion(params, fusion);
  return compile(
    params,
    (builder, budget) => {
      const features = options.functions ?? params.features;
      const functions = new Set([...features].filter((f) => params.features.has(f)));
      const common = { budget, shape: bert.shape, seq, valid, functions };
      const setting = { ...common, fused: chooseFusion(common, bert.layers[0]!, fusion) };
      let tensor = declareInput(builder, setting);
      for (let index = 0; index < layers; index++) {
        tensor = new LayerCompiler(builder, setting, bert.layers[index]!, index).run(tensor);
      }
    },
    options,
  );
}

function check({ layers }: QuantisedBert, { seq, valid, layers: wanted = layers.length }: EncoderOptions): void {
  const fail = (message: string, remedy: string): never => {
    throw new SystoleError({ code: "compile-shape", message, remedy });
  };
  if (!(Number.isInteger(seq) && seq >= 1 && seq <= 4096)) {
    fail(`a sequence length of ${seq}: must be an integer from 1 to 4096`, "Choose another length.");
  }
  if (valid.length === 0) fail("no sequence to compile for", "Give at least one sequence.");
  for (const length of valid) {
    if (!(Number.isInteger(length) && length >= 1 && length <= seq)) {
      fail(`a valid length of ${length} in sequences of ${seq}`, `Valid lengths are 1 to ${seq}.`);
    }
  }
  if (!(Number.isInteger(wanted) && wanted >= 1 && wanted <= layers.length)) {
    fail(`${wanted} layers of a model that has ${layers.length}`, `Choose 1 to ${layers.length} layers.`);
  }
}

/** A model's constants are for one variant of each function, and so are the results that it is compared with. */
function checkVariants({ name, variants }: Params, { layers }: QuantisedBert): void {
  for (const { attention, attentionOutput, intermediate, output } of layers) {
    const { activation } = intermediate;
    const quantised: readonly (readonly [NormFeature, NormVariant])[] = [
      ["softmax", attention.variant],
      ["layernorm", attentionOutput.layerNorm.variant],
      ["layernorm", output.layerNorm.variant],
      ...(activation.kind === "gelu" ? [["gelu", activation.variant] as const] : []),
    ];
    for (const [feature, variant] of quantised) {
      if (variant === variants[feature]) continue;
      throw new SystoleError({
        code: "compile-variant",
        message: `the model was quantised for the ${feature} variant "${variant}"; the configuration ${name} has "${variants[feature]}"`,
        location: { path: `norm.variants.${feature}` },
        remedy: "Quantise it with the variants of the configuration that it is to run on.",
      });
    }
  }
}

/** Which operations end in Softmax or LayerNorm on chip. */
interface FusedOperations {
  readonly softmax: boolean;
  readonly attentionOutput: boolean;
  readonly output: boolean;
}

/** Decides for all layers, which have the same shape, and leaves word of it with the mapper. */
function chooseFusion(common: Omit<Setting, "fused">, layer: QuantisedLayer, fusion: Fusion): FusedOperations {
  const { mapper } = common.budget;
  const { functions } = common;
  const comparison = new FusionComparison(mapper, (builder, fused) => {
    const [softmax, attentionOutput, output] = ["softmax", "attention-output", "output"].map(fused);
    const setting = { ...common, fused: { softmax: softmax!, attentionOutput: attentionOutput!, output: output! } };
    new LayerCompiler(builder, setting, layer, 0).run(declareInput(builder, setting));
  });
  const choose = (operation: string, asked: boolean, fused: readonly string[], unfused: readonly string[]): boolean => {
    const names = (list: readonly string[]): string[] => list.map((name) => layerTensor(0, name));
    if (fusion === "auto") return comparison.choose({ operation, fused: names(fused), unfused: names(unfused) });
    mapper.recordFusion(givenFusion(operation, asked));
    return asked;
  };
  const layerNorm = (operation: string, name: "attentionOutput" | "output"): boolean =>
    !functions.has("layernorm") ||
    choose(operation, fusion === "all", [name], [`${name}.accumulator`, `${name} layernorm`]);
  return {
    softmax:
      !functions.has("softmax") ||
      choose("softmax", fusion !== "off", ["attention"], ["attention scores", "attention softmax"]),
    attentionOutput: layerNorm("attention-output", "attentionOutput"),
    output: layerNorm("output", "output"),
  };
}

function declareInput(builder: ProgramBuilder, { shape, seq, valid, functions, fused }: Setting): TensorDraft {
  const { params } = builder;
  // Scores on their way to DRAM cover whole words of keys, so those rows must exist.
  const onChip = fused.softmax && functions.has("softmax");
  const unit = onChip ? rowUnit(params) : Math.max(rowUnit(params), params.wordBytes);
  return builder.tensor({
    name: ENCODER_INPUT,
    element: "s8",
    layout: "words",
    source: "input",
    rows: { count: valid.length, size: seq, stride: roundUp(seq, unit) },
    columns: plainColumns(params, shape.hidden),
  });
}

/** What all layers have in common. */
interface Setting {
  readonly budget: Budget;
  readonly shape: EncoderShape;
  readonly seq: number;
  readonly valid: readonly number[];
  readonly functions: ReadonlySet<NormFeature>;
  readonly fused: FusedOperations;
}

class LayerCompiler {
  readonly #builder: ProgramBuilder;
  readonly #budget: Budget;
  readonly #shape: EncoderShape;
  readonly #layer: QuantisedLayer;
  readonly #index: number;
  readonly #valid: readonly number[];
  readonly #functions: ReadonlySet<NormFeature>;
  readonly #fused: FusedOperations;
  /** Logical rows, all sequences together. */
  #rows = 0;

  constructor(builder: ProgramBuilder, setting: Setting, layer: QuantisedLayer, index: number) {
    this.#builder = builder;
    this.#budget = setting.budget;
    this.#shape = setting.shape;
    this.#layer = layer;
    this.#index = index;
    this.#valid = setting.valid;
    this.#functions = setting.functions;
    this.#fused = setting.fused;
  }

  /** Adds the layer; returns its output. */
  run(input: TensorDraft): TensorDraft {
    const { query, key, value, attentionOutput, output } = this.#layer;
    this.#rows = input.rows.count * input.rows.size;
    const project = (name: string, linear: typeof query): TensorDraft =>
      this.#linear(name, input, linear, this.#headColumns(), {
        kind: "requantise",
        scales: linear.requantise,
        relu: false,
      });
    const q = project("query", query);
    const k = project("key", key);
    const v = project("value", value);
    const context = this.#attention(q, k, v);
    const attended = this.#residualNorm("attentionOutput", context, attentionOutput, input);
    const activated = this.#intermediate(attended);
    return this.#residualNorm("output", activated, output, attended);
  }

  #name(tensor: string): string {
    return layerTensor(this.#index, tensor);
  }

  #headColumns(): Groups {
    const { heads, headDim } = this.#shape;
    return { count: heads, size: headDim, stride: roundUp(headDim, this.#builder.params.wordBytes) };
  }

  #operation(kind: string, macs: number, where: "accelerator" | "host" = "accelerator"): number {
    return this.#builder.operation({ name: `layer ${this.#index} ${kind}`, kind, layer: this.#index, macs, where });
  }

  #tensor(name: string, like: TensorDraft, columns: Groups, source: "accelerator" | "host"): TensorDraft {
    const request = { element: "s8", layout: "words", rows: like.rows } as const;
    return this.#builder.tensor({ ...request, name: this.#name(name), columns, source });
  }

  #linear(
    name: string,
    input: TensorDraft,
    { weights, bias, inputs, outputs }: { weights: Int8Array; bias: Int32Array; inputs: number; outputs: number },
    columns: Groups,
    epilogue: LinearEpilogue,
  ): TensorDraft {
    const operation = this.#operation(kindOf(name), this.#rows * inputs * outputs);
    const output = this.#tensor(name, input, columns, "accelerator");
    addLinear(
      this.#builder,
      { name: this.#name(name), operation, input, weights, bias, epilogue, output },
      this.#budget,
    );
    return output;
  }

  #attention(query: TensorDraft, key: TensorDraft, value: TensorDraft): TensorDraft {
    const { heads, headDim } = this.#shape;
    const { softmax: mode, exponent, context: scale } = this.#layer.attention;
    const seq = query.rows.size;
    // Masked keys need no work, and get none.
    const keys = this.#valid.reduce((sum, length) => sum + length, 0);
    const macs = heads * seq * keys * headDim;
    const where = this.#functions.has("softmax") ? "accelerator" : "host";
    const scores = this.#operation("scores", macs);
    const softmax = this.#operation("softmax", 0, where);
    const contextOperation = this.#operation("context", macs);
    const context = this.#tensor("context", query, query.columns, where);
    const layer = {
      name: this.#name("attention"),
      operations: { scores, softmax, context: contextOperation },
      query,
      key,
      value,
      context,
      valid: this.#valid,
      mode,
      exponent,
      scale,
    };
    if (where === "accelerator") {
      const add = this.#fused.softmax ? addAttention : addUnfusedAttention;
      add(this.#builder, layer, this.#budget);
    } else {
      const hostContext = this.#operation("context-requantise", 0, "host");
      const hostOperations = { softmax, context: hostContext };
      addRawAttention(this.#builder, { ...layer, hostOperations, keys: seq }, this.#budget);
    }
    return context;
  }

  #intermediate(input: TensorDraft): TensorDraft {
    const { intermediate } = this.#layer;
    const { activation } = intermediate;
    const columns = plainColumns(this.#builder.params, this.#shape.intermediate);
    if (activation.kind === "relu") {
      const epilogue = { kind: "requantise", scales: activation.requantise, relu: true } as const;
      return this.#linear("intermediate", input, intermediate, columns, epilogue);
    }
    if (this.#functions.has("gelu")) return this.#linear("intermediate", input, intermediate, columns, activation);

    const acc = this.#raw("intermediate", input, intermediate, columns);
    const output = this.#tensor("intermediate", input, columns, "host");
    const constants = this.#builder.region("host", `${output.name} constants`, constantBytes(columns.size), (bytes) => {
      const sections = constantSections(bytes, 0, columns.size);
      sections.m.set(activation.input.m);
      sections.e.set(activation.input.e);
    });
    this.#builder.hostStep({
      kind: "gelu",
      variant: activation.variant,
      operation: this.#operation("gelu", 0, "host"),
      input: acc.name,
      output: output.name,
      constants: constants.name,
      scale: activation.output,
    });
    this.#builder.afterHost();
    return output;
  }

  #residualNorm(
    name: "attentionOutput" | "output",
    input: TensorDraft,
    linear: QuantisedResidualNorm,
    residual: TensorDraft,
  ): TensorDraft {
    const { weights, bias, layerNorm } = linear;
    const columns = plainColumns(this.#builder.params, this.#shape.hidden);
    const addition = { tensor: residual, ratio: linear.residual };
    const onChip = this.#functions.has("layernorm");
    if (onChip && this.#fused[name]) {
      const operation = this.#operation(kindOf(name), this.#rows * linear.inputs * linear.outputs);
      const output = this.#tensor(name, input, columns, "accelerator");
      const layer = { name: output.name, operation, input, weights, bias, residual: addition, layerNorm, output };
      addResidualNorm(this.#builder, layer, this.#budget);
      return output;
    }
    const acc = this.#raw(name, input, linear, columns, addition);
    if (onChip) {
      const output = this.#tensor(name, input, columns, "accelerator");
      const operation = this.#operation(`${kindOf(name)}-layernorm`, 0);
      const layer = { name: `${output.name} layernorm`, operation, input: acc, constants: layerNorm, output };
      addLayerNorm(this.#builder, layer, this.#budget);
      return output;
    }
    const output = this.#tensor(name, input, columns, "host");
    const constants = this.#layerNormConstants(output.name, layerNorm);
    this.#builder.hostStep({
      kind: "layernorm",
      variant: layerNorm.variant,
      operation: this.#operation(`${kindOf(name)}-layernorm`, 0, "host"),
      input: acc.name,
      output: output.name,
      constants,
      recip: layerNorm.mean.recip,
      recipShift: layerNorm.mean.shift,
      exponent: layerNorm.exponent,
    });
    this.#builder.afterHost();
    return output;
  }

  #layerNormConstants(name: string, { input, gain, offset }: ChannelLayerNorm): string {
    const region = this.#builder.region("host", `${name} constants`, constantBytes(gain.length), (bytes) => {
      const sections = constantSections(bytes, 0, gain.length);
      sections.m.set(input.m);
      sections.e.set(input.e);
      sections.gain.set(gain);
      sections.offset.set(offset);
    });
    return region.name;
  }

  /** A linear layer whose accumulator goes to DRAM as it is. */
  #raw(
    name: string,
    input: TensorDraft,
    { weights, bias, inputs, outputs }: { weights: Int8Array; bias: Int32Array; inputs: number; outputs: number },
    columns: Groups,
    residual?: { readonly tensor: TensorDraft; readonly ratio: QuantisedResidualNorm["residual"] },
  ): TensorDraft {
    const operation = this.#operation(kindOf(name), this.#rows * inputs * outputs);
    const output = this.#builder.tensor({
      name: `${this.#name(name)}.accumulator`,
      element: "s32",
      // The same where a lane serves every column; only these can be loaded back.
      layout: canUnfuse(this.#builder.params) ? "tiles" : "lanes",
      source: "accelerator",
      rows: input.rows,
      columns,
    });
    const layer = { name: output.name, operation, input, weights, bias, epilogue: { kind: "raw" } as const, output };
    addLinear(this.#builder, residual === undefined ? layer : { ...layer, residual }, this.#budget);
    return output;
  }
}

/** Kind of the operation that makes a tensor: `attention-output` makes `attentionOutput`. */
const kindOf = (tensor: string): string => tensor.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

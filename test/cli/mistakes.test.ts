/** Every kind of wrong input: one message in exact words, exit code 2, nothing on standard output, no file. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  TINY,
  changedHeader,
  changedModel,
  expectMistake,
  filesIn,
  jsonFile,
  systole,
  withoutProgress,
  workspace,
} from "./support.ts";

const SEE = "\n  See docs/configuration.md for every key and its allowed values.";
const explains = (command: string): string => `\n(systole ${command} --help explains it)`;
/** Ends every run that gets past the mistake before it builds anything. */
const NO_TOOLS = { PATH: "/nonexistent" };

describe("options and commands", () => {
  test.each([
    ["an unknown command", ["frobnicate"], "unknown command 'frobnicate'\n(systole --help lists the commands)"],
    [
      "a misspelt command",
      ["runn"],
      "unknown command 'runn'\n(Did you mean run?)\n(systole --help lists the commands)",
    ],
    ["an unknown option", ["run", "--frob"], `unknown option '--frob'${explains("run")}`],
    ["a missing argument", ["check"], `missing required argument 'config'${explains("check")}`],
    [
      "an argument too many",
      ["check", "edge", "wide"],
      `too many arguments for 'check'. Expected 1 argument but got 2.${explains("check")}`,
    ],
    ["an option without its value", ["run", "--text"], `option '-t, --text <text>' argument missing${explains("run")}`],
    [
      "a value of the wrong kind",
      ["run", "--latency", "soon"],
      `option '--latency <cycles>' argument 'soon' is invalid. It must be an integer from 0 to 100000.${explains("run")}`,
    ],
    [
      "a value out of range",
      ["bench", "layer", "--stalls", "1"],
      `option '--stalls <probability>' argument '1' is invalid. It must be a number from 0 to 0.95.${explains("bench")}`,
    ],
    [
      "an unknown kernel",
      ["bench", "fft"],
      `command-argument value 'fft' is invalid for argument 'kernel'. Allowed choices are layer, model, attention, matmul, softmax, layernorm, gelu, simulators.${explains("bench")}`,
    ],
    ["waves without a file", ["run", "--wave-to", "9"], "--wave-from, --wave-to and --wave-scope need --wave <file>"],
    [
      "waves that the embedded simulator does not write",
      ["run", "--wave", "a.fst"],
      "--wave a.fst: the embedded simulator writes .vcd only\n  End the name in .vcd, or add --simulator verilator.",
    ],
    ["waves of another format", ["run", "--wave", "a.txt"], "--wave a.txt: the name must end in .vcd or .fst"],
    [
      "more bandwidth than the bus has",
      ["run", "--bandwidth", "64"],
      "--bandwidth 64: the configuration transformer moves at most 16 bytes a cycle\n  Lower it, or widen dma.bits in the configuration.",
    ],
    ["more layers than the model has", ["run", "--layers", "9"], "--layers 9: the model has 2 layers"],
  ])("%s", { concurrent: true }, async (_, args, message) => {
    const cwd = workspace();
    expectMistake(await systole(args, { cwd, env: NO_TOOLS }), message);
    expect(filesIn(cwd)).toEqual([]);
  });

  test("no command at all: the help, as an error", async () => {
    const { code, stdout, stderr } = await systole([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^Usage: systole \[options\] \[command\]\n/);
  });
});

describe("a configuration", () => {
  const cases: [string, unknown, string][] = [
    ["with an unknown key", { ...TINY, colour: "red" }, `: unknown key "colour"${SEE}`],
    [
      "with a misspelt key",
      { ...TINY, array: { rows: 4, col: 4 } },
      `: array.cols: is missing; array: unknown key "col" (did you mean "cols"?)${SEE}`,
    ],
    ["with a wrong type", { ...TINY, scratchpad: { kib: "16" } }, `: scratchpad.kib: must be a number, not "16"${SEE}`],
    [
      "with a scratchpad too small for any tiling",
      { ...TINY, array: { rows: 64, cols: 64 }, scratchpad: { kib: 1 } },
      " (scratchpad.kib): matmul: no tiling fits the configuration tiny: the smallest needs 4.1 KiB of scratchpad, of which there are 1 KiB\n  Set scratchpad.kib to at least 5.",
    ],
  ];
  test.each(cases)("%s", { concurrent: true }, async (_, config, message) => {
    const cwd = workspace();
    jsonFile(cwd, "mine.json", config);
    expectMistake(await systole(["check", "mine.json"], { cwd }), `mine.json${message}`);
  });

  test("with a mistake makes no Verilog", { concurrent: true }, async () => {
    const cwd = workspace();
    const [, config, message] = cases.at(-1)!;
    jsonFile(cwd, "mine.json", config);
    expectMistake(await systole(["generate", "mine.json", "--json"], { cwd }), `mine.json${message}`);
    expect(filesIn(cwd)).toEqual(["mine.json"]);
  });

  test("with an accumulator too small for the model", { concurrent: true }, async () => {
    const cwd = workspace();
    jsonFile(cwd, "mine.json", { ...TINY, accumulator: { kib: 1 } });
    const ended = await systole(["run", "-c", "mine.json", "--text", "a", "--html", "out.html"], {
      cwd,
      env: NO_TOOLS,
    });
    // Which operation needs the most, and how much, is the compiler's affair; that it says so is this test's.
    expect(withoutProgress(ended.stderr)).toMatch(
      /^error: accumulator\.kib: \S+: no tiling fits the configuration tiny: the smallest needs \d+(\.\d)? KiB of accumulator, of which there are 1 KiB\n {2}Set accumulator\.kib to at least \d+\.\n$/,
    );
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: "" });
    expect(filesIn(cwd)).toEqual(["mine.json"]);
  });

  test("that is not there, not JSON, or a directory", { concurrent: true }, async () => {
    const cwd = workspace();
    writeFileSync(join(cwd, "half.json"), '{ "name": "half"');
    const give = "Give a preset (edge, gemmini-cnn, transformer, wide) or the path of a JSON file.";
    const check = (name: string) => systole(["check", name], { cwd });
    expectMistake(await check("nowhere"), `nowhere: no such preset or file\n  ${give}`);
    expectMistake(await check("."), `.: cannot read the configuration: it is a directory\n  ${give}`);
    const half = await check("half.json");
    expect(half.stderr).toMatch(/^error: half\.json: not valid JSON: .*\n {2}Correct the file\.\n$/);
    expect(half.code).toBe(2);
  });
});

const TENSOR = "bert.encoder.layer.1.output.dense.weight";
const DAMAGED = "\n  The file is damaged: fetch or export it again.";

describe("a model", () => {
  const header = "model.safetensors";
  const cases: [string, string, (bytes: Buffer) => string | Uint8Array, string][] = [
    [
      "whose weights are cut short",
      header,
      (bytes) => bytes.subarray(0, bytes.length - 1000),
      ` (classifier.weight): the tensor "classifier.weight" lies at bytes 3816960 to 3823104, beyond the 3822152 bytes of data in the file${DAMAGED}`,
    ],
    [
      "cut short inside the header",
      header,
      (bytes) => bytes.subarray(0, 100),
      ": the header claims 4880 bytes, but only 92 follow: the file is cut short or not a safetensors file\n  Fetch the file again, and compare its size with the original.",
    ],
    [
      "without one of its tensors",
      header,
      changedHeader((h) => {
        h["somebody.else"] = h[TENSOR]!;
        Reflect.deleteProperty(h, TENSOR);
      }),
      ` (${TENSOR}): the tensor "${TENSOR}" is missing\n  Give a checkpoint of BertForSequenceClassification or BertModel that fits its config.json.`,
    ],
    [
      "with a tensor of another shape",
      header,
      changedHeader((h) => (h[TENSOR]!.shape = [512, 128])),
      ` (${TENSOR}): the tensor "${TENSOR}" has the shape [512, 128], but config.json asks for [128, 512]\n  Use the config.json that belongs to this checkpoint.`,
    ],
    [
      "of an unknown dtype",
      header,
      changedHeader((h) => (h[TENSOR]!.dtype = "F4")),
      ` (${TENSOR}): the tensor "${TENSOR}" has the unknown dtype "F4"; F32, F16 and BF16 can be read\n  Convert the checkpoint to F32, F16 or BF16.`,
    ],
    [
      "with offsets beyond the file",
      header,
      changedHeader((h) => (h[TENSOR]!.data_offsets = [4_000_000, 4_262_144])),
      ` (${TENSOR}): the tensor "${TENSOR}" lies at bytes 4000000 to 4262144, beyond the 3823152 bytes of data in the file${DAMAGED}`,
    ],
    [
      "with a vocabulary of another size",
      "vocab.txt",
      (bytes) => `${bytes.toString()}another\n`,
      `: the vocabulary has 4097 tokens, but config.json says "vocab_size" 4096\n  Use the vocab.txt that belongs to this checkpoint.`,
    ],
    [
      "of another family",
      "config.json",
      (bytes) => bytes.toString().replace('"bert"', '"gpt2"'),
      ' (model_type): "model_type": must be "bert"',
    ],
  ];
  test.each(cases)("%s", { concurrent: true }, async (_, file, change, message) => {
    const cwd = workspace();
    const model = changedModel(cwd, file, change);
    const before = filesIn(cwd);
    const ended = await systole(["run", "--model", model, "--json", "--html", "out/a.html"], { cwd, env: NO_TOOLS });
    expectMistake(ended, `${join(model, file)}${message}`);
    expect(filesIn(cwd)).toEqual(before);
  });

  test("that is not there", { concurrent: true }, async () => {
    expectMistake(
      await systole(["run", "--model", "nowhere"]),
      "nowhere/config.json: cannot read the file: no such file or directory\n  Give a directory in the Hugging Face layout: config.json, model.safetensors, vocab.txt.",
    );
  });
});

describe("a text", () => {
  test("longer than the model allows", { concurrent: true }, async () => {
    const cwd = workspace();
    writeFileSync(join(cwd, "long.txt"), "a ".repeat(200));
    expectMistake(
      await systole(["run", "long.txt"], { cwd, env: NO_TOOLS }),
      'long.txt: the text "a a a a a a a a a a a a a a a a a a a a …" has 202 tokens with [CLS] and [SEP], but at most 128 are allowed\n  Shorten the text, or cut it with --truncate.',
    );
  });
  test("longer than asked for", { concurrent: true }, async () => {
    expectMistake(
      await systole(["run", "--seq", "3", "--text", "hello"], { env: NO_TOOLS }),
      'text 1: the text "hello" has 4 tokens with [CLS] and [SEP], but at most 3 are allowed\n  Shorten the text, raise --seq, or cut it with --truncate.',
    );
  });
  test("that is not there, or a directory", { concurrent: true }, async () => {
    const cwd = workspace();
    expectMistake(await systole(["run", "no.txt"], { cwd }), "no.txt: cannot read the text: no such file or directory");
    expectMistake(await systole(["run", "."], { cwd }), ".: cannot read the text: it is a directory");
  });
});

describe("a result that cannot be written is refused before the work", () => {
  const place = "\n  Choose a place that you may write to.";
  test.each([
    [
      "an HTML page",
      ["run", "--html", "file/out.html"],
      "file/out.html: cannot write: a part of the path is a file, not a directory",
    ],
    ["a picture", ["run", "--svg", "dir"], "dir: cannot write: it is a directory"],
    ["waves", ["run", "--wave", "/proc/waves/a.vcd"], "/proc/waves/a.vcd: cannot write: the directory cannot be made"],
    ["Verilog", ["generate", "edge", "-o", "/proc/rtl"], "/proc/rtl/edge: cannot write: the directory cannot be made"],
  ])("%s", { concurrent: true }, async (_, args, message) => {
    const cwd = workspace();
    mkdirSync(join(cwd, "dir"));
    writeFileSync(join(cwd, "file"), "");
    expectMistake(await systole(args, { cwd, env: NO_TOOLS }), `${message}${place}`);
    expect(filesIn(cwd)).toEqual(["dir", "file"]);
  });

  test("a directory with other files is not replaced by Verilog", { concurrent: true }, async () => {
    const cwd = workspace();
    mkdirSync(join(cwd, "edge"));
    writeFileSync(join(cwd, "edge", "thesis.tex"), "");
    expectMistake(
      await systole(["generate", "edge", "-o", "."], { cwd }),
      "edge: the directory holds other files than an earlier result (no systole_edge.json)\n  Give another directory with --output, or empty it.",
    );
    expect(filesIn(cwd)).toEqual(["edge", join("edge", "thesis.tex")]);
  });
});

test("missing tools: which, and what to install", async () => {
  expectMistake(
    await systole(["run", "--text", "a", "--simulator", "verilator"], { env: NO_TOOLS }),
    "Verilator is not on the PATH\n  Run `node scripts/setup.mjs --for verilator`, or install them: sudo apt-get install verilator clang. The embedded simulator (--simulator embedded) needs neither.",
  );
});

import { SystoleError } from "../errors.ts";
import { didYouMean } from "../hdl/problems.ts";
import { readVcd, type VcdSignal } from "./vcd-reader.ts";

/** How the values of a signal are written. */
export type WaveRadix = "unsigned" | "signed" | "hex" | "binary";

/** What {@link asciiWave} draws. */
export interface AsciiWaveOptions {
  /**
   * Paths below the top, dots between their parts (`"queue.count"`), with `:signed`, `:hex` or `:binary` behind those that are not to be
   * written as unsigned numbers. Default: the signals of the top but for its clock.
   */
  readonly signals?: readonly string[];
  /** First cycle. Default: 0. */
  readonly fromCycle?: number;
  /** First cycle not drawn. Default: the end of the recording. */
  readonly toCycle?: number;
}

/** Units of time of a cycle in every recording of this project. */
const CYCLE = 10;
const EDGE = 5;

/**
 * A recording (the text of a VCD file, of any simulator) as lines of text, for the output of a test or a snapshot: one line a
 * signal, one column a cycle, with the value that the clock edge at its end saw. Throws SystoleError for unknown signals.
 */
export function asciiWave(vcd: string, options: AsciiWaveOptions = {}): string {
  const { signals, end } = readVcd(vcd);
  const { fromCycle = 0, toCycle = Math.floor((end + EDGE) / CYCLE) } = options;
  const chosen = options.signals?.map((name) => find(signals, name)) ?? ownSignals(signals).map(plain);
  const cycles = Array.from({ length: Math.max(0, toCycle - fromCycle) }, (_, i) => fromCycle + i);
  const rows = chosen.map(({ label, signal, radix }) => {
    const texts = cycles.map((cycle) => format(valueIn(signal, cycle), signal.width, radix));
    return { label, texts, isBit: signal.width === 1 };
  });
  const wide = rows.filter(({ isBit }) => !isBit).flatMap(({ texts }) => texts.map((text) => text.length));
  const column = Math.max(2, 1 + Math.max(0, String(cycles.at(-1) ?? 0).length, ...wide));
  const margin = Math.max(0, ...rows.map(({ label }) => label.length)) + 2;
  const head = `${" ".repeat(margin)} ${cycles.map((cycle) => String(cycle).padEnd(column)).join("")}`;
  const lines = rows.map(
    ({ label, texts, isBit }) => label.padEnd(margin) + (isBit ? line(texts, column) : bus(texts, column)),
  );
  return [head, ...lines].map((text) => text.trimEnd()).join("\n");
}

interface Chosen {
  readonly label: string;
  readonly signal: VcdSignal;
  readonly radix: WaveRadix;
}

const plain = (signal: VcdSignal): Chosen => ({ label: signal.path, signal, radix: "unsigned" });

/** The signals of the top without its clock, and without second names of what has one already. */
function ownSignals(signals: readonly VcdSignal[]): readonly VcdSignal[] {
  const own = signals.filter(({ path }) => !path.includes(".") && path !== "clock");
  return own.filter(({ changes }, index) => own.findIndex((other) => other.changes === changes) === index);
}

function find(signals: readonly VcdSignal[], name: string): Chosen {
  const [path = "", radix = "unsigned"] = name.split(":");
  const signal = signals.find((one) => one.path === path);
  const known = signals.map((one) => one.path);
  if (signal === undefined) {
    const near = didYouMean(path, known);
    const remedy = near === undefined ? `It has ${known.join(", ")}.` : `Did you mean ${near}?`;
    throw new SystoleError({ code: "wave-signal", message: `the recording has no signal ${path}`, remedy });
  }
  if (!isRadix(radix)) {
    const remedy = "Behind a colon stands unsigned, signed, hex or binary.";
    throw new SystoleError({
      code: "wave-radix",
      message: `"${radix}" in ${name} is no way to write a number`,
      remedy,
    });
  }
  return { label: path, signal, radix };
}

function isRadix(text: string): text is WaveRadix {
  return text === "unsigned" || text === "signed" || text === "hex" || text === "binary";
}

/** What the edge in a cycle saw: the last change before it. */
function valueIn({ changes }: VcdSignal, cycle: number): bigint {
  return changes.findLast(({ time }) => time < cycle * CYCLE + EDGE)?.value ?? 0n;
}

function format(value: bigint, width: number, radix: WaveRadix): string {
  if (radix === "signed") return String(BigInt.asIntN(width, value));
  if (radix === "hex") return value.toString(16).padStart(Math.ceil(width / 4), "0");
  return radix === "binary" ? value.toString(2).padStart(width, "0") : String(value);
}

/** One bit: low, high, and the slopes between. */
function line(texts: readonly string[], column: number): string {
  const cells = texts.map((text, i) => {
    const level = text === "1" ? "▔" : "▁";
    const isSame = i === 0 || texts[i - 1] === text;
    return (isSame ? level : text === "1" ? "╱" : "╲") + level.repeat(column - 1);
  });
  return cells.join("");
}

/** A number: its value where it changes. */
function bus(texts: readonly string[], column: number): string {
  const cells = texts.map((text, i) =>
    i > 0 && texts[i - 1] === text ? " ".repeat(column) : `│${text.padEnd(column - 1)}`,
  );
  return `${cells.join("")}│`;
}

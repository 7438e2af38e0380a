/** Writes the C++ files that drive one Verilated module: the templates of templates/native filled in for its ports. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import { SystoleError } from "../errors.ts";
import type { TraceSignalName } from "../isa/index.ts";
import {
  designFeatures,
  HOST_INPUTS,
  HOST_OUTPUTS,
  READ_INPUTS,
  READ_OUTPUTS,
  WRITE_INPUTS,
  WRITE_OUTPUTS,
} from "./features.ts";
import { mailboxLayout, type MailboxSlot } from "./mailbox.ts";
import { nativeTemplates } from "./paths.ts";
import type { VerilogDesign, VerilogPort } from "./verilog.ts";

/** The text of everything that shapes the glue, for the key of a build. */
export function glueSources(): string[] {
  return readdirSync(nativeTemplates)
    .sort()
    .map((name) => `${name}\n${readFileSync(join(nativeTemplates, name), "utf8")}`);
}

/** A file of C++. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** The glue's files; the template of each ends in `.hbs`. */
const TEMPLATES = ["simulation.h", "model.cc"];

/** A port as Verilator declared it in the model's header. */
interface Field {
  /** C++ expression of the member. */
  readonly member: string;
  readonly width: number;
}

/** The C++ files that drive `design`, whose Verilated header is `header`. Throws SystoleError when the ports are not those told. */
export function renderGlue(design: VerilogDesign, header: string): readonly SourceFile[] {
  const view = glueView(design, header);
  return TEMPLATES.map((name) => {
    const text = readFileSync(join(nativeTemplates, `${name}.hbs`), "utf8");
    return { name, text: Handlebars.compile(text, { noEscape: true, strict: true })(view) };
  });
}

/** What the templates say about the design. */
function glueView(design: VerilogDesign, header: string): object {
  const fields = declaredPorts(header);
  const { slots, words } = mailboxLayout(design.ports);
  for (const port of design.ports) checkPort(design.top, port, fields.get(port.name));
  const features = designFeatures(design.ports);
  const member = (name: string) => fields.get(name)?.member;
  const isMemoryInput = driven("m_axi_", [...READ_INPUTS, ...WRITE_INPUTS], features.memoryBeatBytes !== undefined);
  const isHostInput = driven("s_axi_", [...HOST_INPUTS, "awprot", "arprot"], features.host);
  const inputs = slots.filter((slot) => slot.direction === "input" && slot.name !== "clock");
  const copyIn = (chosen: (name: string) => boolean) =>
    inputs.filter((slot) => chosen(slot.name)).map((slot) => readSlot(slot, member(slot.name)!));
  const copyOut = (chosen: readonly MailboxSlot[]) => chosen.map((slot) => writeSlot(slot, member(slot.name)!));
  return {
    top: design.top,
    mailboxWords: words,
    axi: features.memoryBeatBytes !== undefined || features.host,
    clock: member("clock"),
    reset: member("reset"),
    irq: member("irq"),
    inputs: copyIn((name) => !isMemoryInput(name) && !isHostInput(name)),
    outputs: copyOut(slots.filter((slot) => slot.direction === "output")),
    memory:
      features.memoryBeatBytes === undefined
        ? undefined
        : {
            beatBytes: features.memoryBeatBytes,
            inputs: copyIn(isMemoryInput),
            copyBack: copyOut(inputs.filter((slot) => isMemoryInput(slot.name))),
            ...memoryBinding(member),
          },
    lite: features.host ? { inputs: copyIn(isHostInput), ...hostBinding(member) } : undefined,
    engines: features.engines.map((engine, index) => {
      const port = (name: TraceSignalName) => member(`trace_${engine}_${name}`)!;
      return {
        index,
        enqueue: port("enqueue"),
        start: port("start"),
        startIndex: port("start_index"),
        retire: port("retire"),
        retireIndex: port("retire_index"),
        busy: port("busy"),
        memoryWait: port("memory_wait"),
        head: port("head"),
        missing: port("missing"),
        active: port("active"),
      };
    }),
  };
}

function driven(prefix: string, names: readonly string[], present: boolean): (name: string) => boolean {
  const all = new Set(present ? names.map((name) => prefix + name) : []);
  return (name) => all.has(name);
}

/** Reads `VL_IN8(&name,7,0)` and its kin; Verilator writes characters that C++ lacks as `__0` and two hex digits, and keywords as `__SYM__`. */
function declaredPorts(header: string): Map<string, Field> {
  const fields = new Map<string, Field>();
  for (const [, name, high, low] of header.matchAll(/VL_(?:IN|OUT)(?:8|16|64|W)?\(&(\w+),(\d+),(\d+)/g)) {
    const plain = name!
      .replace(/^__SYM__/, "")
      .replace(/__0([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
    fields.set(plain, { member: `top->${name!}`, width: Number(high) - Number(low) + 1 });
  }
  return fields;
}

function checkPort(top: string, port: VerilogPort, field: Field | undefined): void {
  if (field?.width === port.width) return;
  const found = field === undefined ? "is not a port of the Verilog" : `is ${field.width} bits wide in the Verilog`;
  throw new SystoleError({
    code: "harness-port-mismatch",
    message: `port ${port.name} of ${top} (${port.direction}, ${port.width} bits) ${found}`,
    remedy: "Give the harness the ports of the module as they stand in its Verilog.",
  });
}

/** Statement that copies a mailbox slot to a model input, bits beyond its width cleared. */
function readSlot({ offset, words, width }: MailboxSlot, member: string): string {
  const topBits = width % 32;
  const mask = topBits === 0 ? "" : ` & 0x${(2 ** topBits - 1).toString(16)}u`;
  if (words === 1) return `${member} = mailbox[${offset}]${mask};`;
  if (words === 2) return `${member} = mailbox[${offset}] | uint64_t{mailbox[${offset + 1}]${mask}} << 32;`;
  const last = words - 1;
  return `for (int i = 0; i < ${last}; ++i) ${member}[i] = mailbox[${offset} + i]; ${member}[${last}] = mailbox[${offset + last}]${mask};`;
}

/** Statement that copies a port's value to its slot of `to`. */
function writeSlot({ offset, words }: MailboxSlot, member: string): string {
  if (words === 1) return `to[${offset}] = ${member};`;
  if (words === 2) return `to[${offset}] = uint32_t(${member}); to[${offset + 1}] = uint32_t(${member} >> 32);`;
  return `for (int i = 0; i < ${words}; ++i) to[${offset} + i] = ${member}[i];`;
}

/** Statements between the memory's pins and the ports; channels and signals that the design lacks are left out. */
function memoryBinding(member: (name: string) => string | undefined): { drive: string[]; sample: string[] } {
  const drive: string[] = [];
  const sample: string[] = [];
  for (const name of [...READ_INPUTS, ...WRITE_INPUTS]) {
    const port = member(`m_axi_${name}`);
    if (port === undefined) continue;
    if (name === "rdata") drive.push(`if (slave.rdataChanged) std::memcpy(&${port}, slave.rdata, sizeof slave.rdata);`);
    else drive.push(`${port} = slave.${name};`);
  }
  for (const name of [...READ_OUTPUTS, ...WRITE_OUTPUTS]) {
    const port = member(`m_axi_${name}`);
    if (port !== undefined) sample.push(`master.${name} = ${port};`);
  }
  const data = member("m_axi_wdata");
  if (data !== undefined) sample.push(`master.wdata = reinterpret_cast<const uint8_t*>(&${data});`);
  return { drive, sample };
}

function hostBinding(member: (name: string) => string | undefined): { drive: string[]; sample: string[] } {
  const port = (name: string) => member(`s_axi_${name}`)!;
  const plain = ["awvalid", "wvalid", "bready", "arvalid", "rready"].map((name) => `${port(name)} = lite.${name};`);
  return {
    drive: [
      ...plain,
      `${port("awaddr")} = ${port("araddr")} = lite.address;`,
      `${port("wdata")} = lite.data;`,
      `${port("wstrb")} = 15;`,
    ],
    sample: HOST_OUTPUTS.map((name) => `lite.${name}In = ${port(name)};`),
  };
}

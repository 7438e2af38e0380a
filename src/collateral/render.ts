/** The files that accompany the Verilog: file list, FuseSoC core, SDC, C header and JSON manifest. */
import manifest from "../../package.json" with { type: "json" };
import type { Params } from "../config/index.ts";
import { renderTemplate } from "../files/index.ts";
import type { TextFile } from "../files/index.ts";
import { describeAccelerator } from "./describe.ts";
import type { AcceleratorDescription } from "./describe.ts";

/** `camelCase` to `CAMEL_CASE`. */
const upper = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();

function headerValues(d: AcceleratorDescription) {
  const bits = (group: string, values: Readonly<Record<string, number>>) =>
    Object.entries(values).map(([name, bit]) => ({ name: `${group}_${upper(name)}`, bit }));
  return {
    top: d.top,
    guard: `${upper(d.top)}_H`,
    fingerprint: d.fingerprint,
    isaVersion: d.isaVersion,
    idValue: d.idValue,
    constants: d.parameters.map((c) => ({ ...c, name: upper(c.name) })),
    registers: d.registers,
    semaphoreBase: d.semaphoreBase,
    bits: [...bits("CONTROL", d.control), ...bits("STATUS", d.status)],
    faults: d.faults.map((f) => ({ ...f, name: upper(f.name) })),
    states: Object.entries(d.engineStates).map(([name, value]) => ({ name: upper(name), value })),
    commandBytes: d.commandBytes,
    commandWords: d.commandBytes / 4,
    commands: d.commands.map(({ engine, opcode, fields }) => ({
      engine: engine.toUpperCase(),
      upper: upper(engine),
      opcode,
      fields: fields.map((f) => ({
        upper: upper(f.name),
        doc: f.doc,
        word: Math.floor(f.lsb / 32),
        shift: f.lsb % 32,
        mask: 2 ** f.bits - 1,
        values: Object.entries(f.values ?? {}).map(([name, value]) => ({ name: upper(name), value })),
      })),
    })),
  };
}

/** What the shared templates need to know about the RTL. */
export interface RtlSummary {
  readonly top: string;
  /** Names of the Verilog files, in compile order. */
  readonly files: readonly string[];
}

/** Clock period the SDC starts from, in nanoseconds: 500 MHz. */
const PERIOD_NS = 2;

/** Renders every accompanying file for the accelerator `p`. */
export function renderCollateral(p: Params, rtl: RtlSummary): TextFile[] {
  const { top } = rtl;
  const description = describeAccelerator(p, top, rtl.files);
  const files = rtl.files.map((name) => ({ name }));
  const summary = `${p.rows}x${p.cols} Transformer accelerator, ${p.config.scratchpad.kib} KiB scratchpad, ${p.config.accumulator.kib} KiB accumulator`;
  return [
    { name: `${top}.f`, text: renderTemplate("collateral/filelist.f.hbs", { files }) },
    {
      name: `${top}.core`,
      text: renderTemplate("collateral/fusesoc.core.hbs", {
        top,
        files,
        name: p.name,
        version: manifest.version,
        description: summary,
      }),
    },
    { name: `${top}.sdc`, text: renderTemplate("collateral/constraints.sdc.hbs", { top, periodNs: PERIOD_NS }) },
    { name: `${top}.h`, text: renderTemplate("collateral/header.h.hbs", headerValues(description)) },
    { name: `${top}.json`, text: `${JSON.stringify(description, null, 2)}\n` },
  ];
}

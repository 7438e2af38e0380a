import { readFileSync } from "node:fs";
import { Exit, runYosys } from "@yowasp/yosys";
import { SystoleError } from "../../errors.ts";
import type { EmittedDesign } from "../../hdl/verilog/index.ts";

/** What Yosys makes of every module: SMT-LIB, in which a child is known by its ports alone. */
export type VerilogMeaning = ReadonlyMap<string, string>;

/** Yosys' cells of what is clocked, as one step sees them. */
const STEPS = readFileSync(new URL("steps.v", import.meta.url), "utf8");

/**
 * Yosys' reading of emitted Verilog. In the text of module `m`: the sort `|m_s|` of its states, the value `|m_n name|` of a
 * net, the words `|m_m name|` of a memory, the state `|m_h name|` of a child, the consistency `|m_h|` of a state with its
 * children's, the step `|m_t|` to the next state, assertions `|m_a 0|`, assumptions `|m_u 0|`, covers `|m_c 0|`.
 */
export async function readVerilog({ files, top }: Pick<EmittedDesign, "files" | "top">): Promise<VerilogMeaning> {
  const log: string[] = [];
  const decoder = new TextDecoder();
  const note = (bytes: Uint8Array | null): void => {
    if (bytes !== null) log.push(decoder.decode(bytes, { stream: true }));
  };
  const script = [
    `read_verilog -sv -formal ${files.map((file) => file.name).join(" ")}`,
    `hierarchy -check -top ${top}`,
    // A case of constants stays a case: as a read-only memory its words would be a state, which may be anything.
    "proc -norom",
    "memory_collect",
    "async2sync",
    "dffunmap",
    // What a failing assertion would print: nothing.
    "delete t:$dff r:WIDTH=0 %i",
    // Once: what comes out are cells of the same kinds. Memories without a write port have nothing that is clocked.
    "techmap -max_iter 1 -map steps.v t:$dff t:$mem_v2 r:WR_PORTS=0 %d %u",
    "write_smt2 -wires design.smt2",
  ].join("; ");
  const tree = Object.fromEntries(files.map(({ name, text }) => [name, text]));
  try {
    const made = await runYosys(
      ["-Q", "-T", "-q", "-p", script],
      { ...tree, "steps.v": STEPS },
      { stdout: note, stderr: note },
    );
    const text = made?.["design.smt2"];
    const found = typeof text === "string" ? text : decoder.decode(text as Uint8Array);
    return splitModules(found.replaceAll(REPLACED, ""));
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    throw new SystoleError({
      code: "formal-yosys",
      message: `Yosys does not take the Verilog of ${top}: ${log.join("").trim().split("\n").at(-1) ?? ""}`,
      cause: error,
    });
  }
}

/** What Yosys puts before the name of a memory whose cell was replaced. */
const REPLACED = /\$techmap\d+\/memory\.(?=memory\b)/g;

function splitModules(text: string): VerilogMeaning {
  const parts = text.split(/^; yosys-smt2-module /m).slice(1);
  return new Map(
    parts.map((part) => {
      const end = part.indexOf("\n");
      return [part.slice(0, end), part.slice(end + 1).replace(/^; end of yosys output[^]*$/m, "")];
    }),
  );
}

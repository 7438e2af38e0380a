import { readFileSync } from "node:fs";

/** A variable of a VCD file with its changes: time and value. */
export interface ParsedVariable {
  readonly width: number;
  readonly changes: (readonly [time: number, value: bigint])[];
}

/** Reads a VCD file strictly: throws on whatever the format does not allow. Variables are named `top.instance.signal`. */
export function parseVcd(file: string): {
  readonly variables: ReadonlyMap<string, ParsedVariable>;
  readonly times: number[];
} {
  const [header, body] = readFileSync(file, "utf8").split("$enddefinitions $end\n") as [string, string];
  const variables = new Map<string, ParsedVariable>();
  const codes = new Map<string, ParsedVariable>();
  const scope: string[] = [];
  for (const line of header.split("\n").filter((text) => text.trim() !== "")) {
    const words = line.trim().split(/\s+/);
    if (words.at(-1) !== "$end") throw new Error(`a declaration without its end: ${line}`);
    if (words[0] === "$scope") scope.push(words[2]!);
    else if (words[0] === "$upscope") scope.pop();
    else if (words[0] === "$var") {
      const [, kind, width, code, name] = words;
      if (kind !== "wire" && kind !== "reg") throw new Error(`unknown kind: ${line}`);
      const known = codes.get(code!);
      const variable = known ?? { width: Number(width), changes: [] };
      if (variable.width !== Number(width)) throw new Error(`a code of two widths: ${line}`);
      codes.set(code!, variable);
      variables.set([...scope, name].join("."), variable);
    } else if (!["$version", "$date", "$comment", "$timescale"].includes(words[0]!))
      throw new Error(`unknown: ${line}`);
  }
  if (scope.length > 0) throw new Error("a scope is left open");
  const times: number[] = [];
  for (const line of body.split("\n").filter((text) => text !== "")) {
    const time = /^#(\d+)$/.exec(line);
    const change = /^([01])(\S+)$/.exec(line) ?? /^b([01]+) (\S+)$/.exec(line);
    if (time !== null) {
      if (Number(time[1]) <= (times.at(-1) ?? -1)) throw new Error(`time goes back: ${line}`);
      times.push(Number(time[1]));
    } else if (change !== null) {
      const variable = codes.get(change[2]!);
      if (variable === undefined || change[1]!.length > variable.width) throw new Error(`not a change: ${line}`);
      variable.changes.push([times.at(-1)!, BigInt(`0b${change[1]!}`)]);
    } else throw new Error(`not a change: ${line}`);
  }
  return { variables, times };
}

/** The value of a variable at a time. */
export function valueAt({ changes }: ParsedVariable, time: number): bigint | undefined {
  return changes.findLast(([when]) => when <= time)?.[1];
}

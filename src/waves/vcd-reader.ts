/** Reads a value change dump as far as waves of this project need it: two-valued signals, ten units of time a cycle. */

/** A signal of a dump with its changes in order of time. */
export interface VcdSignal {
  /** Instance names below the top and the signal's own, joined by dots. */
  readonly path: string;
  readonly width: number;
  readonly changes: readonly { readonly time: number; readonly value: bigint }[];
}

/** A dump's signals in the order of their declaration, and the last time in it. */
export interface VcdDump {
  readonly signals: readonly VcdSignal[];
  readonly end: number;
}

/** Reads a dump. Bits that are unknown or not driven count as 0. */
export function readVcd(text: string): VcdDump {
  const declared: { path: string; width: number; code: string }[] = [];
  const changes = new Map<string, { time: number; value: bigint }[]>();
  const scopes: string[] = [];
  let time = 0;
  for (const line of text.split("\n")) {
    if (line.startsWith("$scope")) scopes.push(line.split(" ")[2]!);
    else if (line.startsWith("$upscope")) scopes.pop();
    else if (line.startsWith("$var")) {
      const [, , width, code, name] = line.trim().split(/\s+/) as [string, string, string, string, string];
      // Verilator puts a scope of its own above the top module.
      const below = scopes[0] === "TOP" ? scopes.slice(2) : scopes.slice(1);
      declared.push({ path: [...below, name.replace(/\[.*$/, "")].join("."), width: Number(width), code });
      if (!changes.has(code)) changes.set(code, []);
    } else if (line.startsWith("#")) time = Number(line.slice(1));
    else if (/^[bB01xXzZ]/.test(line)) {
      const isVector = line[0] === "b" || line[0] === "B";
      const [bits, code] = isVector ? line.slice(1).trim().split(/\s+/) : [line[0]!, line.slice(1).trim()];
      changes.get(code!)?.push({ time, value: BigInt(`0b${bits!.replace(/[^01]/g, "0")}`) });
    }
  }
  const signals = declared.map(({ path, width, code }) => ({ path, width, changes: changes.get(code)! }));
  return { signals, end: time };
}

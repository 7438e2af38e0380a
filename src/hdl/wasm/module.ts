import { Bytes } from "./bytes.ts";
import type { FunctionBody } from "./function.ts";

/** A function of a module: parameters and results are all i32. */
export interface WasmFunction {
  readonly body: FunctionBody;
  /** Exported under this name. */
  readonly name?: string;
  readonly parameters?: number;
  readonly results?: number;
}

/** Encodes a module with one imported memory (`env.memory`, of at least `pages`) and the given functions. */
export function encodeModule(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const out = new Bytes();
  out.bytes(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const section = (id: number, write: (section: Bytes) => void): void => {
    const inner = new Bytes();
    write(inner);
    out.byte(id);
    out.sized(inner);
  };
  section(1, (types) => {
    types.unsigned(functions.length);
    for (const { parameters = 0, results = 0 } of functions) {
      types.byte(0x60);
      for (const count of [parameters, results]) {
        types.unsigned(count);
        for (let i = 0; i < count; i++) types.byte(0x7f);
      }
    }
  });
  section(2, (imports) => {
    imports.unsigned(1);
    imports.name("env");
    imports.name("memory");
    imports.byte(2);
    imports.byte(0);
    imports.unsigned(pages);
  });
  section(3, (indices) => {
    indices.unsigned(functions.length);
    functions.forEach((_, index) => {
      indices.unsigned(index);
    });
  });
  section(7, (exports) => {
    const named = functions.flatMap(({ name }, index) => (name === undefined ? [] : [{ name, index }]));
    exports.unsigned(named.length);
    for (const { name, index } of named) {
      exports.name(name);
      exports.byte(0);
      exports.unsigned(index);
    }
  });
  section(10, (code) => {
    code.unsigned(functions.length);
    for (const { body, parameters = 0 } of functions) code.sized(body.encode(parameters));
  });
  return out.view().slice();
}

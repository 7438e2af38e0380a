/** What this program uses of JavaScript's WebAssembly, which the types of Node leave out. */
interface WebAssemblyApi {
  readonly Memory: new (descriptor: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (code: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
}

const { Memory, Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

const PAGE_BYTES = 65_536;

/** Pages of memory for some bytes. */
export function pagesFor(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES);
}

/** Instantiates a module that `encodeModule` made, at once, with a new memory of `bytes`. */
export function instantiate(
  code: Uint8Array<ArrayBuffer>,
  bytes: number,
): { readonly exports: Readonly<Record<string, unknown>>; readonly memory: ArrayBuffer } {
  const memory = new Memory({ initial: pagesFor(bytes) });
  const { exports } = new Instance(new Module(code), { env: { memory } });
  return { exports, memory: memory.buffer };
}

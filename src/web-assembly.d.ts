/** The part of WebAssembly that is used. Node 20 has it, and its types do not: TypeScript declares it for browsers only. */
declare namespace WebAssembly {
  type Imports = Readonly<Record<string, object>>;

  interface Module {
    readonly [Symbol.toStringTag]: string;
  }

  interface Memory {
    readonly buffer: ArrayBuffer;
    /** By so many pages of 64 KiB; the number of pages before. @throws RangeError */
    grow(pages: number): number;
  }

  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }

  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Imports): Promise<Instance>;
}

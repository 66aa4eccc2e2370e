export type EnableCompileCache = (folder: string) => unknown;

/** What Node has from 22.1 on, and the types of Node 20 do not. */
declare module 'module' {
  namespace Module {
    const enableCompileCache: EnableCompileCache | undefined;
  }
}

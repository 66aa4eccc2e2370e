/** The files of undici that are bundled. What it declares as a whole holds for them, too. */

declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici';
  // oxlint-disable-next-line import/no-default-export -- as undici has it
  export default Client;
}

declare module 'undici/lib/api/api-connect.js' {
  import type { Dispatcher } from 'undici';
  function connect(this: Dispatcher, options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData>;
  // oxlint-disable-next-line import/no-default-export -- as undici has it
  export default connect;
}

/** What its parser needs of V8; the types of Node 20 have none of it. */
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
    /** `initial` is in pages of 64 KiB. @throws RangeError where it cannot be allocated */
    constructor(descriptor: { readonly initial: number });
  }
}

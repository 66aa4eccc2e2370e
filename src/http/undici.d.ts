/** The files of undici that are bundled. What it declares as a whole holds for them, too. */

declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici';
  // oxlint-disable-next-line import/no-default-export -- as undici has it
  export default Client;
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';
  type Answer = Omit<Dispatcher.ResponseData, 'headers'> & { headers: readonly string[] };
  function request(this: Dispatcher, options: Dispatcher.RequestOptions & { responseHeaders: 'raw' }): Promise<Answer>;
  // oxlint-disable-next-line import/no-default-export -- as undici has it
  export default request;
}

declare module 'undici/lib/api/api-connect.js' {
  import type { Dispatcher } from 'undici';
  function connect(this: Dispatcher, options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData>;
  // oxlint-disable-next-line import/no-default-export -- as undici has it
  export default connect;
}

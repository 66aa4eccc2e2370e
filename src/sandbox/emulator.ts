/** A web-standard application: what a server does, without the server. */
export interface Emulator {
  readonly fetch: (request: Request) => Promise<Response>;
}

import type { Agent, ClientRequest, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';

/** Node's `http`, or its `https`, and the connections that it makes. */
export interface Scheme {
  readonly request: (url: URL, options: RequestOptions) => ClientRequest;
  /** Keeps a connection for further requests. */
  readonly kept: Agent;
  /** Makes a connection for each request. */
  readonly single: Agent;
  /** What a socket says once a request can be written to it. */
  readonly ready: 'connect' | 'secureConnect';
}

/** As undici has it: an idle connection is closed by us before most servers do, and a request into that gap is lost. */
const kept = { keepAlive: true, timeout: 4000 };

const single = { keepAlive: false };

/**
 * Loads the scheme of a URL when it is first asked for. By what is trusted there are connections of their own: none is
 * ever used for somebody who would not have opened it.
 */
export function createSchemes(): (url: URL, trust: SecureContext | undefined) => Promise<Scheme> {
  let http: Promise<Scheme> | null = null;
  const https = new Map<SecureContext | undefined, Promise<Scheme>>();
  return ({ protocol }, trust) => {
    if (protocol === 'http:') return (http ??= loadHttp());
    const scheme = https.get(trust) ?? loadHttps(trust);
    https.set(trust, scheme);
    return scheme;
  };
}

async function loadHttp(): Promise<Scheme> {
  const { Agent: HttpAgent, request } = await import('node:http');
  return {
    request,
    kept: silentWhenIdle(new HttpAgent(kept)),
    single: new HttpAgent(single),
    ready: 'connect',
  };
}

async function loadHttps(secureContext: SecureContext | undefined): Promise<Scheme> {
  const { Agent: HttpsAgent, request } = await import('node:https');
  return {
    request,
    kept: silentWhenIdle(new HttpsAgent({ ...kept, secureContext })),
    single: new HttpsAgent({ ...single, secureContext }),
    ready: 'secureConnect',
  };
}

/**
 * With it, a connection ends when something comes while nothing is asked, such as the 408 of a gateway that closes it:
 * Node 20 takes that for the answer to what is asked next.
 */
function silentWhenIdle(agent: Agent): Agent {
  const reuse = agent.reuseSocket.bind(agent);
  agent.on('free', (socket: Socket) => {
    if (socket.readableLength > 0) socket.destroy();
    socket.on('data', endSocket);
  });
  agent.reuseSocket = (socket, request) => {
    socket.off('data', endSocket);
    reuse(socket, request);
  };
  return agent;
}

function endSocket(this: Socket): void {
  this.destroy();
}
